// Owns changes of signing keys together with their audit events: whoever makes, revokes or destroys a key does it here,
// on an operator's word or by itself, and neither the change nor its event stands alone.
import { createAuditEvent } from "../../audit/audit_store.ts";
import type { Database } from "../../db/connect.ts";
import type { PlannedKey } from "./key_set.ts";
import { createKey, deletePrivateHalves, saveRevocation } from "./key_store.ts";
import type { NewKey } from "./signer_local.ts";

/** Who changes keys, and when. */
export interface KeyChange {
  /** For the audit trail. */
  actor: string;
  nowMs: number;
}

/** The actor of what instances do by themselves: the succession's next key, the end of a key that retired. */
export const systemActor = "system";

/**
 * Records what was done to a key.
 * @param db the transaction that did it
 */
export async function recordKeyEvent(
  db: Database,
  { actor, nowMs }: KeyChange,
  type: "key.rotated" | "key.revoked" | "key.destroyed",
  details: Record<string, string | boolean>,
): Promise<void> {
  // What an instance does by itself while it serves a request is not that request's doing.
  const origin = actor === systemActor ? { address: undefined, requestId: undefined } : undefined;
  await createAuditEvent(db, { type, actor, details }, new Date(nowMs), origin);
}

/**
 * Stores a new key in its place in the succession.
 * @param db a transaction
 * @returns whether it was stored; false when another took the place first
 */
export async function createRecordedKey(
  db: Database,
  key: NewKey,
  place: PlannedKey,
  change: KeyChange,
  details: { emergency?: true } = {},
): Promise<boolean> {
  if (!(await createKey(db, key, place))) return false;
  const maySignAt = new Date(place.activatesAtMs).toISOString();
  await recordKeyEvent(db, change, "key.rotated", { kid: key.publicJwk.kid, maySignAt, ...details });
  return true;
}

/**
 * Revokes a key and destroys its private half.
 * @param db a transaction
 * @returns whether this call revoked it
 */
export async function revokeRecorded(
  db: Database,
  kid: string,
  change: KeyChange,
  details: { emergency?: true } = {},
): Promise<boolean> {
  await destroyRecorded(db, [kid], change);
  if (!(await saveRevocation(db, kid, change.nowMs))) return false;
  await recordKeyEvent(db, change, "key.revoked", { kid, ...details });
  return true;
}

/**
 * Destroys the private halves of keys that will not sign again.
 * @param db a transaction
 * @returns the kids whose private half this call destroyed
 */
export async function destroyRecorded(
  db: Database,
  kids: readonly string[],
  change: KeyChange,
): Promise<string[]> {
  const destroyed = await deletePrivateHalves(db, kids);
  for (const kid of destroyed) await recordKeyEvent(db, change, "key.destroyed", { kid });
  return destroyed;
}
