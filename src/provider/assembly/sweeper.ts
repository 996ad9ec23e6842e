// Owns the removal of ended records, in batches small enough that no login waits for one.
import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "../../clock.ts";
import type { Database } from "../../db/connect.ts";
import type { Log } from "../../log.ts";
import { sweepFormerSecrets } from "../clients/former_secret_store.ts";
import { sweepConsents } from "../sessions/consent_store.ts";
import { sweepVouchers } from "../sessions/voucher_store.ts";
import { deleteEnded, endingRows } from "../storage/sweep_store.ts";

/** How the sweeper works; times in milliseconds. */
export interface SweeperPolicy {
  intervalMs: number;
  /** How long an ended record is kept, so that "expired" and "used before" can still be told from "unknown". */
  keepMs: number;
  batchSize: number;
}

/** The sweeper's defaults. */
export const sweeperPolicy: SweeperPolicy = { intervalMs: 60_000, keepMs: 3_600_000, batchSize: 200 };

/** Removes ended records from time to time until it is stopped. */
export interface Sweeper {
  /** Removes everything due now. @returns how many rows went */
  sweep(): Promise<number>;
  /** Stops, once a sweep under way has ended. */
  stop(): Promise<void>;
}

/**
 * Starts sweeping. Several instances may sweep one store.
 * @param policy how often, how late, how much at once
 */
export function startSweeper(
  deps: { db: Database; clock: Clock; log: Log },
  policy: SweeperPolicy = sweeperPolicy,
): Sweeper {
  let stopped = false;
  let consentsAfter = "";
  let running: Promise<number> = Promise.resolve(0);

  async function sweepOnce(): Promise<number> {
    const nowMs = deps.clock().getTime();
    let removed = 0;
    for (const rows of endingRows) {
      const endedByMs = rows.kept ? nowMs - policy.keepMs : nowMs;
      removed += await inBatches((limit) => deleteEnded(deps.db, rows, endedByMs, limit));
    }
    await sweepFormerSecrets(deps.db, nowMs);
    await inBatches((limit) => sweepVouchers(deps.db, nowMs - policy.keepMs, nowMs, limit));
    // There is no column that says so: one batch in a sweep, then the next ones.
    consentsAfter = (await sweepConsents(deps.db, consentsAfter, policy.batchSize)) ?? "";
    return removed;
  }

  async function inBatches(remove: (limit: number) => Promise<number>): Promise<number> {
    let removed = 0;
    while (!stopped) {
      const count = await remove(policy.batchSize);
      removed += count;
      if (count < policy.batchSize) break;
      // An SQLite statement holds the process up while it runs; requests have their turn between two.
      await turn();
    }
    return removed;
  }

  const sweep = (): Promise<number> => {
    running = running.then(sweepOnce, sweepOnce);
    return running;
  };
  const timer = setInterval(() => {
    sweep().catch((error) => deps.log.error({ err: error }, "ended records could not be removed"));
  }, policy.intervalMs);
  timer.unref();

  return {
    sweep,
    async stop() {
      clearInterval(timer);
      stopped = true;
      await running.catch(() => 0);
    },
  };
}
