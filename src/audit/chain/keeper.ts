// Owns keeping the trail while the provider serves: sealing every few seconds, and retention every hour where there is one.
// Each instance does it; who is late finds it done.

import type { Clock } from "../../clock.ts";
import type { Database } from "../../db/connect.ts";
import { logFailedWork } from "../../failed_work.ts";
import type { Log } from "../../log.ts";
import { createBlockSeals } from "./hashes.ts";
import { pruneTrail } from "./prune.ts";
import { mostEvents, sealNextBlock } from "./seal.ts";

/** How the keeper works; times in milliseconds. */
export interface KeeperPolicy {
  sealEveryMs: number;
  pruneEveryMs: number;
}

const keeperPolicy: KeeperPolicy = { sealEveryMs: 5_000, pruneEveryMs: 3_600_000 };

/** Keeps the trail until it is stopped. */
export interface TrailKeeper {
  /** Seals what can be sealed, and prunes if it is time. */
  keep(): Promise<void>;
  /** Stops, once what is under way has ended. */
  stop(): Promise<void>;
}

/**
 * Starts keeping the trail.
 * @param deps.secrets TTI_SECRETS, newest first
 * @param deps.retentionDays how long events are kept; undefined: for ever
 * @param deps.mayRemove says whether what is old by the clock may go; without it, always
 * @param deps.onDuty asked at its time whether it does, or another process of the instance; absent: it does
 */
export function startTrailKeeper(
  deps: {
    db: Database;
    clock: Clock;
    log: Log;
    secrets: readonly Uint8Array[];
    retentionDays: number | undefined;
    mayRemove?: () => Promise<boolean>;
    onDuty?: () => boolean;
  },
  policy: KeeperPolicy = keeperPolicy,
): TrailKeeper {
  const { db, clock, log, retentionDays: days } = deps;
  const seals = createBlockSeals(deps.secrets);
  let stopped = false;
  let prunedAtMs = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;

  async function keepOnce(): Promise<void> {
    while (!stopped && (await sealNextBlock(db, seals, clock())) === mostEvents);
    const now = clock();
    if (days === undefined || stopped || now.getTime() - prunedAtMs < policy.pruneEveryMs) return;
    if ((await deps.mayRemove?.()) === false) return;
    await pruneTrail(db, { actor: "system", days, now, stopped: () => stopped });
    prunedAtMs = now.getTime();
  }

  const keep = (): Promise<void> => {
    running ??= keepOnce().finally(() => {
      running = undefined;
    });
    return running;
  };
  const timer = setInterval(() => {
    if (deps.onDuty?.() === false) return;
    keep().catch((error) => logFailedWork(log, error, "the audit trail could not be sealed"));
  }, policy.sealEveryMs);
  timer.unref();

  return {
    keep,
    async stop() {
      clearInterval(timer);
      stopped = true;
      await running?.catch(() => undefined);
    },
  };
}
