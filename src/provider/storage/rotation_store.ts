// Owns the statements about a refresh token that was exchanged for the next already (exchange_store.ts): whether it may be shown
// again, because its answer was lost on the way.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import type { TokenRecord } from "../library/stored_token.ts";
import { hashRecordId } from "./record_payload.ts";

const model = "RefreshToken";

/** One exchange of a refresh token, asked for once more. */
export interface Rotation {
  /** The value that was presented. */
  presented: string;
  successor: Pick<TokenRecord, "id">;
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
 * Grants an exchange once more, within the caller's transaction and only while the repeat is honest. The caller rolls back when
 * refused.
 * @returns whether it is granted
 */
export async function repeatRotation(trx: Database, rotation: Rotation): Promise<boolean> {
  const { presented, successor, nowMs, graceMs } = rotation;
  if (graceMs === 0) return false;
  const rows = await runStatement(
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
