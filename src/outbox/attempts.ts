// Owns when what an outbox holds is tried again, and when it is given up. Pure.

/** How attempts follow each other; times in milliseconds. */
export interface AttemptPolicy {
  /** How long the second attempt waits for; each further one four times as long as the one before. */
  firstWaitMs: number;
  longestWaitMs: number;
  /** How often it is tried at most. */
  mostAttempts: number;
  /** Which part of a wait is left to chance, of 1: many that failed together do not all come back together. */
  spread: number;
}

/**
 * When something is tried again after an attempt that failed.
 * @param tried `attempts`: how many there were, this one included
 * @param chance from 0 up to 1
 * @returns epoch milliseconds; undefined: it is given up, because there were enough, or it would come too late
 */
export function nextAttemptAt(
  { attempts, giveUpAtMs }: { attempts: number; giveUpAtMs: number },
  nowMs: number,
  { firstWaitMs, longestWaitMs, mostAttempts, spread }: AttemptPolicy,
  chance: number = Math.random(),
): number | undefined {
  if (attempts >= mostAttempts) return undefined;
  const waitMs = Math.min(firstWaitMs * 4 ** (attempts - 1), longestWaitMs);
  const nextMs = nowMs + Math.round(waitMs * (1 - spread * chance));
  return nextMs < giveUpAtMs ? nextMs : undefined;
}
