// Owns the decision how often sign-in may fail, as pure functions. The store applies it in one statement.
// Counting is a leaky bucket kept as one moment (GCRA): the moment until which past attempts are paid off.
import { createHash } from "node:crypto";
import { isIPv6 } from "node:net";

/** How many attempts may come at once, and how soon one more is earned. */
export interface AttemptRate {
  burst: number;
  intervalMs: number;
}

/** What is counted, and how strictly. */
export interface RatedKey {
  keyHash: string;
  rate: AttemptRate;
}

/**
 * The rates. No account is ever locked: each rate only slows down, and is earned back within minutes.
 * - pair: one address trying one account.
 * - address: one address (one IPv6 /64) trying many accounts.
 * - account: many addresses trying one account. Not applied where this account has signed in before, so
 *   an attacker with many addresses cannot keep the person out of the places they use.
 */
export const attemptRates = {
  pair: { burst: 6, intervalMs: 30_000 },
  address: { burst: 40, intervalMs: 5_000 },
  account: { burst: 60, intervalMs: 10_000 },
} as const satisfies Record<string, AttemptRate>;

/** How long a pair of account and address counts as known after a sign-in. */
export const knownPairMs = 90 * 24 * 3600 * 1000;

/** What one attempt to sign in is counted under. */
export interface AttemptKeys {
  pair: RatedKey;
  address: RatedKey;
  account: RatedKey;
  /** Marks that this account has signed in from this address. */
  knownPairHash: string;
}

/**
 * Derives the keys of an attempt.
 * @param loginKey the sign-in name in the form of `loginKeyOf`, whether or not such an account exists
 * @param clientAddress IPv4 or IPv6 address of the browser
 */
export function attemptKeysOf(loginKey: string, clientAddress: string): AttemptKeys {
  const network = networkOf(clientAddress);
  const keyHash = (...parts: string[]) => createHash("sha256").update(parts.join("\n")).digest("base64url");
  return {
    pair: { keyHash: keyHash("pair", network, loginKey), rate: attemptRates.pair },
    address: { keyHash: keyHash("address", network), rate: attemptRates.address },
    account: { keyHash: keyHash("account", loginKey), rate: attemptRates.account },
    knownPairHash: keyHash("known", network, loginKey),
  };
}

/**
 * The part of an address one customer of a network holds: an IPv4 address whole, of an IPv6 address the
 * first 64 bits, because everyone with one such address has 2^64 of them.
 */
export function networkOf(clientAddress: string): string {
  const address = clientAddress.replace(/%.*$/, "").toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  // Dotted IPv4 at the end stands for two groups.
  const groups = left.length + right.length + (address.includes(".") ? 1 : 0);
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups);
  return [...left, ...Array<string>(zeros).fill("0"), ...right]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}

/**
 * Decides one attempt.
 * @param paidUntilMs the moment past attempts are paid off, undefined if there were none
 * @returns the moment after this attempt, or how many milliseconds to wait
 */
export function admitAttempt(
  paidUntilMs: number | undefined,
  nowMs: number,
  rate: AttemptRate,
): { paidUntilMs: number } | { waitMs: number } {
  const latest = latestAdmissibleMs(nowMs, rate);
  if (paidUntilMs !== undefined && paidUntilMs > latest) return { waitMs: paidUntilMs - latest };
  return { paidUntilMs: Math.max(paidUntilMs ?? nowMs, nowMs) + rate.intervalMs };
}

/** The latest paid-off moment with which one more attempt is still admitted now. */
export function latestAdmissibleMs(nowMs: number, rate: AttemptRate): number {
  return nowMs + rate.intervalMs * (rate.burst - 1);
}
