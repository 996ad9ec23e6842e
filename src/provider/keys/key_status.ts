// Owns what operators are told about the keys: where each is in its life, what caches may hold of it, which
// instance serves what, and what needs attention. Pure, from rows, instances, the moment and the policy.
import { type KeyPhase, type KeyState, keySetAt, provenMs } from "./key_set.ts";
import type { KeyRow } from "./key_store.ts";
import type { KeyPolicy } from "./policy.ts";
import { chooseSigner, type InstanceView, isLive } from "./signer_choice.ts";

/** How long AWS is assumed to keep a JWKS. It publishes no figure; its guidance for rotation is 24 hours. */
export const assumedAwsCacheSeconds = 24 * 60 * 60;

/**
 * For how long a silent instance is told of, in seconds. Whoever looks later finds one that crashed or was replaced;
 * its row stays for the publish lead it counts on, which new keys heed.
 */
const toldSilenceSeconds = 60 * 60;

/** One key as operators see it; all times in epoch milliseconds, null where there is none. */
export interface KeyView {
  kid: string;
  phase: KeyPhase;
  /** Where its private half is. */
  kept: "store" | "kms" | "destroyed";
  kmsKeyId: string | null;
  publishedSinceMs: number;
  maySignAtMs: number;
  stopsSigningAtMs: number | null;
  leavesJwksAtMs: number | null;
  revokedAtMs: number | null;
  /** Issue time of the oldest token signed with it that has not expired; null when there can be none. */
  oldestValidTokenMs: number | null;
  /** When every verifier that honours max-age has it. */
  inEveryCacheAtMs: number;
  /** When AWS has it, if it keeps a JWKS no longer than is assumed. */
  inAwsCacheAtMs: number;
  /** When no verifier that honours max-age holds it any more; null while it is published without end. */
  outOfEveryCacheAtMs: number | null;
  /** When AWS holds it no more, if it keeps a JWKS no longer than is assumed. */
  outOfAwsCacheAtMs: number | null;
}

/** One instance as operators see it. */
export interface InstanceStatus {
  instanceId: string;
  live: boolean;
  startedAtMs: number;
  seenAtMs: number;
  signingKid: string | null;
  /** Published kids that it lacks; empty when it follows. */
  lacks: string[];
}

/** Everything `tti key status` tells. */
export interface KeyStatus {
  nowMs: number;
  /** The key that signs, and how many live instances say so. */
  signingKid: string | null;
  waitingFor: string[];
  keys: KeyView[];
  /** Those heard from within the last hour. */
  instances: InstanceStatus[];
  warnings: string[];
}

/** Describes the keys at a moment. */
export function describeKeys(
  rows: readonly KeyRow[],
  instances: readonly InstanceView[],
  nowMs: number,
  policy: KeyPolicy,
): KeyStatus {
  const keySet = keySetAt(rows, nowMs, policy);
  const { candidates, waitingFor } = chooseSigner(keySet, instances, nowMs, policy);
  const publishedKids = keySet.published.map((key) => key.row.kid);
  const statuses = instances
    .filter(({ seenAtMs }) => nowMs - seenAtMs <= toldSilenceSeconds * 1000)
    .map((instance) => describeInstance(instance, publishedKids, nowMs, policy));
  const signingKid = candidates[0]?.row.kid ?? null;
  return {
    nowMs,
    signingKid,
    waitingFor,
    keys: keySet.keys.map((key) => describeKey(key, nowMs, policy)),
    instances: statuses,
    warnings: [
      ...keyWarnings(rows, nowMs, policy),
      ...(waitingFor.length === 0 ? [] : [waitingWarning(keySet.current?.row.kid, waitingFor, signingKid)]),
      ...statuses.filter((instance) => instance.live && instance.lacks.length > 0).map(laggingWarning),
      ...statuses
        .filter((instance) => !instance.live)
        .map((instance) => {
          const ahead = instance.seenAtMs - nowMs;
          return ahead > 0 ? aheadWarning(instance, ahead) : silentWarning(instance);
        }),
    ],
  };
}

function describeKey(key: KeyState<KeyRow>, nowMs: number, policy: KeyPolicy): KeyView {
  const { row, phase, retiresAtMs, removedAtMs } = key;
  const maxAgeMs = policy.jwksMaxAgeSeconds * 1000;
  const awsMs = assumedAwsCacheSeconds * 1000;
  return {
    kid: row.kid,
    phase,
    kept: row.kmsKeyId !== null ? "kms" : row.sealedPrivateJwk !== null ? "store" : "destroyed",
    kmsKeyId: row.kmsKeyId,
    publishedSinceMs: row.createdAtMs,
    maySignAtMs: row.activatesAtMs,
    stopsSigningAtMs: retiresAtMs,
    leavesJwksAtMs: removedAtMs,
    revokedAtMs: row.revokedAtMs,
    oldestValidTokenMs: oldestValidTokenMs(key, nowMs, policy),
    // Before the first key there was no JWKS that could lack it.
    inEveryCacheAtMs: row.createdAtMs + (row.generation === 1 ? 0 : maxAgeMs),
    inAwsCacheAtMs: row.createdAtMs + (row.generation === 1 ? 0 : awsMs),
    outOfEveryCacheAtMs: removedAtMs === null ? null : removedAtMs + maxAgeMs,
    outOfAwsCacheAtMs: removedAtMs === null ? null : removedAtMs + awsMs,
  };
}

function oldestValidTokenMs(key: KeyState, nowMs: number, policy: KeyPolicy): number | null {
  const { activatesAtMs } = key.row;
  const oldestMs = Math.max(activatesAtMs, nowMs - policy.longestTokenSeconds * 1000);
  const lastSignatureMs = Math.min(key.retiresAtMs ?? nowMs, nowMs);
  return activatesAtMs <= lastSignatureMs && oldestMs <= lastSignatureMs ? oldestMs : null;
}

function describeInstance(
  instance: InstanceView,
  publishedKids: readonly string[],
  nowMs: number,
  policy: KeyPolicy,
): InstanceStatus {
  const { instanceId, startedAtMs, seenAtMs, signingKid } = instance;
  return {
    instanceId,
    live: isLive(instance, nowMs, policy),
    startedAtMs,
    seenAtMs,
    signingKid,
    lacks: publishedKids.filter((kid) => !instance.publishedKids.includes(kid)),
  };
}

function keyWarnings(rows: readonly KeyRow[], nowMs: number, policy: KeyPolicy): string[] {
  const { current, next, keys } = keySetAt(rows, nowMs, policy);
  const warnings: string[] = [];
  if (rows.length === 0)
    warnings.push("There is no signing key yet: the first instance that starts makes it.");
  else if (current === undefined) {
    warnings.push("No key may sign. Run `tti key rotate --emergency` to make one that signs at once.");
  }
  if (current !== undefined && next === undefined) {
    const overdue = current.row.activatesAtMs + policy.signingPeriodSeconds * 1000 <= nowMs;
    const kms =
      "point TTI_KMS_KEY_ID or its alias at a new KMS key, or run `tti key rotate --create-kms-key`";
    if (current.row.kmsKeyId === null)
      warnings.push("No next key is published: an instance makes it when it polls.");
    else if (overdue) warnings.push(`Key ${current.row.kid} has signed for longer than its period: ${kms}.`);
  }
  if (provenMs(rows) > nowMs + policy.clockSkewSeconds * 1000) {
    warnings.push("A key was created in the future: this clock is behind, or its creator's was ahead.");
  }
  const lost = keys.filter(
    ({ phase, row }) =>
      (phase === "current" || phase === "next") && row.sealedPrivateJwk === null && row.kmsKeyId === null,
  );
  for (const { row } of lost) warnings.push(`Key ${row.kid} has lost its private half and cannot sign.`);
  return warnings;
}

function waitingWarning(
  currentKid: string | undefined,
  waitingFor: readonly string[],
  signingKid: string | null,
): string {
  const meanwhile = signingKid === null ? "nothing signs" : `${signingKid} signs`;
  return `Key ${currentKid} signs once ${waitingFor.join(", ")} publishes it; until then ${meanwhile}.`;
}

function laggingWarning(instance: InstanceStatus): string {
  return `Instance ${instance.instanceId} does not publish ${instance.lacks.join(", ")} yet.`;
}

function aheadWarning(instance: InstanceStatus, ahead: number): string {
  const minutes = Math.round(ahead / 60_000);
  return `Instance ${instance.instanceId} wrote a time ${minutes} minutes ahead of this clock: one of the two is wrong. It holds nobody back; stop it, and set its clock.`;
}

function silentWarning(instance: InstanceStatus): string {
  const seen = new Date(instance.seenAtMs).toISOString();
  return `Instance ${instance.instanceId} was last heard from at ${seen}; if it still runs, it cannot reach the database.`;
}
