// Owns removing logins whose session is gone. A login is looked at when its session should have ended, and every few hours
// before: with a million people signed in, writing each of them down every hour would be the busiest thing the store does.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { nextRows } from "../storage/sweep_store.ts";

/** For how long a login is not looked at at most, milliseconds, beside the time that is waited once it is due. */
export const longestUnlookedMs = 5 * 3_600_000;

/**
 * Removes logins whose session is gone, of at most a batch that is due; the others are due once their session has ended, as
 * it stands now, and before that if it lasts long.
 * @param beforeMs whose turn came before this, epoch milliseconds
 * @param nowMs a login whose session is not there yet may be about to get it: it goes the next time
 * @returns how many were looked at; fewer than the batch means there are no more
 */
export async function sweepVouchers(
  db: Database,
  beforeMs: number,
  nowMs: number,
  batchSize: number,
): Promise<number> {
  const which = nextRows(db, {
    table: "session_vouchers",
    due: "checked_at_ms < ?",
    order: "checked_at_ms",
    limit: batchSize,
  });
  const laterMs = nowMs + longestUnlookedMs;
  const looked = await runStatement<{ session_uid_hash: string; checked_at_ms: number }>(
    db,
    `session_vouchers_check_3_${batchSize}`,
    `update session_vouchers set checked_at_ms = coalesce((select max(case when r.expires_at_ms > ? then ? when r.expires_at_ms > ? then r.expires_at_ms else ? end)
         from oidc_records r where r.model = 'Session' and r.uid_hash = session_vouchers.session_uid_hash), ?)
     where ${which} returning session_uid_hash, checked_at_ms`,
    [laterMs, laterMs, nowMs, nowMs + 1, nowMs, beforeMs],
  );
  const ended = looked.filter((row) => row.checked_at_ms === nowMs).map((row) => row.session_uid_hash);
  if (ended.length === 0) return looked.length;
  await db("session_vouchers")
    .whereIn("session_uid_hash", [...new Set(ended)])
    .whereNotExists((session) => {
      session
        .from("oidc_records")
        .whereRaw(
          "oidc_records.model = 'Session' and oidc_records.uid_hash = session_vouchers.session_uid_hash",
        );
    })
    .delete();
  return looked.length;
}
