// Owns noticing that time did not pass as it should: the machine's clock was set, or this process stood still. What the process
// itself counts (its monotonic time) is compared with the clock; nothing is asked of anybody.
import type { Clock } from "./clock.ts";
import type { Log } from "./log.ts";

/** Watches the time until it is stopped. */
export interface TimeWatch {
  /** Looks now, so that a request just after a step is judged by it. */
  look(): void;
  stop(): void;
}

/** What is told of. */
export interface TimeWatchDeps {
  clock: Clock;
  log: Log;
  /** The clock was set, by so many seconds: forward is above 0. */
  onStep?(seconds: number): void;
  /** The process stood still, for so many seconds. */
  onPause?(seconds: number): void;
  /** The process's own time, in milliseconds; a test has another. */
  ownTime?(): number;
}

/** How often it looks, and what it tells of; milliseconds. Less than a step is what NTP does all the time. */
const limits = { lookMs: 1_000, stepMs: 5_000, pauseMs: 5_000 } as const;

/** Starts watching. */
export function watchTime({
  clock,
  log,
  onStep,
  onPause,
  ownTime = () => performance.now(),
}: TimeWatchDeps): TimeWatch {
  let last = { ownMs: ownTime(), wallMs: clock().getTime() };

  const look = () => {
    const now = { ownMs: ownTime(), wallMs: clock().getTime() };
    const passedMs = now.ownMs - last.ownMs;
    const stepMs = now.wallMs - last.wallMs - passedMs;
    last = now;
    if (Math.abs(stepMs) < limits.stepMs) return;
    const seconds = Math.round(stepMs / 1000);
    const way = seconds > 0 ? "forward" : "back";
    log.error({ seconds }, `this machine's clock was set ${way} by ${Math.abs(seconds)} s, or it slept`);
    onStep?.(seconds);
  };

  let dueMs = ownTime() + limits.lookMs;
  const timer = setInterval(() => {
    const lateMs = ownTime() - dueMs;
    dueMs = ownTime() + limits.lookMs;
    look();
    if (lateMs < limits.pauseMs) return;
    const seconds = Math.round(lateMs / 1000);
    log.error({ seconds }, `this process stood still for ${seconds} s: paused, starved, or held up`);
    onPause?.(seconds);
  }, limits.lookMs);
  timer.unref();

  return { look, stop: () => clearInterval(timer) };
}
