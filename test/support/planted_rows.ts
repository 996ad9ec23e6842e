// Owns planting a row in every table of a store, whichever there are: what is said of all tables is tried on all.
import assert from "node:assert/strict";
import { type Database, isPostgres } from "../../src/db/connect.ts";

/** A column of a table. */
export interface Column {
  table: string;
  name: string;
  kind: "text" | "number";
  /** Whether a writer must name it. */
  mustBeNamed: boolean;
}

// One statement for all tables: asked table by table, sixty times at each of the steps, this took most of the test.
const columnsSql = {
  sqlite: `select t.name as "table", c.name, c.type, c."notnull" <> 0 and c.dflt_value is null as must_be_named
    from sqlite_master t, pragma_table_info(t.name) c where t.type = 'table' and t.name not like 'sqlite_%'`,
  postgres: `select c.relname as "table", a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
      a.attnotnull and not a.atthasdef as must_be_named
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped`,
};

/** The columns of every table, but for knex's own. */
export async function columnsOf(db: Database): Promise<Column[]> {
  const answer = await db.raw(isPostgres(db) ? columnsSql.postgres : columnsSql.sqlite);
  const rows = (isPostgres(db) ? answer.rows : answer) as {
    table: string;
    name: string;
    type: string;
    must_be_named: boolean | number;
  }[];
  return rows
    .filter(({ table }) => !table.startsWith("schema_migrations"))
    .map(({ table, name, type, must_be_named }) => ({
      table,
      name,
      kind: /int/i.test(type) ? "number" : "text",
      mustBeNamed: Boolean(must_be_named),
    }));
}

/** The tables without a row. */
async function emptyOf(db: Database, tables: readonly string[]): Promise<string[]> {
  if (tables.length === 0) return [];
  const asked = tables.map(
    (table) => `select '${table}' as name where not exists (select 1 from "${table}")`,
  );
  const answer = await db.raw(asked.join(" union all "));
  return ((isPostgres(db) ? answer.rows : answer) as { name: string }[]).map(({ name }) => name);
}

/** Plants one row in each table that has none. All texts are the same, so that each reference finds its row. */
export async function plant(db: Database): Promise<void> {
  const columns = await columnsOf(db);
  let left = await emptyOf(db, [...new Set(columns.map(({ table }) => table))]);
  for (let round = 0; left.length > 0; round += 1) {
    assert.ok(round < 10, `no row can be planted in ${left.join(", ")}`);
    const next: string[] = [];
    for (const table of left) {
      const of = columns.filter((column) => column.table === table);
      const row = Object.fromEntries(of.map(({ name, kind }) => [name, kind === "number" ? 1 : "x"]));
      // A table it refers to comes later in the list.
      await db(table)
        .insert(row)
        .catch(() => next.push(table));
    }
    left = next;
  }
}
