// Owns what an emergency rotation means for everybody else, worked out from the policy and put into words.
import { assumedAwsCacheSeconds } from "./key_status.ts";
import type { KeyPolicy } from "./policy.ts";

/** What fails after an emergency rotation, and for how long. Times in epoch milliseconds. */
export interface EmergencyEffects {
  /** No instance signs until every live one publishes the new key: at most this long. */
  signingPausesSeconds: number;
  /** Until then a verifier that honours max-age may hold the old JWKS. */
  cachesUntilMs: number;
  /** The same for AWS, whose cache time is unknown, by assumption. */
  awsUntilMs: number;
  /** When the last token signed with the revoked key has expired. */
  oldTokensUntilMs: number;
  sentences: string[];
}

/**
 * Works out what an emergency breaks.
 * @param keptNext whether the key that signs now had been published long enough for every cache to have it
 */
export function emergencyEffects(nowMs: number, policy: KeyPolicy, keptNext: boolean): EmergencyEffects {
  const propagationSeconds = policy.pollIntervalSeconds + policy.clockSkewSeconds;
  const signingPausesSeconds = keptNext ? 0 : 3 * policy.pollIntervalSeconds + propagationSeconds;
  const goneEverywhereMs = nowMs + propagationSeconds * 1000;
  const cachesUntilMs = goneEverywhereMs + policy.jwksMaxAgeSeconds * 1000;
  const awsUntilMs = goneEverywhereMs + assumedAwsCacheSeconds * 1000;
  const oldTokensUntilMs = nowMs + policy.longestTokenSeconds * 1000;
  const at = (ms: number): string => new Date(ms).toISOString();
  const newTokens = keptNext
    ? ["New tokens verify everywhere: the key that signs now has been published for the whole publish lead."]
    : [
        `No token is signed until every live instance publishes the new key: ${policy.pollIntervalSeconds} s ` +
          `as a rule, ${signingPausesSeconds} s if an instance just died. The token endpoint answers ` +
          "503 temporarily_unavailable meanwhile.",
        `New tokens are refused by verifiers that hold the old JWKS and do not fetch again for an unknown kid: ` +
          `until ${at(cachesUntilMs)} by those that honour max-age, and by AWS for an unknown time ` +
          `(plan for ${at(awsUntilMs)}).`,
      ];
  return {
    signingPausesSeconds,
    cachesUntilMs,
    awsUntilMs,
    oldTokensUntilMs,
    sentences: [
      ...newTokens,
      `Tokens signed with the revoked key are refused by whoever fetches the JWKS from now on; the last of them ` +
        `would have expired at ${at(oldTokensUntilMs)}. Back ends ask for new ones; users stay signed in.`,
      `Tokens forged with the leaked key may still be accepted by whoever holds the old JWKS: until ` +
        `${at(cachesUntilMs)} by those that honour max-age, and by AWS for an unknown time ` +
        `(plan for ${at(awsUntilMs)}). Watch CreateTokenWithIAM in CloudTrail until then.`,
      "A copy of the JWKS that stands elsewhere still lists the revoked key: run `tti key publish` now.",
      "A logout that presents an ID token signed with the revoked key as its hint is refused; one without works.",
    ],
  };
}
