// Owns moving the embedded store to PostgreSQL: every table, in steps that a killed move goes on after, compared at the end. Until
// it has ended neither end serves; once it has, only the new one does.
import { randomBytes } from "node:crypto";
import { createAuditEvent } from "../audit/audit_store.ts";
import { connectDatabase, type Database } from "../db/connect.ts";
import { migrationLimits } from "../db/dialects.ts";
import { findMark, type MoveMark, saveMark } from "../db/store_mark_store.ts";
import { OperationError } from "../errors.ts";
import { openAlone } from "./embedded_files.ts";
import { type Inspection, inspectStore } from "./inspection.ts";
import { assertEmpty, notEmpty, prepareTarget, schemaOf } from "./move_ends.ts";
import { assertNothingActs } from "./own_postgres_store.ts";
import { placeOf } from "./postgres_programs.ts";
import { addRows, emptyTables, lookAtRows, readRows, sumTable } from "./rows_store.ts";
import { countRows, type StoredTable } from "./tables_store.ts";

/** What is moved, and where to. */
export interface MoveOrder {
  dataDir: string;
  databaseUrl: string;
  /** Whether PostgreSQL may keep statements for a connection: not behind PgBouncer in transaction mode. */
  preparedStatements?: boolean;
  /** TTI_SECRETS: keys are opened at both ends. */
  secrets: readonly Uint8Array[];
  actor: string;
  now: () => Date;
  /** Hears how far it is, after each step. */
  say(line: string): void;
  /** How many rows a step takes. */
  rowsAtOnce?: number;
}

/** What was moved. */
export interface MoveReport {
  from: string;
  to: string;
  tables: Readonly<Record<string, number>>;
  rows: number;
  keys: Inspection["keys"];
  /** The last block of the trail, at both ends. */
  anchor?: string;
  trailIntact: boolean;
  /** Nothing was left to do: an earlier call had moved everything. */
  unchanged?: true;
}

/** How far a move is, in the mark of the store that it arrives in: after which table and row. */
export interface Arriving extends MoveMark {
  schema: string;
  at?: { table: string; row: number };
}

/**
 * Moves a store. Called again after it was killed, at whatever moment, it goes on where it was.
 * @throws OperationError store_in_use, store_not_empty, store_differs, store_moved, unavailable, signing_key_unreadable
 */
export async function moveStore(order: MoveOrder): Promise<MoveReport> {
  const source = await openAlone(order.dataDir);
  const { databaseUrl, preparedStatements = true } = order;
  const target = connectDatabase({ databaseUrl, preparedStatements, poolSize: 2 }, migrationLimits);
  try {
    const schema = await schemaOf(source);
    const before = await inspectStore(source, order.secrets);
    if (before.keys.sealed > 0 && before.keys.opened !== true) throw withoutSecrets();
    const tables = await prepareTarget(source, target);
    const mark = await begin(source, target, { ...order, schema, tables });
    const report = reportOf(order, before);
    if (mark.doneAtMs === undefined) {
      await copyTables(source, target, { ...order, tables, mark });
      await compare(source, target, { ...order, tables, before });
      await lookAtRows(target);
      await recordMove(target, mark, { ...order, tables }, report);
    }
    const doneAtMs = mark.doneAtMs ?? order.now().getTime();
    await saveMark(
      source,
      "leaving",
      { id: mark.id, place: placeOf(order.databaseUrl), doneAtMs },
      order.now(),
    );
    return mark.doneAtMs === undefined ? report : { ...report, unchanged: true };
  } finally {
    await target.destroy();
    await source.destroy();
  }
}

interface Begun extends MoveOrder {
  schema: string;
  tables: readonly StoredTable[];
}

async function begin(source: Database, target: Database, order: Begun): Promise<Arriving> {
  const place = placeOf(order.databaseUrl);
  const leaving = await findMark(source, "leaving");
  const arriving = (await findMark(target, "arriving")) as Arriving | undefined;
  if (leaving !== undefined && leaving.place !== place) {
    throw new OperationError("store_moved", `This store is being moved to ${leaving.place}.`);
  }
  if (arriving !== undefined && arriving.id === leaving?.id && arriving.undoneAtMs === undefined) {
    if (arriving.doneAtMs === undefined && arriving.schema !== order.schema) {
      throw notEmpty("The move to this database began with another version.");
    }
    return arriving;
  }
  if (!(await isUndoneCopy(source, arriving, leaving))) await assertEmpty(target, order.tables);
  const id = leaving?.id ?? randomBytes(16).toString("hex");
  const now = order.now();
  // First here: from now on nobody serves from it, so that nothing is taken that does not come along.
  await saveMark(source, "leaving", { id, place }, now);
  const mark: Arriving = { id, place: order.dataDir, schema: order.schema };
  await target.transaction(async (trx) => {
    await emptyTables(trx, order.tables);
    await saveMark(trx, "arriving", mark, now);
  });
  return mark;
}

// What a move of this very store left behind, which was given up: it makes place. Not where nobody closed it: it may have served.
async function isUndoneCopy(
  source: Database,
  arriving: Arriving | undefined,
  leaving: MoveMark | undefined,
): Promise<boolean> {
  if (arriving === undefined) return false;
  const undone = await findMark(source, "undone");
  if (arriving.id !== undone?.id && arriving.id !== leaving?.id) return false;
  if (arriving.undoneAtMs !== undefined) return true;
  throw new OperationError(
    "store_not_empty",
    "The database holds this very store, of a move that was undone.",
    {
      field: "to",
      fix: "It was not closed, and may have served: `tti store move --undo --yes` closes it. Then run this again.",
    },
  );
}

interface Copied extends MoveOrder {
  tables: readonly StoredTable[];
  mark: Arriving;
}

async function copyTables(source: Database, target: Database, order: Copied): Promise<void> {
  const { tables, mark, say, rowsAtOnce = 1000 } = order;
  const first = mark.at === undefined ? 0 : tables.findIndex(({ name }) => name === mark.at?.table);
  for (const [index, table] of tables.slice(first).entries()) {
    let row = index === 0 ? (mark.at?.row ?? 0) : 0;
    let copied = 0;
    for (;;) {
      const { rows, last } = await readRows(source, table, row, rowsAtOnce);
      if (rows.length === 0) break;
      // Rows and how far it is, together or not at all.
      await target.transaction(async (trx) => {
        await addRows(trx, table, rows);
        await saveMark(
          trx,
          "arriving",
          { ...mark, at: { table: table.name, row: last } } as Arriving,
          order.now(),
        );
      });
      row = last;
      copied += rows.length;
      say(`${table.name}: ${copied} rows`);
    }
  }
}

async function compare(
  source: Database,
  target: Database,
  order: MoveOrder & { tables: readonly StoredTable[]; before: Inspection },
): Promise<void> {
  order.say("Comparing both …");
  for (const table of order.tables) {
    const [here, there] = [await sumTable(source, table), await sumTable(target, table)];
    if (here.rows === there.rows && here.sum === there.sum) continue;
    throw new OperationError(
      "store_differs",
      `The table ${table.name} is not the same at both ends: ${here.rows} rows here, ${there.rows} there.`,
    );
  }
  const after = await inspectStore(target, order.secrets);
  const trail = ({ anchor, trail: { intact, events, unsealed } }: Inspection) =>
    JSON.stringify([anchor, intact, events, unsealed]);
  if (trail(after) !== trail(order.before)) {
    throw new OperationError("store_differs", "The audit trail does not verify there as it does here.");
  }
}

/**
 * Records in the new store that everything is there: from this moment it serves. Before that is so, rows are counted once more: what
 * the record itself sets off there would be told by no comparison before. (Afterwards an instance may write already.)
 * @throws OperationError store_differs
 */
export async function recordMove(
  target: Database,
  mark: Arriving,
  { actor, now: clock, tables }: Pick<Begun, "actor" | "now" | "tables">,
  report: Pick<MoveReport, "from" | "rows" | "anchor" | "tables">,
): Promise<void> {
  const now = clock();
  const { from, rows, anchor } = report;
  await target.transaction(async (trx) => {
    const details = { from, rows, ...(anchor === undefined ? {} : { anchor }) };
    await createAuditEvent(trx, { type: "store.moved", actor, details }, now);
    const { id, place, schema } = mark;
    await saveMark(trx, "arriving", { id, place, schema, doneAtMs: now.getTime() } as Arriving, now);
    await assertNothingActs(trx);
    const found = await countRows(trx, tables);
    for (const { name } of tables) {
      const expected = (report.tables[name] ?? 0) + (name === "audit_events" ? 1 : 0);
      if (found[name] === expected) continue;
      const message = `The table ${name} has ${found[name]} rows after the record of the move, and should have ${expected}.`;
      throw new OperationError("store_differs", message);
    }
  });
}

function reportOf(order: MoveOrder, { tables, keys, anchor, trail }: Inspection): MoveReport {
  const { store_marks: _marks, ...moved } = tables;
  return {
    from: order.dataDir,
    to: placeOf(order.databaseUrl),
    tables: moved,
    rows: Object.values(moved).reduce((sum, count) => sum + count, 0),
    keys,
    ...(anchor === undefined ? {} : { anchor }),
    trailIntact: trail.intact,
  };
}

const withoutSecrets = (): OperationError =>
  new OperationError(
    "invalid_config",
    "TTI_SECRETS is not set, so it cannot be tried whether the keys arrived.",
    {
      field: "TTI_SECRETS",
      fix: "Set it as the provider has it.",
    },
  );
