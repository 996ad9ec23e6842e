// Owns counting an attempt to sign in, and refusing one that is too much: before the password is looked at, so that a thousand
// guesses sent at once are a thousand attempts.
import type { Clock } from "../../clock.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { AttemptKeys, RatedKey } from "./attempt_rates.ts";
import {
  type CountedAttempt,
  countAttempts,
  settleAttempts,
  tellThrottled,
} from "./sign_in_attempt_store.ts";

/** What counting needs. */
export interface CountDeps {
  db: Database;
  clock: Clock;
  /** Where a clock that was ahead is told of. */
  log?: Log | undefined;
}

/**
 * Counts an attempt under all it counts under.
 * @param known the marks of its browser and address that stand
 * @returns the keys it was counted under, to be taken back if it succeeds
 * @throws OperationError too_many_attempts, with the seconds to wait in its fix
 */
export async function countSignIn(
  deps: CountDeps,
  keys: AttemptKeys,
  known: ReadonlySet<string>,
  now: Date,
): Promise<readonly RatedKey[]> {
  const [rated, judged] = [ratedKeysOf(keys, known), new Map<RatedKey, CountedAttempt>()];
  await count(deps, rated, judged, now);
  // Past its rate the account's count stands still, so that a flood cannot prolong what it caused.
  const flooded = isRefused(judged.get(keys.account)) && judged.get(keys.account)?.healed !== true;
  // Of counts from the future all are cut in one go, so that one wait heals them.
  const healing = [keys.account, keys.address].some((key) => judged.get(key)?.healed === true);
  const stopped = isRefused(judged.get(keys.address)) && !healing;
  // All were counted in one statement; what another refuses before it is not tried by this one.
  if ((flooded || stopped) && judged.has(keys.pair)) {
    if (!isRefused(judged.get(keys.pair))) await settleAttempts(deps.db, { takenBack: [keys.pair] });
    judged.delete(keys.pair);
  }
  if (flooded && !stopped) await count(deps, [keys.guarded], judged, now);
  for (const [key, one] of judged) tellThrottled(deps.db, key, one);
  // What others can use up refuses nobody by itself.
  const waits = [...judged].flatMap(([key, { waitMs = 0 }]) => (key === keys.account ? [] : waitMs));
  const waitMs = Math.max(0, ...waits);
  if (waitMs > 0) {
    const seconds = Math.ceil(waitMs / 1000);
    throw new OperationError("too_many_attempts", "Too many attempts to sign in.", {
      fix: `Wait ${seconds} ${seconds === 1 ? "second" : "seconds"}, then try again.`,
      retryAfterSeconds: seconds,
    });
  }
  return [...judged].flatMap(([key, one]) => (isRefused(one) ? [] : key));
}

const isRefused = (one: CountedAttempt | undefined): boolean => one?.waitMs !== undefined;

// What others can use up never decides where the account has signed in before.
function ratedKeysOf(keys: AttemptKeys, known: ReadonlySet<string>): readonly RatedKey[] {
  if (isKnownBrowser(keys, known)) return keys.browser === undefined ? [] : [keys.browser];
  if (known.has(keys.knownAddressHash)) return [keys.address, keys.pair];
  return [keys.account, keys.address, keys.pair];
}

/** Tells whether the account has signed in before in this browser. */
export function isKnownBrowser(
  { browser, knownBrowserHash }: AttemptKeys,
  known: ReadonlySet<string>,
): boolean {
  return browser !== undefined && knownBrowserHash !== undefined && known.has(knownBrowserHash);
}

async function count(
  { db, log }: CountDeps,
  keys: readonly RatedKey[],
  judged: Map<RatedKey, CountedAttempt>,
  now: Date,
): Promise<void> {
  const counted = await countAttempts(db, keys, now);
  for (const [index, key] of keys.entries()) judged.set(key, counted[index] ?? { waitMs: 0, healed: false });
  if (counted.some(({ healed }) => healed))
    log?.warn("a count of sign-in attempts came from the future and was cut: a clock was ahead");
}
