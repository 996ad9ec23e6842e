// Owns the check before every signature: an instance that may be out of date, whose clock stepped back, or whose
// key is no longer published signs nothing. Remembers failures of the signer itself until one succeeds again.
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../clock.ts";
import { OperationError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { UnsignedReason } from "../../observability/fault_kinds.ts";
import { type KeyPolicy, longestBlindSeconds } from "./policy.ts";
import { assertSignerMatches, type PublicJwk, type Signer, SigningUnavailable } from "./signer.ts";
import { missedPollsOfTheDead } from "./signer_choice.ts";

/** Watches over the signatures of one instance. */
export interface SigningGuard {
  /** Puts the check in front of a signer. */
  wrap(publicJwk: PublicJwk, signer: Signer): Signer;
  /** Notes that the keys were read at a moment. */
  noteRead(nowMs: number): void;
  /** Tells whether the rows must first confirm the clock: nothing was read yet, or it stepped back since. */
  doubtsClock(nowMs: number): boolean;
  /** Why what is known may not be published at a moment; undefined when the last read is good enough for that. */
  whyBlind(nowMs: number): string | undefined;
  /**
   * Why nothing may be signed at a moment. Stricter than publishing: an instance that missed so many polls that
   * others take it for dead cannot know whether its key was revoked meanwhile.
   */
  whyStale(nowMs: number): string | undefined;
  /** How long what is known at a moment stays complete, in seconds. */
  completeForSeconds(nowMs: number): number;
  /**
   * Reads the keys again before going on, if others may have taken this instance for dead meanwhile: it was paused,
   * or its polls did not get through. After two seconds in vain nothing is signed ({@link SigningGuard.whyStale}).
   */
  freshen(): Promise<void>;
  /** Whether there is nothing to read first ({@link SigningGuard.freshen} would not). */
  isFresh(): boolean;
  /** The signer that failed last and has not signed since: whose, and how. */
  lastFailure(): { kid: string; error: Error } | undefined;
  /** Tries the failed signer again, so that an instance without traffic finds out that it recovered. */
  retryFailed(): Promise<void>;
}

/**
 * Makes a guard.
 * @param options.isPublished tells whether this instance still publishes a kid: a provider that was swapped out
 *   may finish its requests with a retired key, but not with a revoked one
 * @param options.readAgain reads the keys, as a poll does
 * @param options.onRefused is told of each signature that was not made
 */
export function createSigningGuard(options: {
  clock: Clock;
  log: Log;
  policy: KeyPolicy;
  isPublished: (kid: string) => boolean;
  readAgain: () => Promise<void>;
  onRefused?: (reason: UnsignedReason) => void;
}): SigningGuard {
  const { clock, log, policy, isPublished, readAgain, onRefused } = options;
  let lastReadMs: number | undefined;
  let failure: { error: Error; publicJwk: PublicJwk; signer: Signer } | undefined;

  const ageSeconds = (nowMs: number): number =>
    lastReadMs === undefined ? Number.POSITIVE_INFINITY : (nowMs - lastReadMs) / 1000;

  const whyBlind = (nowMs: number): string | undefined => {
    const age = ageSeconds(nowMs);
    if (age < -policy.clockSkewSeconds) {
      return `the clock went back by ${Math.round(-age)} s, and the keys have not been read since`;
    }
    if (age > longestBlindSeconds(policy)) {
      return `the keys could not be read for ${Math.round(age)} s, and others may sign with one unknown here`;
    }
    return undefined;
  };

  const freshSeconds = missedPollsOfTheDead * policy.pollIntervalSeconds;

  const whyStale = (nowMs: number): string | undefined => {
    const blind = whyBlind(nowMs);
    const age = ageSeconds(nowMs);
    if (blind !== undefined || age <= freshSeconds) return blind;
    return `the keys could not be read for ${Math.round(age)} s, and one may have been revoked meanwhile`;
  };

  const isFresh = (): boolean => {
    const age = ageSeconds(clock().getTime());
    return age <= freshSeconds && age >= -policy.clockSkewSeconds;
  };

  const freshen = async (): Promise<void> => {
    if (isFresh()) return;
    // A read that was under way may have begun before the pause; then one that begins now. A failure is the poll's to log.
    const reading = readAgain()
      .then(() => (isFresh() ? undefined : readAgain()))
      .catch(() => undefined);
    await Promise.race([reading, sleep(2_000, undefined, { ref: false })]);
  };

  return {
    freshen,
    isFresh,
    wrap: (publicJwk, signer) => ({
      async sign(data) {
        const { kid } = publicJwk;
        await freshen();
        const revoked = isPublished(kid) ? undefined : `key ${kid} is no longer published`;
        const refusal = revoked ?? whyStale(clock().getTime());
        if (refusal !== undefined) {
          onRefused?.(revoked === undefined ? "stale" : "revoked");
          log.error({ kid, reason: refusal }, "token not signed");
          throw new SigningUnavailable(new OperationError("signing_unavailable", `Not signed: ${refusal}.`));
        }
        try {
          const signature = await signer.sign(data);
          if (failure?.publicJwk.kid === kid) failure = undefined;
          return signature;
        } catch (cause) {
          const error = cause instanceof Error ? cause : new Error(String(cause));
          failure = { error, publicJwk, signer };
          onRefused?.("signer");
          log.error({ kid, err: error }, "token not signed");
          throw new SigningUnavailable(error);
        }
      },
    }),
    noteRead(nowMs) {
      lastReadMs = nowMs;
    },
    doubtsClock: (nowMs) => lastReadMs === undefined || ageSeconds(nowMs) < -policy.clockSkewSeconds,
    whyBlind,
    whyStale,
    completeForSeconds: (nowMs) =>
      policy.publishLeadSeconds - policy.clockSkewSeconds - Math.max(0, ageSeconds(nowMs)),
    lastFailure: () => failure && { kid: failure.publicJwk.kid, error: failure.error },
    async retryFailed() {
      if (failure === undefined) return;
      const tried = failure;
      try {
        await assertSignerMatches(tried.signer, tried.publicJwk);
        if (failure === tried) failure = undefined;
      } catch {
        // Logged when it happened, and health tells it until it is over.
      }
    },
  };
}
