// Owns the record of which keys names were hashed with (login_names.ts), so that a name that can be matched no more is
// told from one that nobody typed.
import type { Database } from "../db/connect.ts";

/**
 * Records the keys an instance starts with.
 * @param keyIds as LoginNames has them
 */
export async function saveLoginNameKeys(
  db: Database,
  keyIds: readonly string[],
  nowMs: number,
): Promise<void> {
  const rows = keyIds.map((keyId) => ({ key_id: keyId, first_seen_at_ms: nowMs }));
  await db("login_name_keys").insert(rows).onConflict("key_id").ignore();
}

/**
 * Tells whether names were hashed with keys that are not at hand.
 * @param keyIds those at hand
 * @param nowMs epoch milliseconds
 * @returns the moment before which names may have been hashed with a lost one, epoch milliseconds; undefined: none is
 */
export async function findNamesLostBefore(
  db: Database,
  keyIds: readonly string[],
  nowMs: number,
): Promise<number | undefined> {
  const rows: { key_id: string; first_seen_at_ms: number }[] = await db("login_name_keys").select(
    "key_id",
    "first_seen_at_ms",
  );
  const atHand = new Set(keyIds);
  const lost = rows.filter((row) => !atHand.has(row.key_id)).map((row) => row.first_seen_at_ms);
  if (lost.length === 0) return undefined;
  const lastLost = Math.max(...lost);
  const since = rows.filter((row) => atHand.has(row.key_id) && row.first_seen_at_ms > lastLost);
  return Math.min(nowMs, ...since.map((row) => row.first_seen_at_ms));
}
