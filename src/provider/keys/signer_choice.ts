// Owns the last word before a signature: may this deployment sign with the current key yet, given what every
// live instance says it publishes? Pure.
import type { KeySet, KeyState, KeyTimes } from "./key_set.ts";
import type { KeyPolicy } from "./policy.ts";

/** What an instance last said it serves. */
export interface InstanceView {
  instanceId: string;
  fingerprint: string;
  publishedKids: string[];
  signingKid: string | null;
  publishLeadMs: number;
  pollIntervalMs: number;
  startedAtMs: number;
  seenAtMs: number;
}

/** Which keys may sign, best first, and who keeps the current one from it. */
export interface SignerChoice<Row extends KeyTimes = KeyTimes> {
  candidates: KeyState<Row>[];
  /** Ids of live instances that do not publish the current key yet. */
  waitingFor: string[];
}

/** An instance that missed this many polls in a row is taken for dead, and reads again before it goes on. */
export const missedPollsOfTheDead = 3;

/**
 * Tells whether an instance is still there: it has not missed three polls in a row. One that was heard from in the
 * future is not counted: its own clock wrote that, and once it is dead everybody would wait for it until then.
 */
export function isLive(instance: InstanceView, nowMs: number, policy: KeyPolicy): boolean {
  const silenceMs = missedPollsOfTheDead * instance.pollIntervalMs + policy.clockSkewSeconds * 1000;
  return nowMs - instance.seenAtMs <= silenceMs && aheadMs(instance, nowMs, policy) === 0;
}

/** How far an instance's clock is ahead of this one, in milliseconds; 0 within the tolerance of the policy. */
export function aheadMs(instance: InstanceView, nowMs: number, policy: KeyPolicy): number {
  const ahead = instance.seenAtMs - nowMs;
  return ahead > policy.clockSkewSeconds * 1000 ? ahead : 0;
}

/**
 * Chooses the signing key: the current one, once every live instance publishes it.
 *
 * The publish lead alone makes that true in a planned rotation. This is the belt to those braces: an instance
 * that polls but cannot follow (an old version, a fault) holds its fellows back, and an emergency key, which has
 * no lead, waits the one poll it takes. Meanwhile, or if the current key cannot be opened, the predecessor may
 * sign on, as long as its tokens stay verifiable to their end; where it was revoked, nothing signs.
 *
 * @param ownInstanceId left out of the waiting: it publishes what this choice was made from
 */
export function chooseSigner<Row extends KeyTimes>(
  keySet: KeySet<Row>,
  instances: readonly InstanceView[],
  nowMs: number,
  policy: KeyPolicy,
  ownInstanceId?: string,
): SignerChoice<Row> {
  const { current } = keySet;
  if (current === undefined) return { candidates: [], waitingFor: [] };
  const waitingFor = instances
    .filter((instance) => instance.instanceId !== ownInstanceId && isLive(instance, nowMs, policy))
    .filter((instance) => !instance.publishedKids.includes(current.row.kid))
    .map((instance) => instance.instanceId);
  const candidates = waitingFor.length === 0 ? [current] : [];
  const predecessor = keySet.published.find((key) => key.phase === "previous");
  if (predecessor !== undefined && nowMs < lastSafeSignatureMs(predecessor, policy)) {
    candidates.push(predecessor);
  }
  return { candidates, waitingFor };
}

/** Until when a token signed with a key can still be verified through its whole life. */
function lastSafeSignatureMs(key: KeyState, policy: KeyPolicy): number {
  if (key.removedAtMs === null) return Number.POSITIVE_INFINITY;
  const { longestTokenSeconds, clockSkewSeconds } = policy;
  return key.removedAtMs - (longestTokenSeconds + clockSkewSeconds) * 1000;
}

/**
 * The publish lead a new key must keep: the longest any instance counts on, this one's included. An instance
 * that has not been heard from is counted for as long as it may still be serving.
 */
export function longestLeadSeconds(
  instances: readonly InstanceView[],
  nowMs: number,
  policy: KeyPolicy,
): number {
  const leads = instances
    .filter((instance) => nowMs - instance.seenAtMs <= instance.publishLeadMs)
    .map((instance) => instance.publishLeadMs / 1000);
  return Math.max(policy.publishLeadSeconds, ...leads);
}
