// Owns making the keys the succession asks for: here, or by adopting the key TTI_KMS_KEY_ID names. Several
// instances may try at once; the store lets one through.
import type { Database } from "../../db/connect.ts";
import type { Log } from "../../log.ts";
import { keySetAt, nextGeneration, type PlannedKey, planSuccession } from "./key_set.ts";
import { type KeyRow, listKeys } from "./key_store.ts";
import type { KeyPolicy } from "./policy.ts";
import { createRecordedKey, revokeRecorded, systemActor } from "./recorded_changes.ts";
import type { KeySealer } from "./seal.ts";
import { type InstanceView, longestLeadSeconds } from "./signer_choice.ts";
import type { KmsKeys } from "./signer_kms.ts";
import { createLocalKey, type NewKey } from "./signer_local.ts";

/** Where keys are kept and where new ones come from. */
export interface KeySources {
  db: Database;
  log: Log;
  sealer: KeySealer;
  policy: KeyPolicy;
  /** Present: new keys live in AWS KMS. */
  kms?: KmsKeys | undefined;
}

/**
 * Creates the key that is due, if one is.
 * @param rows the key rows as just read
 * @returns the rows afterwards, whoever created the key
 */
export async function ensureSuccession(
  sources: KeySources,
  rows: KeyRow[],
  instances: readonly InstanceView[],
  nowMs: number,
): Promise<KeyRow[]> {
  const leadSeconds = longestLeadSeconds(instances, nowMs, sources.policy);
  const place = planSuccession(rows, nowMs, sources.policy, leadSeconds);
  if (place === undefined) return rows;
  const key = await makeKey(sources, rows);
  if (key === undefined) return rows;
  await insertKey(sources, key, place, nowMs);
  return listKeys(sources.db);
}

/**
 * Brings the key TTI_KMS_KEY_ID names into the succession when it is not there yet: it takes the place of the
 * next key and signs as soon as it has been published for the lead, for whoever changes the setting means to.
 * @returns the rows afterwards
 */
export async function adoptKmsKey(
  sources: KeySources & { kms: KmsKeys },
  rows: KeyRow[],
  instances: readonly InstanceView[],
  nowMs: number,
): Promise<KeyRow[]> {
  const key = await sources.kms.getKey();
  if (rows.length === 0 || rows.some((row) => row.kid === key.publicJwk.kid)) return rows;
  const { next } = keySetAt(rows, nowMs, sources.policy);
  const leadMs = longestLeadSeconds(instances, nowMs, sources.policy) * 1000;
  const place = { generation: nextGeneration(rows), createdAtMs: nowMs, activatesAtMs: nowMs + leadMs };
  await insertKey(sources, key, place, nowMs, next?.row.kid);
  return listKeys(sources.db);
}

/** Makes a key where this installation keeps its keys; undefined when KMS offers none that has not been used. */
async function makeKey(sources: KeySources, rows: readonly KeyRow[]): Promise<NewKey | undefined> {
  if (sources.kms === undefined) return createLocalKey(sources.sealer);
  const key = await sources.kms.getKey();
  // A KMS key pair never changes, so rotation needs another key: the operator moves the alias or the setting.
  return rows.some((row) => row.kid === key.publicJwk.kid) ? undefined : key;
}

// Whoever takes the place in the succession revokes the key it replaces; who comes second changes nothing.
async function insertKey(
  sources: KeySources,
  key: NewKey,
  place: PlannedKey,
  nowMs: number,
  replacedKid?: string,
): Promise<void> {
  const change = { actor: systemActor, nowMs };
  const created = await sources.db.transaction(async (trx) => {
    if (!(await createRecordedKey(trx, key, place, change))) return false;
    if (replacedKid !== undefined) await revokeRecorded(trx, replacedKid, change);
    return true;
  });
  if (!created) return;
  const { kid } = key.publicJwk;
  const activatesAt = new Date(place.activatesAtMs).toISOString();
  sources.log.info({ kid, generation: place.generation, activatesAt }, "signing key created and published");
}
