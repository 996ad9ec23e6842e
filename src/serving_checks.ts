// Owns what a running instance asks itself before it serves: may it be sent requests, may it sign, can its time be trusted.

import type { Clock } from "./clock.ts";
import type { Database } from "./db/connect.ts";
import { createStoreClock, type StoreClock } from "./db/store_clock.ts";
import type { StoreHealth } from "./db/store_health.ts";
import { OperationError } from "./errors.ts";
import { logFailedWork } from "./failed_work.ts";
import { clockToleranceSeconds } from "./input/moment.ts";
import type { Log } from "./log.ts";
import { one } from "./observability/metric_table.ts";
import { tell } from "./observability/recorder.ts";
import type { KeyRing } from "./provider/keys/key_ring.ts";
import type { ReadinessCheck } from "./public_routes.ts";
import { type TimeWatch, watchTime } from "./time_watch.ts";

/** The time of an instance, watched. */
export interface TrustedTime {
  clock: StoreClock;
  /** Why this instance's clock may not be judged by now; undefined as a rule, and then nothing is asked of the store. */
  whyDoubted(): Promise<string | undefined>;
  /** Whether what has expired by this clock may be removed: not while it and the database's differ. */
  mayRemove(): Promise<boolean>;
  stop(): void;
}

/**
 * Watches it.
 * @param deps.watch a pool that no request waits in
 * @param deps.steps whether the clock is one that nobody but an operator sets: a test sets its own all the time
 */
export function trustTime(deps: { watch: Database; clock: Clock; log: Log; steps: boolean }): TrustedTime {
  const { watch } = deps;
  const clock = createStoreClock(deps, clockToleranceSeconds);
  const time: TimeWatch | undefined = deps.steps
    ? watchTime({
        ...deps,
        onStep(seconds) {
          clock.noteStep();
          tell(watch, one("tti_clock_steps_total", { direction: seconds > 0 ? "forward" : "back" }));
        },
        onPause: () => tell(watch, one("tti_pauses_total", {})),
      })
    : undefined;
  const whyDoubted = async () => {
    time?.look();
    return clock.whyDoubted();
  };
  return {
    clock,
    whyDoubted,
    mayRemove: async () => !deps.steps || ((await whyDoubted()) ?? (await clock.warning())) === undefined,
    stop: () => time?.stop(),
  };
}

/** A poll under way may have begun before the change: the one after it has not. The change stands either way. */
export async function followKeys(keyRing: KeyRing, log: Log): Promise<void> {
  try {
    await keyRing.poll();
    await keyRing.poll();
  } catch (err) {
    logFailedWork(log, err, "signing keys could not be read");
  }
}

/** An instance that was paused reads first: what it knows may be long out of date, or good again in a moment. */
export async function whyCannotSignNow(keyRing: KeyRing, time: TrustedTime): Promise<string | undefined> {
  await keyRing.freshen();
  return (await time.whyDoubted()) ?? keyRing.whyCannotSign();
}

/** @throws OperationError signing_unavailable */
export async function assertCanSign(keyRing: KeyRing, time: TrustedTime): Promise<void> {
  const reason = await whyCannotSignNow(keyRing, time);
  if (reason !== undefined)
    throw new OperationError("signing_unavailable", `Nothing is signed now: ${reason}.`);
}

/** What readiness depends on. */
export function readinessOf(
  store: StoreHealth,
  keyRing: KeyRing,
  time: TrustedTime,
  isStopping: () => boolean,
): ReadinessCheck[] {
  return [
    { name: "instance", whyNot: async () => (isStopping() ? "it is stopping" : time.whyDoubted()) },
    { name: "store", whyNot: () => store.whyNot() },
    {
      name: "keys",
      whyNot: async () => (await whyCannotSignNow(keyRing, time)) ?? keyRing.health().reason,
    },
  ];
}
