// Owns the statements that find out whether a store serves: one that writes, one that only asks, one that asks the time.
import { type Database, isPostgres } from "./connect.ts";
import { runStatement } from "./statement.ts";

/** Writes the one row that is there to be written. */
export async function saveProbe(db: Database, atMs: number): Promise<void> {
  await runStatement(
    db,
    "store_probe_save",
    `insert into store_probe (name, at_ms) values ('readiness', ?)
     on conflict (name) do update set at_ms = excluded.at_ms returning at_ms`,
    [atMs],
  );
}

/** Whether a migration has been applied, as the store says now. */
export async function isApplied(db: Database, migration: string): Promise<boolean> {
  const rows = await runStatement(
    db,
    "store_probe_schema",
    "select name from schema_migrations where name = ?",
    [migration],
  );
  return rows.length > 0;
}

/** Asks for nothing, through a pool's own connections. */
export async function askNothing(db: Database): Promise<void> {
  await runStatement(db, "store_probe_ask", "select 1 as one", []);
}

/** Reads a database server's clock, in epoch milliseconds; undefined for SQLite, which has this machine's. */
export async function readStoreTime(db: Database): Promise<number | undefined> {
  if (!isPostgres(db)) return undefined;
  const [row] = await runStatement<{ now_ms: number }>(
    db,
    "store_probe_time",
    "select (extract(epoch from clock_timestamp()) * 1000)::double precision as now_ms",
    [],
  );
  return row?.now_ms;
}
