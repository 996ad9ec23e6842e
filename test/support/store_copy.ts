// Owns putting a store back as it was: what is long in the making, such as logins with all that was got by them, is made
// once and met by each thing that may happen to it.
import { type Database, isPostgres } from "../../src/db/connect.ts";

// What the server keeps of itself, and what it only ever adds to; nothing that a right depends on.
const left = new Set([
  "audit_events",
  "audit_blocks",
  "key_instances",
  "signing_keys",
  "sign_in_attempts",
  "store_probe",
]);

/**
 * Copies all rows of a store.
 * @returns puts them back, as often as it is called; nobody else may write meanwhile
 */
export async function copyStore(db: Database): Promise<() => Promise<void>> {
  const copied = new Map<string, readonly object[]>();
  for (const table of await tablesOf(db)) copied.set(table, await db(table).select("*"));
  return () =>
    db.transaction(async (trx) => {
      // The tables come in no order of who names whom.
      await trx.raw(
        isPostgres(db) ? "set local session_replication_role = replica" : "pragma defer_foreign_keys = on",
      );
      // All first: a row that goes takes along what names it.
      for (const table of copied.keys()) await trx(table).delete();
      for (const [table, rows] of copied) if (rows.length > 0) await trx.batchInsert(table, [...rows], 50);
    });
}

async function tablesOf(db: Database): Promise<string[]> {
  const names = isPostgres(db)
    ? await db("information_schema.tables")
        .where({ table_schema: "public", table_type: "BASE TABLE" })
        .pluck<string[]>("table_name")
    : await db("sqlite_master").where({ type: "table" }).pluck<string[]>("name");
  return names.filter((name) => !/^(schema_migrations|sqlite_)/.test(name) && !left.has(name)).sort();
}
