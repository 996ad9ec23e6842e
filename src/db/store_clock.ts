// Owns measuring this instance's clock against the database's, which all instances share. It only tells: if the
// database's clock is the wrong one, refusing to serve would take every instance away at once.
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Database } from "./connect.ts";
import { readStoreTime } from "./probe_store.ts";

/** Compares the clocks. */
export interface StoreClock {
  /** What an operator must know; undefined: nothing. Asked as often as one likes; the store is asked now and then. */
  warning(): Promise<string | undefined>;
}

/** How long a comparison counts, in milliseconds of this process's run, which no clock that is set changes. */
const keptMs = 10_000;

/**
 * Makes the comparison.
 * @param deps a pool that no request waits in; SQLite has this machine's clock, and there is nothing to compare
 * @param toleranceSeconds how far apart they may be
 */
export function createStoreClock(
  { watch, clock, log }: { watch: Database; clock: Clock; log: Log },
  toleranceSeconds: number,
  kept: number = keptMs,
): StoreClock {
  let told: string | undefined;
  let last: { atMs: number; warning: Promise<string | undefined> } | undefined;

  const compare = async (): Promise<string | undefined> => {
    const beforeMs = clock().getTime();
    const storeMs = await readStoreTime(watch);
    if (storeMs === undefined) return undefined;
    // Anything between the two moments may be when the store answered.
    const behindMs = storeMs - clock().getTime();
    const aheadMs = beforeMs - storeMs;
    const apart = Math.round(Math.max(behindMs, aheadMs) / 1000);
    const warning =
      Math.max(behindMs, aheadMs) <= toleranceSeconds * 1000
        ? undefined
        : `this instance's clock is ${apart} s ${behindMs > 0 ? "behind" : "ahead of"} the database's, and tokens tolerate ${toleranceSeconds} s: one of the two is wrong, set both by NTP`;
    if ((warning === undefined) !== (told === undefined)) {
      log[warning === undefined ? "info" : "error"](warning ?? "the clocks agree again");
    }
    told = warning;
    return warning;
  };

  return {
    warning() {
      const nowMs = performance.now();
      if (last === undefined || nowMs - last.atMs >= kept) {
        // What ails the store is told by the look at it.
        last = { atMs: nowMs, warning: compare().catch(() => undefined) };
      }
      return last.warning;
    },
  };
}
