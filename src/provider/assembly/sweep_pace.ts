// Owns how much the sweeper takes at once, and how long it rests: an SQLite statement holds the whole process up while it
// runs, and on any store who removes shares the disk with those who sign in.

/** How long one statement of the sweeper should take at most, milliseconds. */
export const aimMs = 20;
const fewest = 10;
const longestRestMs = 250;

/**
 * How many rows the next statement takes.
 * @param size how many the last one took
 * @param tookMs how long that lasted, waiting for a connection included: a busy store is asked for less
 * @param most never more than these
 */
export function nextBatchSize(size: number, tookMs: number, most: number): number {
  if (tookMs > aimMs) return Math.min(most, Math.max(fewest, Math.floor(size / 2)));
  if (tookMs < aimMs / 4) return Math.min(most, size * 2);
  return size;
}

/** For how long it rests then, milliseconds: as long as it worked, so that half of the time is everybody else's. */
export const restMs = (tookMs: number): number => Math.min(longestRestMs, tookMs);
