// Whether an exchange that failed is tried again, and after which pause: decided from the error alone.

import { AwsStepError, IdTokenError } from "./errors.ts";

/** What was tried. */
export interface FailedAttempt {
  readonly error: unknown;
  /** From 1. */
  readonly number: number;
  readonly maxAttempts: number;
  /** Whether it began with a code from the browser: single use, and not to be had again without the user. */
  readonly byCode: boolean;
}

/** Whether a fresh ID token, or the whole way again, can help. */
export function mayTryAgain({ error, number, maxAttempts, byCode }: FailedAttempt): boolean {
  if (number >= maxAttempts) return false;
  // Waited for its turn too long; the source can mint another.
  if (error instanceof IdTokenError) return error.code === "id_token_expired_waiting";
  if (!(error instanceof AwsStepError) || byCode) return false;
  // AssumeRole was already retried by the SDK; only a stale identity context needs the whole way again.
  if (error.step === "create-token-with-iam") return error.retryable;
  return error.code === "identity_context_expired";
}

/** Milliseconds before the next attempt: short and growing. The limiter spaces SlowDown answers by itself. */
export function pauseMs(number: number, random: () => number = Math.random): number {
  return Math.min(2000, 100 * 2 ** number) * (0.5 + random() / 2);
}
