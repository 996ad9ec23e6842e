// Owns a client's secret before, which counts a while longer beside the present one: kept as a hash, ended early, swept.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { nextRows } from "../storage/sweep_store.ts";
import type { FormerSecret } from "./client_secret.ts";

/** Keeps a client's secret before; null: it counts no more, nor does one of before that. */
export async function saveFormerSecret(
  db: Database,
  clientId: string,
  former: FormerSecret | null,
): Promise<void> {
  await db("clients")
    .where("client_id", clientId)
    .update({ former_secret_hash: former?.hash ?? null, former_secret_until_ms: former?.untilMs ?? null });
}

/**
 * Forgets secrets that count no more, at most a batch of them.
 * @returns how many; fewer than the batch means there are no more
 */
export async function sweepFormerSecrets(db: Database, nowMs: number, batchSize: number): Promise<number> {
  const which = nextRows(db, {
    table: "clients",
    due: "former_secret_until_ms <= ?",
    order: "former_secret_until_ms",
    limit: batchSize,
  });
  const rows = await runStatement(
    db,
    `sweep_former_secrets_2_${batchSize}`,
    `update clients set former_secret_hash = null, former_secret_until_ms = null where ${which} returning client_id`,
    [nowMs],
  );
  return rows.length;
}
