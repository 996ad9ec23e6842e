// Owns the statements that exchange one refresh token for the next. What was signed before is saved here in one
// transaction with the use of the old token: a fault anywhere leaves the old token good, or the new one in place.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import type { TokenRecord } from "../library/stored_token.ts";
import { hashRecordId } from "./record_payload.ts";
import { createRecordOnce } from "./record_store.ts";

const model = "RefreshToken";

/** One exchange of a refresh token. */
export interface Rotation {
  /** The value that was presented. */
  presented: string;
  successor: TokenRecord;
  nowMs: number;
  /** How long a repeat is honest, in milliseconds; 0: never. */
  graceMs: number;
}

/**
 * Reads when a refresh token was used.
 * @returns epoch milliseconds, null if it was not; undefined if there is none
 */
export async function findRefreshTokenUse(db: Database, value: string): Promise<number | null | undefined> {
  const [row] = await runStatement<{ consumed_at_ms: number | null }>(
    db,
    "refresh_token_use",
    `select consumed_at_ms from oidc_records where model = '${model}' and id_hash = ?`,
    [hashRecordId(value)],
  );
  return row?.consumed_at_ms;
}

/**
 * Exchanges a refresh token for its successor, within the caller's transaction.
 *
 * Of any number of callers with the same token, on any number of instances, one makes the successor; the others
 * wait for it at its primary key and then are repeats, which are granted only while they are honest. The caller
 * rolls back when refused.
 *
 * @param trx a transaction: the successor must not stay when the exchange is refused
 * @returns whether the exchange holds
 */
export async function rotateRefreshToken(trx: Database, rotation: Rotation): Promise<boolean> {
  const { presented, successor, nowMs, graceMs } = rotation;
  const made = await createRecordOnce(trx, model, successor.id, successor.payload, successor.expiresAtMs);
  if (!made && graceMs === 0) return false;
  const rows = made
    ? await runStatement(
        trx,
        "refresh_token_use_first",
        `update oidc_records set consumed_at_ms = ?
         where model = '${model}' and id_hash = ? and consumed_at_ms is null returning model`,
        [nowMs, hashRecordId(presented)],
      )
    : await runStatement(
        trx,
        "refresh_token_use_again",
        `update oidc_records set consumed_at_ms = consumed_at_ms
         where model = '${model}' and id_hash = ? and consumed_at_ms >= ? and exists
           (select 1 from oidc_records s where s.model = '${model}' and s.id_hash = ? and s.consumed_at_ms is null)
         returning model`,
        [hashRecordId(presented), nowMs - graceMs, hashRecordId(successor.id)],
      );
  return rows.length > 0;
}
