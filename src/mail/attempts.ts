// Owns when a mail is tried, tried again, and given up. Pure.
import { nextAttemptAt } from "../outbox/attempts.ts";

/** How the outbox works; times in milliseconds. */
export interface MailPolicy {
  /** How often an instance looks for mail that is due. */
  intervalMs: number;
  /** How long one attempt has the mail to itself: longer than the transport may take. */
  leaseMs: number;
  /** How often it is tried at most. */
  mostAttempts: number;
  /** How many one instance sends at once. */
  atOnce: number;
  /** How long a mail that was sent, and one that failed, stays to be looked at. */
  keepSentMs: number;
  keepFailedMs: number;
}

/** The defaults. */
export const mailPolicy: MailPolicy = {
  intervalMs: 5_000,
  leaseMs: 180_000,
  mostAttempts: 12,
  atOnce: 3,
  keepSentMs: 7 * 24 * 3_600_000,
  keepFailedMs: 30 * 24 * 3_600_000,
};

const waits = { firstWaitMs: 30_000, longestWaitMs: 3_600_000, spread: 0 };

/**
 * When a mail is tried again after an attempt that failed.
 * @param tried `attempts`: how many there were, this one included
 * @returns epoch milliseconds; undefined: it is given up, because there were enough, or it would come too late
 */
export function nextAttemptMs(
  tried: { attempts: number; giveUpAtMs: number },
  nowMs: number,
  { mostAttempts }: Pick<MailPolicy, "mostAttempts"> = mailPolicy,
): number | undefined {
  return nextAttemptAt(tried, nowMs, { ...waits, mostAttempts });
}
