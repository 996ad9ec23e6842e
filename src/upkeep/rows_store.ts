// Owns the rows of a store as they are carried and compared: read in steps, written in one statement a step, and a sum over all of a
// table that is the same in either store, whatever order rows come in.
import { createHash } from "node:crypto";
import { type Database, isPostgres } from "../db/connect.ts";
import { runStatement } from "../db/statement.ts";
import { OperationError } from "../errors.ts";
import type { StoredTable } from "./tables_store.ts";

/** A row: its values by column. */
export type CarriedRow = Readonly<Record<string, string | number | null>>;

const quoted = (name: string): string => `"${name}"`;
const columnsOf = (table: StoredTable): string => table.columns.map(({ name }) => quoted(name)).join(", ");

/**
 * Reads the next rows of a table of an embedded store, in the order SQLite keeps them in.
 * @param after the place of the last row that was read; 0: from the beginning
 * @throws OperationError store_differs for a value that a column of this kind does not hold
 */
export async function readRows(
  db: Database,
  table: StoredTable,
  after: number,
  limit: number,
): Promise<{ rows: CarriedRow[]; last: number }> {
  const read = (await db.raw(
    `select rowid as "place of row", ${columnsOf(table)} from ${quoted(table.name)}
     where rowid > ? order by rowid limit ?`,
    [after, limit],
  )) as (CarriedRow & { "place of row": number })[];
  const rows = read.map(({ "place of row": _place, ...row }) => row as CarriedRow);
  for (const row of rows) assertCarriable(table, row);
  return { rows, last: read.at(-1)?.["place of row"] ?? after };
}

// SQLite takes any value in any column. What is no number of ours, or no text of PostgreSQL's, is named and not bent.
function assertCarriable(table: StoredTable, row: CarriedRow): void {
  for (const { name, kind } of table.columns) {
    const value = row[name];
    if (value === null) continue;
    const fits =
      kind === "text" ? typeof value === "string" && !value.includes("\0") : Number.isSafeInteger(value);
    if (!fits) {
      throw new OperationError(
        "store_differs",
        `A row of ${table.name} has something else than a ${kind} as ${name}.`,
      );
    }
  }
}

/** Adds rows to a table of PostgreSQL. */
export async function addRows(trx: Database, table: StoredTable, rows: readonly CarriedRow[]): Promise<void> {
  if (rows.length === 0) return;
  const columns = columnsOf(table);
  await runStatement(
    trx,
    `move_${table.name}`,
    `insert into ${quoted(table.name)} (${columns})
     select ${columns} from json_populate_recordset(null::${quoted(table.name)}, ?::json)`,
    [JSON.stringify(rows)],
  );
}

/** What a table comes to: how many rows, and a sum over their content. */
export interface TableSum {
  rows: number;
  sum: string;
}

const rowsAtOnce = 1000;

/** Sums a table up; of two tables with the same rows the sums are the same, in whatever order and store. */
export async function sumTable(db: Database, table: StoredTable): Promise<TableSum> {
  let rows = 0;
  let sum = 0n;
  for await (const some of isPostgres(db) ? postgresRows(db, table) : sqliteRows(db, table)) {
    rows += some.length;
    for (const row of some) sum = (sum + digestOf(table, row)) % modulus;
  }
  return { rows, sum: sum.toString(16).padStart(64, "0") };
}

const modulus = 2n ** 256n;

function digestOf(table: StoredTable, row: CarriedRow): bigint {
  const values = table.columns.map(({ name }) => name).toSorted();
  const text = JSON.stringify(values.map((name) => [name, row[name] ?? null]));
  return BigInt(`0x${createHash("sha256").update(text).digest("hex")}`);
}

async function* sqliteRows(db: Database, table: StoredTable): AsyncGenerator<CarriedRow[]> {
  for (let after = 0; ; ) {
    const { rows, last } = await readRows(db, table, after, rowsAtOnce);
    if (rows.length === 0) return;
    yield rows;
    after = last;
  }
}

// A cursor: no order has to be found, and no more than one step is in memory.
async function* postgresRows(db: Database, table: StoredTable): AsyncGenerator<CarriedRow[]> {
  const trx = await db.transaction();
  try {
    await trx.raw(`declare whole_table cursor for select ${columnsOf(table)} from ${quoted(table.name)}`);
    for (;;) {
      const { rows } = (await trx.raw(`fetch ${rowsAtOnce} from whole_table`)) as { rows: CarriedRow[] };
      if (rows.length === 0) return;
      yield rows;
    }
  } finally {
    await trx.rollback();
  }
}

/** Removes all rows of tables, those that name others first. */
export async function emptyTables(trx: Database, tables: readonly StoredTable[]): Promise<void> {
  for (const { name } of tables.toReversed()) await trx(name).delete();
}

/** How PostgreSQL keeps texts in a database. */
export async function encodingOf(db: Database): Promise<string> {
  const { rows } = (await db.raw("show server_encoding")) as { rows: { server_encoding: string }[] };
  return rows[0]?.server_encoding ?? "";
}

/** Has PostgreSQL look at what it holds now, so that its plans are for that many rows. */
export async function lookAtRows(db: Database): Promise<void> {
  await db.raw("analyze");
}
