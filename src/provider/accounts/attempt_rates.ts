// Owns the decision how often sign-in may fail: what is counted, how strictly, and for whom. The store applies it
// in one statement. Counting is a leaky bucket kept as one moment (GCRA): the moment until which past attempts are
// paid off.
import { createHash } from "node:crypto";
import { parseClientAddress } from "../../input/client_address.ts";
import type { ThrottleKind } from "../../observability/throttle_kinds.ts";

/** How many attempts may come at once, and how soon one more is earned. */
export interface AttemptRate {
  burst: number;
  intervalMs: number;
}

/** What is counted, and how strictly. */
export interface RatedKey {
  /** As metrics tell of it; undefined: nobody is refused by it, and it is no throttle. */
  kind: ThrottleKind | undefined;
  keyHash: string;
  rate: AttemptRate;
}

/**
 * The rates. Nobody can lock another person out: no rate that others can use up refuses a browser or an address
 * where the account has signed in before, and at a new address the right password gets in at once, or after one
 * `guarded` interval if it was mistyped there, whatever others try elsewhere.
 * - browser: a browser that has signed in to this account before (OWASP's device cookie). Nothing else counts then.
 * - pair: one address (one IPv6 /64) trying one account.
 * - address: one address trying many accounts.
 * - account: many new addresses trying one account. Past it nobody is refused; each new address gets the stricter
 *   `guarded` rate instead, which makes guessing dear and costs a person at most a minute.
 *
 * The worst an attacker of n addresses gets is n guesses a minute at one account, which passwords that `assertNewPassword`
 * takes (10^8 guesses and more) withstand for years.
 * @see NIST SP 800-63B section 3.2.2; OWASP "Slow Down Online Guessing Attacks with Device Cookies"
 */
export const attemptRates = {
  browser: { burst: 6, intervalMs: 30_000 },
  pair: { burst: 6, intervalMs: 30_000 },
  address: { burst: 40, intervalMs: 5_000 },
  account: { burst: 60, intervalMs: 10_000 },
  guarded: { burst: 1, intervalMs: 60_000 },
} as const satisfies Record<string, AttemptRate>;

/** How long a browser, or an address, counts as known to an account after a sign-in. */
export const knownForMs = 90 * 24 * 3600 * 1000;

/** What one attempt to sign in is counted under. */
export interface AttemptKeys {
  /** Undefined where the browser brings no mark of its own. */
  browser: RatedKey | undefined;
  pair: RatedKey;
  address: RatedKey;
  account: RatedKey;
  guarded: RatedKey;
  /** Marks that this account has signed in from this address. */
  knownAddressHash: string;
  /** Marks that this account has signed in in this browser. */
  knownBrowserHash: string | undefined;
}

/** From where somebody tries. */
export interface AttemptOrigin {
  /** IPv4 or IPv6 address of the browser, as the trusted proxies report it. */
  clientAddress: string;
  /** A random mark that only this browser has; undefined: it has none yet. */
  browser?: string | undefined;
}

/**
 * Derives the keys of an attempt.
 * @param loginKey the sign-in name in the form of `loginKeyOf`, whether or not such an account exists
 */
export function attemptKeysOf(loginKey: string, { clientAddress, browser }: AttemptOrigin): AttemptKeys {
  // What is no address stands for itself (a socket that is gone; pinned_request.ts lets no other through).
  const network = parseClientAddress(clientAddress)?.network ?? clientAddress;
  const keyHash = (...parts: string[]) =>
    createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
  const rated = (kind: keyof typeof attemptRates, ...of: string[]): RatedKey => ({
    kind,
    keyHash: keyHash(kind, ...of),
    rate: attemptRates[kind],
  });
  return {
    browser: browser === undefined ? undefined : rated("browser", browser, loginKey),
    pair: rated("pair", network, loginKey),
    address: rated("address", network),
    account: rated("account", loginKey),
    guarded: rated("guarded", network, loginKey),
    knownAddressHash: keyHash("known address", network, loginKey),
    knownBrowserHash: browser === undefined ? undefined : keyHash("known browser", browser, loginKey),
  };
}

/** The latest paid-off moment with which one more attempt is still admitted now. */
export function latestAdmissibleMs(nowMs: number, rate: AttemptRate): number {
  return nowMs + rate.intervalMs * (rate.burst - 1);
}

/** The latest paid-off moment that attempts up to now can have made. A later one is a clock's fault. */
export function latestPossibleMs(nowMs: number, rate: AttemptRate): number {
  return nowMs + rate.intervalMs * rate.burst;
}
