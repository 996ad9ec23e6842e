// Owns the value of the refresh token that follows another, and whether a used one may be shown again. Pure.
import { createHmac, createSecretKey, hkdfSync, type KeyObject } from "node:crypto";

/**
 * Derives the keys successors are made with.
 * @param secrets TTI_SECRETS, 32 bytes each, newest first
 * @returns one key for each secret, in the same order
 */
export function deriveSuccessorKeys(secrets: readonly Uint8Array[]): KeyObject[] {
  return secrets.map((secret) => {
    const bytes = hkdfSync("sha256", secret, "", "tti-provider refresh token successor", 32);
    // As an object: of bytes Node.js finds out by an error, each time, that they are none.
    return createSecretKey(new Uint8Array(bytes));
  });
}

/**
 * The token that follows a refresh token: always the same one, so that whoever repeats an honest request, on any
 * instance, gets what was lost on the way. It is computed from the presented value, of which the store has a hash
 * only; without the installation's secret it cannot be found, not even by who holds the old token.
 * @param key of {@link deriveSuccessorKeys}
 * @param presented the value the client sent
 * @returns 256 bits in base64url, as every other token
 */
export function successorOf(key: KeyObject, presented: string): string {
  return createHmac("sha256", key).update(presented).digest("base64url");
}

/** When a token was used: epoch milliseconds, null if it was not; undefined: there is no such token. */
export type UsedAtMs = number | null | undefined;

/**
 * Judges a refresh token that is presented.
 *
 * `first`: nobody used it. `repeat`: it was used a moment ago and its successor was not, so whoever repeats has not
 * had the answer. `reused`: two holders have it, one of them a thief (RFC 9700 section 4.14.2).
 *
 * @param usedAtMs when the token itself was used
 * @param successorUsedAtMs when the token it was exchanged for was used
 * @param graceMs how long a repeat is honest; 0: never
 */
export function judgePresentation(
  usedAtMs: UsedAtMs,
  successorUsedAtMs: UsedAtMs,
  nowMs: number,
  graceMs: number,
): "first" | "repeat" | "reused" {
  if (usedAtMs === null || usedAtMs === undefined) return "first";
  const honest = graceMs > 0 && nowMs - usedAtMs <= graceMs && successorUsedAtMs === null;
  return honest ? "repeat" : "reused";
}
