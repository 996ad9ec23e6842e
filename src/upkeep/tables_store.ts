// Owns reading from a store itself which tables it has, their columns, and which names which: nothing lists them, so that a table
// that comes tomorrow is counted, copied and compared tomorrow.
import { type Database, isPostgres } from "../db/connect.ts";
import { OperationError } from "../errors.ts";

/** A table, as a copy of it needs to know it. */
export interface StoredTable {
  name: string;
  columns: readonly { name: string; kind: "text" | "number" }[];
  /** The tables its rows name. */
  names: readonly string[];
}

interface ColumnRow {
  table: string;
  name: string;
  type: string;
}
interface ReferenceRow {
  table: string;
  named: string;
}

// knex's own two say what was migrated here, and sqlite_… are SQLite's.
const sqliteColumns = `select t.name as "table", c.name as name, c.type as type
  from sqlite_master t, pragma_table_info(t.name) c
  where t.type = 'table' and t.name not like 'sqlite_%' and t.name not like 'schema_migrations%' order by 1, c.cid`;
const sqliteReferences = `select distinct t.name as "table", f."table" as named
  from sqlite_master t, pragma_foreign_key_list(t.name) f where t.type = 'table'`;
const postgresColumns = `select c.relname as "table", a.attname as name, format_type(a.atttypid, null) as type
  from pg_class c join pg_attribute a on a.attrelid = c.oid
  where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0
    and not a.attisdropped and c.relname not like 'schema_migrations%' order by 1, a.attnum`;
const postgresReferences = `select distinct c.relname as "table", r.relname as named
  from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class r on r.oid = k.confrelid
  where k.contype = 'f' and k.connamespace = current_schema()::regnamespace`;

/**
 * Lists the tables of a store, each after those that its rows name.
 * @throws OperationError store_differs for a column of a kind that no other store of ours has
 */
export async function listTables(db: Database): Promise<StoredTable[]> {
  const columns = await rowsOf<ColumnRow>(db, isPostgres(db) ? postgresColumns : sqliteColumns);
  const references = await rowsOf<ReferenceRow>(db, isPostgres(db) ? postgresReferences : sqliteReferences);
  const tables = [...Map.groupBy(columns, ({ table }) => table)].map(([name, own]) => ({
    name,
    columns: own.map((column) => ({ name: column.name, kind: kindOf(column) })),
    names: references
      .filter(({ table, named }) => table === name && named !== name)
      .map(({ named }) => named),
  }));
  return inOrder(tables);
}

async function rowsOf<Row>(db: Database, sql: string): Promise<Row[]> {
  const answer = await db.raw(sql);
  return isPostgres(db) ? answer.rows : answer;
}

// Every column of ours is one of the two, so that rows are the same in both stores, to the byte.
function kindOf({ table, name, type }: ColumnRow): "text" | "number" {
  if (/^(text|varchar.*|character varying.*)$/i.test(type)) return "text";
  if (/^(bigint|integer)$/i.test(type)) return "number";
  throw new OperationError("store_differs", `The column ${table}.${name} is of the type ${type}.`, {
    fix: "It was added by somebody else than this version, which does not know how to carry it.",
  });
}

function inOrder(tables: readonly StoredTable[]): StoredTable[] {
  const ordered: StoredTable[] = [];
  const placed = new Set<string>();
  let left = [...tables];
  while (left.length > 0) {
    const next = left.filter(({ names }) => names.every((name) => placed.has(name)));
    if (next.length === 0) throw new Error(`tables name each other: ${left.map(({ name }) => name)}`);
    for (const table of next) {
      ordered.push(table);
      placed.add(table.name);
    }
    left = left.filter(({ name }) => !placed.has(name));
  }
  return ordered;
}

/** Counts the rows of tables. */
export async function countRows(
  db: Database,
  tables: readonly StoredTable[],
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const { name } of tables) {
    const [row] = await db(name).count({ rows: "*" });
    counts[name] = Number(row?.["rows"] ?? 0);
  }
  return counts;
}

/** What SQLite finds wrong with a file and with what its rows name; empty: nothing. */
export async function faultsOfFile(db: Database): Promise<string[]> {
  const integrity = (await db.raw("pragma integrity_check(20)")) as { integrity_check: string }[];
  const strays = (await db.raw("pragma foreign_key_check")) as { table: string; parent: string }[];
  return [
    ...integrity.map((row) => row.integrity_check).filter((said) => said !== "ok"),
    ...strays
      .slice(0, 20)
      .map(({ table, parent }) => `a row of ${table} names a row of ${parent} that is not there`),
  ];
}
