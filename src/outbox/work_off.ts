// Owns working an outbox off: looking from time to time for what is due, some at once, and ending what is under way on a stop.
import { logFailedWork } from "../failed_work.ts";
import type { Log } from "../log.ts";
import { outsideSpans } from "../tracing/active_span.ts";

/** What an outbox is worked off by. */
export interface WorkOff<Row> {
  log: Log;
  /** What it is, for the log. */
  name: string;
  /** How often an instance looks, in milliseconds, and how many it handles at once. */
  intervalMs: number;
  atOnce: number;
  /** Asked at each look whether it looks, or another process of the instance; absent: it does. A nudge is always followed. */
  onDuty?: (() => boolean) | undefined;
  /** Takes one that is due. */
  claim(): Promise<Row | undefined>;
  isDue(): Promise<boolean>;
  /** Does what is due, and says what became of it. */
  handle(row: Row): Promise<void>;
}

/** Works an outbox off until it is stopped. */
export interface Outbox {
  /** Does everything that is due now. */
  work(): Promise<void>;
  /** Looks soon, because something was put in. */
  nudge(): void;
  /** Stops, once what is under way has ended. */
  stop(): Promise<void>;
}

/** Starts working. Several instances may work one store's outbox off. */
export function startWorkingOff<Row>(outbox: WorkOff<Row>): Outbox {
  const { log, name, intervalMs, atOnce } = outbox;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let waiting = false;

  async function workOff(): Promise<void> {
    for (;;) {
      const row = stopped ? undefined : await outbox.claim();
      if (row !== undefined) await outbox.handle(row);
      // Where another was faster, there may be more.
      else if (stopped || !(await outbox.isDue())) return;
    }
  }

  const work = (): Promise<void> => {
    const once = async () => {
      waiting = false;
      await Promise.all(Array.from({ length: atOnce }, workOff));
    };
    waiting = true;
    running = running.then(once, once);
    return running;
  };
  const workQuietly = () => {
    if (waiting || stopped) return;
    work().catch((err) => logFailedWork(log, err, `${name} could not be worked off`));
  };
  const timer = setInterval(() => {
    if (outbox.onDuty?.() !== false) workQuietly();
  }, intervalMs);
  timer.unref();

  return {
    work,
    // Whoever put something in does not wait for it, and is not answerable for what else is due.
    nudge: () => outsideSpans(() => void setImmediate(workQuietly)),
    async stop() {
      clearInterval(timer);
      stopped = true;
      await running.catch(() => undefined);
    },
  };
}
