// Owns the statements that find out whether a store serves: one that writes, one that only asks.
import type { Database } from "./connect.ts";
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

/** Asks for nothing, through a pool's own connections. */
export async function askNothing(db: Database): Promise<void> {
  await runStatement(db, "store_probe_ask", "select 1 as one", []);
}
