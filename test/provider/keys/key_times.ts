// Owns key rows and policies for the tests of the pure rotation decisions, with times in hours.
import type { KeyTimes } from "../../../src/provider/keys/key_set.ts";
import { type KeyPolicy, keyPolicy } from "../../../src/provider/keys/policy.ts";
import type { InstanceView } from "../../../src/provider/keys/signer_choice.ts";

export const hourMs = 60 * 60 * 1000;
export const dayMs = 24 * hourMs;

/** Tokens of five minutes, everything else by default. */
export const policy: KeyPolicy = keyPolicy({ longestTokenSeconds: 300 });

/** A key row; created a day before it activates unless told. */
export function keyTimes(generation: number, activatesAtMs: number, rest: Partial<KeyTimes> = {}): KeyTimes {
  return {
    kid: `k${generation}`,
    generation,
    activatesAtMs,
    createdAtMs: activatesAtMs - dayMs,
    revokedAtMs: null,
    ...rest,
  };
}

/** What an instance says that was heard from just now. */
export function instanceView(instanceId: string, publishedKids: string[], seenAtMs: number): InstanceView {
  return {
    instanceId,
    publishedKids,
    seenAtMs,
    fingerprint: publishedKids.join(),
    signingKid: publishedKids[0] ?? null,
    publishLeadMs: policy.publishLeadSeconds * 1000,
    pollIntervalMs: policy.pollIntervalSeconds * 1000,
    startedAtMs: seenAtMs,
  };
}
