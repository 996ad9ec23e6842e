// Owns the SQL of signing keys and of the instances that serve them. Every race is decided by the rows a
// statement returns, so two instances that rotate at once make one key.
import type { Database } from "../../db/connect.ts";
import type { KeyTimes, PlannedKey } from "./key_set.ts";
import type { InstanceView } from "./signer_choice.ts";
import type { NewKey } from "./signer_local.ts";

/** A stored signing key. */
export interface KeyRow extends KeyTimes {
  /** The public JWK as stored; `parsePublicJwk` reads it. */
  publicJwkText: string;
  /** Null when AWS KMS holds the private half, or when it was destroyed after the key left the JWKS. */
  sealedPrivateJwk: string | null;
  kmsKeyId: string | null;
}

interface StoredKey {
  kid: string;
  generation: number;
  public_jwk: string;
  sealed_private_jwk: string | null;
  kms_key_id: string | null;
  created_at_ms: number;
  activates_at_ms: number;
  revoked_at_ms: number | null;
}

/** Reads every key there has been, oldest first. What a row holds is judged where it is used. */
export async function listKeys(db: Database): Promise<KeyRow[]> {
  const rows: StoredKey[] = await db("signing_keys").select().orderBy("generation");
  return rows.map(fromStored);
}

/**
 * Stores a new key in its place in the succession.
 * @returns whether it was stored; false when another instance took the place first
 */
export async function createKey(db: Database, key: NewKey, place: PlannedKey): Promise<boolean> {
  const rows = await db("signing_keys")
    .insert({
      kid: key.publicJwk.kid,
      generation: place.generation,
      alg: key.publicJwk.alg,
      public_jwk: JSON.stringify(key.publicJwk),
      sealed_private_jwk: key.sealedPrivateJwk,
      kms_key_id: key.kmsKeyId,
      created_at_ms: place.createdAtMs,
      activates_at_ms: place.activatesAtMs,
    })
    .onConflict()
    .ignore()
    .returning("kid");
  return rows.length === 1;
}

/**
 * Moves the moment a key starts to sign, if nobody moved it or revoked the key meanwhile.
 * @returns whether it was moved
 */
export async function saveActivation(
  db: Database,
  kid: string,
  change: { fromMs: number; toMs: number },
): Promise<boolean> {
  const rows = await db("signing_keys")
    .where({ kid, activates_at_ms: change.fromMs })
    .whereNull("revoked_at_ms")
    .update({ activates_at_ms: change.toMs })
    .returning("kid");
  return rows.length === 1;
}

/**
 * Revokes a key; its private half, if one is left, goes with it.
 * @returns whether this call revoked it
 */
export async function saveRevocation(db: Database, kid: string, revokedAtMs: number): Promise<boolean> {
  const rows = await db("signing_keys")
    .where({ kid })
    .whereNull("revoked_at_ms")
    .update({ revoked_at_ms: revokedAtMs, sealed_private_jwk: null })
    .returning("kid");
  return rows.length === 1;
}

/** Replaces a sealed private half, if it is still the one that was read. */
export async function saveSealed(
  db: Database,
  kid: string,
  change: { from: string; to: string },
): Promise<boolean> {
  const rows = await db("signing_keys")
    .where({ kid, sealed_private_jwk: change.from })
    .update({ sealed_private_jwk: change.to })
    .returning("kid");
  return rows.length === 1;
}

/**
 * Destroys the private halves of keys that will not sign again.
 * @returns the kids whose private half this call destroyed
 */
export async function deletePrivateHalves(db: Database, kids: readonly string[]): Promise<string[]> {
  const rows: { kid: string }[] = await db("signing_keys")
    .whereIn("kid", kids)
    .whereNotNull("sealed_private_jwk")
    .update({ sealed_private_jwk: null })
    .returning("kid");
  return rows.map(({ kid }) => kid);
}

/** Reads what every known instance last said it serves. */
export async function listInstances(db: Database): Promise<InstanceView[]> {
  const rows: StoredInstance[] = await db("key_instances").select().orderBy("started_at_ms");
  return rows.map((row) => ({
    instanceId: row.instance_id,
    fingerprint: row.fingerprint,
    publishedKids: row.published_kids.split(" ").filter((kid) => kid !== ""),
    signingKid: row.signing_kid,
    publishLeadMs: row.publish_lead_ms,
    pollIntervalMs: row.poll_interval_ms,
    startedAtMs: row.started_at_ms,
    seenAtMs: row.seen_at_ms,
  }));
}

interface StoredInstance {
  instance_id: string;
  fingerprint: string;
  published_kids: string;
  signing_kid: string | null;
  publish_lead_ms: number;
  poll_interval_ms: number;
  started_at_ms: number;
  seen_at_ms: number;
}

/** Records what an instance serves from now on. */
export async function saveInstance(db: Database, instance: InstanceView): Promise<void> {
  const stored: StoredInstance = {
    instance_id: instance.instanceId,
    fingerprint: instance.fingerprint,
    published_kids: instance.publishedKids.join(" "),
    signing_kid: instance.signingKid,
    publish_lead_ms: instance.publishLeadMs,
    poll_interval_ms: instance.pollIntervalMs,
    started_at_ms: instance.startedAtMs,
    seen_at_ms: instance.seenAtMs,
  };
  await db("key_instances").insert(stored).onConflict("instance_id").merge();
}

/** Forgets an instance that stopped in good order. */
export async function deleteInstance(db: Database, instanceId: string): Promise<void> {
  await db("key_instances").where({ instance_id: instanceId }).delete();
}

/** Forgets instances that have been silent for longer than the publish lead they count on: nothing rests on them. */
export async function deleteOutlivedInstances(db: Database, nowMs: number): Promise<void> {
  await db("key_instances").whereRaw("seen_at_ms + publish_lead_ms < ?", [nowMs]).delete();
}

function fromStored(row: StoredKey): KeyRow {
  return {
    kid: row.kid,
    generation: row.generation,
    publicJwkText: row.public_jwk,
    sealedPrivateJwk: row.sealed_private_jwk,
    kmsKeyId: row.kms_key_id,
    createdAtMs: row.created_at_ms,
    activatesAtMs: row.activates_at_ms,
    revokedAtMs: row.revoked_at_ms,
  };
}
