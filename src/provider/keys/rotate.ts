// Owns rotating the signing keys on an operator's word: planned, which breaks nobody, or in an emergency, which
// says what it breaks. Every rotation is one transaction with its audit events.
import { OperationError } from "../../errors.ts";
import { type EmergencyEffects, emergencyEffects } from "./emergency.ts";
import { earliestActivationMs, nextGeneration } from "./key_set.ts";
import { type KeyRow, listInstances, saveActivation } from "./key_store.ts";
import { assertSecretsFit, type KeyOperationContext, readKeySet } from "./operations.ts";
import { createRecordedKey, recordKeyEvent, revokeRecorded } from "./recorded_changes.ts";
import { longestLeadSeconds } from "./signer_choice.ts";
import { createLocalKey, type NewKey } from "./signer_local.ts";

/** Where a new key is to come from, where it is not the configured place. */
export interface NewKeySource {
  /** A KMS key that exists: id, ARN or alias. */
  kmsKeyId?: string | undefined;
  /** A KMS key made now. */
  createKmsKey?: boolean | undefined;
  /** The store, although TTI_KMS_KEY_ID is set. */
  local?: boolean | undefined;
}

/** What a planned rotation arranged. */
export interface PlannedRotation {
  kid: string;
  /** When it starts to sign: at once if it has been published for the lead already. */
  maySignAtMs: number;
  /** The next key whose place it took, if one was given up. */
  replacedKid: string | null;
}

/**
 * Rotates ahead of time without breaking anybody: the next key signs as soon as it has been published for the
 * lead. With a source, a key from there takes the next key's place and keeps the whole lead.
 * @throws OperationError `key_in_use` when there is no key to rotate to, or a rotation came between;
 *   `signing_key_unreadable` when the secrets open none of the keys
 */
export async function rotateKeys(
  context: KeyOperationContext,
  source: NewKeySource = {},
): Promise<PlannedRotation> {
  const nowMs = context.clock().getTime();
  const { rows, keySet } = await readKeySet(context, nowMs);
  assertSecretsFit(context, rows);
  const leadSeconds = longestLeadSeconds(await listInstances(context.db), nowMs, context.policy);
  const { next } = keySet;
  const usesNext = next !== undefined && Object.values(source).every((value) => !value);
  const activatesAtMs = usesNext
    ? Math.min(next.row.activatesAtMs, earliestActivationMs(next.row, nowMs, leadSeconds))
    : nowMs + leadSeconds * 1000;
  const key = usesNext ? undefined : await makeKey(context, source, rows);
  const kid = key?.publicJwk.kid ?? next?.row.kid ?? "";
  const replacedKid = usesNext ? null : (next?.row.kid ?? null);
  const change = { actor: context.actor, nowMs };
  await context.db.transaction(async (trx) => {
    await context.still?.(trx);
    if (key === undefined) {
      const times = { fromMs: next?.row.activatesAtMs ?? nowMs, toMs: activatesAtMs };
      if (!(await saveActivation(trx, kid, times))) throw overtaken();
      const maySignAt = new Date(activatesAtMs).toISOString();
      await recordKeyEvent(trx, change, "key.rotated", { kid, maySignAt });
      return;
    }
    if (replacedKid !== null && !(await revokeRecorded(trx, replacedKid, change))) throw overtaken();
    const place = { generation: nextGeneration(rows), createdAtMs: nowMs, activatesAtMs };
    if (!(await createRecordedKey(trx, key, place, change))) throw overtaken();
  });
  return { kid, maySignAtMs: activatesAtMs, replacedKid };
}

/** What an emergency rotation did and breaks. */
export interface EmergencyRotation {
  kid: string;
  revokedKids: string[];
  effects: EmergencyEffects;
}

/**
 * Stops signing with the current key now and takes it out of the JWKS. The next key is revoked with it, because
 * whoever read the one could read the other; a new key signs at once.
 * @param options.keepNext the next key is known to be safe: it signs now instead of a new one, and new tokens
 *   verify everywhere at once, provided it has been published for the lead
 * @param options.secretLost the secret that sealed the keys is lost: the new key is sealed with the one at hand
 * @throws OperationError `key_in_use` when there is no next key to keep, or a rotation came between;
 *   `signing_key_unreadable` when the secrets open none of the keys, and that is not what is to be mended
 */
export async function rotateKeysInEmergency(
  context: KeyOperationContext,
  options: { keepNext?: boolean; source?: NewKeySource; secretLost?: boolean } = {},
): Promise<EmergencyRotation> {
  const nowMs = context.clock().getTime();
  const { rows, keySet } = await readKeySet(context, nowMs);
  if (!options.secretLost) assertSecretsFit(context, rows);
  const { current, next } = keySet;
  if (options.keepNext && next === undefined) throw nothingToRotateTo("There is no next key to keep.");
  const key = options.keepNext ? undefined : await makeKey(context, options.source ?? {}, rows);
  const suspects = [
    current,
    ...(options.keepNext ? [] : keySet.keys.filter((each) => each.phase === "next")),
  ];
  const revokedKids = suspects.filter((each) => each !== undefined).map((each) => each.row.kid);
  const kid = key?.publicJwk.kid ?? next?.row.kid ?? "";
  const change = { actor: context.actor, nowMs };
  const details = { emergency: true } as const;
  await context.db.transaction(async (trx) => {
    await context.still?.(trx);
    for (const revoked of revokedKids) {
      if (!(await revokeRecorded(trx, revoked, change, details))) throw overtaken();
    }
    if (key === undefined) {
      const times = { fromMs: next?.row.activatesAtMs ?? nowMs, toMs: nowMs };
      if (!(await saveActivation(trx, kid, times))) throw overtaken();
      await recordKeyEvent(trx, change, "key.rotated", { kid, ...details });
      return;
    }
    const place = { generation: nextGeneration(rows), createdAtMs: nowMs, activatesAtMs: nowMs };
    if (!(await createRecordedKey(trx, key, place, change, details))) throw overtaken();
  });
  const leadMs = context.policy.publishLeadSeconds * 1000;
  const inEveryCache = key === undefined && next !== undefined && nowMs - next.row.createdAtMs >= leadMs;
  return { kid, revokedKids, effects: emergencyEffects(nowMs, context.policy, inEveryCache) };
}

async function makeKey(
  context: KeyOperationContext,
  source: NewKeySource,
  rows: readonly KeyRow[],
): Promise<NewKey> {
  const { kms, sealer } = context;
  const wantsKms = source.kmsKeyId !== undefined || source.createKmsKey === true;
  if (source.local || (kms === undefined && !wantsKms)) return createLocalKey(sealer);
  if (kms === undefined) {
    throw new OperationError(
      "invalid_config",
      "TTI_KMS_KEY_ID is not set, so instances could not sign with KMS.",
      {
        field: "TTI_KMS_KEY_ID",
        fix: "Set it to the KMS key for every instance; they take it into the succession by themselves.",
      },
    );
  }
  const key = source.createKmsKey ? await kms.createKey() : await kms.getKey(source.kmsKeyId);
  if (!rows.some((row) => row.kid === key.publicJwk.kid)) return key;
  throw nothingToRotateTo(`KMS key ${key.kmsKeyId} has signed or waits to sign already.`);
}

function nothingToRotateTo(message: string): OperationError {
  return new OperationError("key_in_use", message, {
    fix:
      "With keys in the store, wait for an instance to publish the next key. With KMS, add " +
      "--create-kms-key, or --kms-key-id with a KMS key that has not been used.",
  });
}

function overtaken(): OperationError {
  return new OperationError("key_in_use", "Another rotation came between, and nothing was changed.", {
    fix: "Run `tti key status`, and if the rotation is still wanted, run this again.",
  });
}
