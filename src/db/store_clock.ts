// Owns measuring this instance's clock against the database's, which all instances share. That they differ is only told: if the
// database's clock is the wrong one, refusing to serve would take every instance away at once. An instance whose own clock was
// set while it ran, and differs since, knows better.
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Database } from "./connect.ts";
import { readStoreTime } from "./probe_store.ts";

/** Compares the clocks. */
export interface StoreClock {
  /** What an operator must know; undefined: nothing. Asked as often as one likes; the store is asked now and then. */
  warning(): Promise<string | undefined>;
  /** How far this clock is ahead, in seconds; behind is below 0. Undefined where nothing could be compared. */
  aheadSeconds(): Promise<number | undefined>;
  /** Notes that this machine's clock was set: from now on it is in doubt, until it agrees with the database's. */
  noteStep(): void;
  /**
   * Why nothing may be judged or signed by this clock now. Of two clocks that differ the one that was set is the wrong one:
   * so an instance doubts its own, and never all of them at once because of the database's.
   */
  whyDoubted(): Promise<string | undefined>;
}

/** How long a comparison counts, in milliseconds of this process's run, which no clock that is set changes. */
const keptMs = 10_000;
/** How long a clock in doubt is compared for, and how soon again; milliseconds. */
const doubtMs = { answer: 2_000, again: 1_000 } as const;

type Compared = { warning: string | undefined; aheadSeconds: number | undefined };

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
  let last: { atMs: number; compared: Promise<Compared> } | undefined;
  let steps = 0;
  let settled = 0;

  const compare = async (): Promise<Compared> => {
    const before = steps;
    const beforeMs = clock().getTime();
    const storeMs = await readStoreTime(watch);
    if (storeMs === undefined) {
      settled = before;
      return { warning: undefined, aheadSeconds: 0 };
    }
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
    if (warning === undefined) settled = before;
    // Within the time of the asking they may agree.
    const ahead = behindMs > 0 ? -behindMs : Math.max(0, aheadMs);
    return { warning, aheadSeconds: ahead / 1000 };
  };

  const nothing = { warning: undefined, aheadSeconds: undefined };
  const ask = (maxAgeMs: number): Promise<Compared> => {
    const nowMs = performance.now();
    if (last === undefined || nowMs - last.atMs >= maxAgeMs) {
      // What ails the store is told by the look at it.
      last = { atMs: nowMs, compared: compare().catch(() => nothing) };
    }
    return last.compared;
  };

  return {
    warning: async () => (await ask(kept)).warning,
    aheadSeconds: async () => (await ask(kept)).aheadSeconds,
    noteStep() {
      steps += 1;
      last = undefined;
    },
    async whyDoubted() {
      if (steps === settled) return undefined;
      await Promise.race([ask(doubtMs.again), sleep(doubtMs.answer, undefined, { ref: false })]);
      if (steps === settled) return undefined;
      return told ?? "this machine's clock was set, and the database has not confirmed it yet";
    },
  };
}
