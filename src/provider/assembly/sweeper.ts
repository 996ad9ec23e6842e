// Owns the removal of ended records, in batches small enough that no login waits for one.

import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import type { Clock } from "../../clock.ts";
import type { Database } from "../../db/connect.ts";
import { StoreUnavailable } from "../../db/store_fault.ts";
import { logFailedWork } from "../../failed_work.ts";
import type { Log } from "../../log.ts";
import { inBackgroundSpan } from "../../observability/background_spans.ts";
import { sweepFormerSecrets } from "../clients/former_secret_store.ts";
import { sweepConsents } from "../sessions/consent_store.ts";
import { sweepVouchers } from "../sessions/voucher_sweep_store.ts";
import { deleteEnded, endingRows } from "../storage/sweep_store.ts";
import { nextBatchSize, restMs } from "./sweep_pace.ts";

/** How the sweeper works; times in milliseconds. */
export interface SweeperPolicy {
  intervalMs: number;
  /** How long an ended record is kept, so that "expired" and "used before" can still be told from "unknown". */
  keepMs: number;
  /** The most rows of one statement; where a statement takes long they are fewer. */
  batchSize: number;
}

/** The sweeper's defaults. */
export const sweeperPolicy: SweeperPolicy = { intervalMs: 60_000, keepMs: 3_600_000, batchSize: 200 };

/** Removes ended records from time to time until it is stopped. */
export interface Sweeper {
  /**
   * Removes everything due now.
   * @returns how many rows went
   * @throws StoreUnavailable at once; another fault of one table when all others were swept
   */
  sweep(): Promise<number>;
  /** Stops, once a statement under way has ended. */
  stop(): Promise<void>;
}

/** What is written once it has ended, or was held by somebody when its turn came, is found if it ended no longer ago than this. */
const lateMs = 600_000;
/** All else is found each time that so many sweeps were made: at the usual interval, within the hour. */
const fromBeginningEvery = 60;

/** Removes, or looks at, at most so many rows; how many it were. Fewer: there are no more. */
type Batch = (limit: number) => Promise<number>;

/**
 * Starts sweeping. Several instances may sweep one store: each takes rows that no other has taken.
 * @param deps.mayRemove says whether what has expired by the clock may go; without it, always
 * @param deps.onDuty asked at its time whether it does, or another process of the instance; absent: it does
 * @param policy how often, how late, how much at once
 */
export function startSweeper(
  deps: {
    db: Database;
    clock: Clock;
    log: Log;
    mayRemove?: () => Promise<boolean>;
    onDuty?: () => boolean;
  },
  policy: SweeperPolicy = sweeperPolicy,
): Sweeper {
  const { db, clock, log } = deps;
  const stopping = new AbortController();
  const stopped = () => stopping.signal.aborted;
  /** From when on the next sweep looks, by table. */
  const beganMs = new Map<string, number>();
  let sweeps = 0;
  let consentsAfter = "";
  let running: Promise<number> = Promise.resolve(0);

  async function sweepOnce(): Promise<number> {
    // By a clock that is ahead, everybody's session has expired.
    if ((await deps.mayRemove?.()) === false) return 0;
    const nowMs = clock().getTime();
    let removed = 0;
    const faults: unknown[] = [];
    // What ails one table keeps no other from being swept.
    const attempt = async (work: () => Promise<number>) => {
      try {
        removed += await work();
      } catch (error) {
        if (error instanceof StoreUnavailable) throw error;
        faults.push(error);
      }
    };
    if (sweeps % fromBeginningEvery === 0) beganMs.clear();
    sweeps += 1;
    for (const ending of endingRows) {
      const endedByMs = ending.kept ? nowMs - policy.keepMs : nowMs;
      let sinceMs = beganMs.get(ending.table) ?? 0;
      await attempt(() =>
        inBatches(async (limit) => {
          const removed = await deleteEnded(db, ending, endedByMs, limit, sinceMs);
          sinceMs = removed.lastMs;
          return removed.rows;
        }),
      );
      beganMs.set(ending.table, Math.max(0, Math.min(sinceMs, endedByMs - lateMs)));
    }
    await attempt(async () => {
      await inBatches((limit) => sweepFormerSecrets(db, nowMs, limit));
      await inBatches((limit) => sweepVouchers(db, nowMs - policy.keepMs, nowMs, limit));
      // There is no column that says so: one batch in a sweep, then the next ones.
      if (!stopped()) consentsAfter = (await sweepConsents(db, consentsAfter, policy.batchSize)) ?? "";
      return 0;
    });
    if (faults.length > 0) throw faults[0];
    return removed;
  }

  async function inBatches(batch: Batch): Promise<number> {
    let total = 0;
    for (let size = policy.batchSize; !stopped(); ) {
      const startedMs = performance.now();
      const count = await batch(size);
      const tookMs = performance.now() - startedMs;
      total += count;
      if (count < size) break;
      size = nextBatchSize(size, tookMs, policy.batchSize);
      // An SQLite statement holds the process up while it runs; requests have their turn between two.
      await turn();
      await sleep(restMs(tookMs), undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    return total;
  }

  let waiting = 0;
  const sweep = (): Promise<number> => {
    waiting += 1;
    const traced = () => inBackgroundSpan(db, ["upkeep", "sweep"], {}, sweepOnce);
    running = running.then(traced, traced).finally(() => {
      waiting -= 1;
    });
    return running;
  };
  const timer = setInterval(() => {
    if (deps.onDuty?.() === false) return;
    // One that takes longer than the interval does what the next would have done.
    if (waiting > 0) return;
    sweep().catch((error) => logFailedWork(log, error, "ended records could not be removed"));
  }, policy.intervalMs);
  timer.unref();

  return {
    sweep,
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await running.catch(() => 0);
    },
  };
}
