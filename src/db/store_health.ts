// Owns saying whether the store serves this instance: it takes a write, has the schema this version needs, and the
// connections that requests use get answers. Asked as often as one likes; the store is asked once a second at most. The log is
// told once when it serves no more, with the fault, and once when it serves again.
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { type Database, troubleOf } from "./connect.ts";
import { newestMigration } from "./migrate.ts";
import { askNothing, isApplied, saveProbe } from "./probe_store.ts";
import { StoreUnavailable } from "./store_fault.ts";

/** Tells whether the store serves. */
export interface StoreHealth {
  /** Why it does not, in words that anybody may read; undefined if it does. The cause is in the log. */
  whyNot(): Promise<string | undefined>;
  /**
   * Looks by itself while there is trouble, whoever else asks: what failed is told though nobody probes this process, and that
   * it is over as soon as it is.
   * @returns what ends it
   */
  follow(): () => void;
}

/** What is looked at. */
export interface StoreHealthDeps {
  /** The pool that serves requests. */
  db: Database;
  /** A pool that no request waits in, so that a crowd is not taken for an outage. */
  watch: Database;
  clock: Clock;
  log: Log;
}

/** Times of a look, in milliseconds. */
const storeHealthLimits: StoreHealthLimits = { answerMs: 2_000, keptMs: 1_000, followMs: 2_000 };

/** How long an answer may take, how long a look counts, and how often it looks by itself while there is trouble. */
interface StoreHealthLimits {
  answerMs: number;
  keptMs: number;
  followMs: number;
}

const wrongSchema = "the store's schema is older than this version";
const late = "the store does not answer in time";
const unwritable = "the store cannot be written";

/** Makes the look. */
export function createStoreHealth(
  { db, watch, clock, log }: StoreHealthDeps,
  given: Partial<StoreHealthLimits> = {},
): StoreHealth {
  const limits = { ...storeHealthLimits, ...given };
  let look: Promise<string | undefined> | undefined;
  let told: { reason: string; sinceMs: number } | undefined;

  // The first error of a look: what comes after it follows from it.
  let cause: unknown;
  const within = async (work: Promise<void>, otherwise: string): Promise<string | undefined> => {
    let timer: NodeJS.Timeout | undefined;
    const ended = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(late), limits.answerMs);
    });
    const asked = work.then(
      () => undefined,
      (error: unknown) => {
        cause ??= error;
        return otherwise;
      },
    );
    const reason = await Promise.race([asked, ended]);
    clearTimeout(timer);
    return reason;
  };

  // A store that takes no write may still answer; one that is out of reach does neither.
  const lookAtWrites = async (): Promise<string | undefined> => {
    const unwritten = await within(saveProbe(watch, clock().getTime()), unwritable);
    if (unwritten !== unwritable) return unwritten;
    return (await within(askNothing(watch), "the store cannot be reached")) ?? unwritable;
  };

  // Somebody may take the schema back while this version runs on it; by hand, or by a restored backup.
  const lookAtSchema = async (): Promise<string | undefined> => {
    let applied = false;
    const asked = isApplied(watch, newestMigration).then((found) => {
      applied = found;
    });
    return (await within(asked, wrongSchema)) ?? (applied ? undefined : wrongSchema);
  };

  const lookNow = async (): Promise<string | undefined> => {
    cause = undefined;
    const reason =
      (await lookAtWrites()) ??
      (await lookAtSchema()) ??
      // Idle connections tell nothing; but one that failed last must have served again before requests come.
      (troubleOf(db) && (await within(askNothing(db), "the store's connections fail")));
    tellLog(reason);
    return reason;
  };

  const tellLog = (reason: string | undefined): void => {
    if (reason === told?.reason) return;
    const nowMs = performance.now();
    if (reason === undefined) {
      const seconds = Math.round((nowMs - (told?.sinceMs ?? nowMs)) / 1000);
      log.warn({ reason: told?.reason, seconds }, "the store serves again");
      told = undefined;
      return;
    }
    const fault = cause ?? troubleOf(watch) ?? troubleOf(db);
    // Who gives no answer in time has thrown nothing yet.
    const kind = fault instanceof StoreUnavailable ? fault.kind : reason === late ? "silent" : undefined;
    log.error({ reason, kind, err: fault }, "the store does not serve");
    told = { reason, sinceMs: told?.sinceMs ?? nowMs };
  };

  const ask = (): Promise<string | undefined> => {
    if (look !== undefined) return look;
    look = lookNow();
    const forget = () => {
      look = undefined;
    };
    void look.finally(() => setTimeout(forget, limits.keptMs).unref());
    return look;
  };

  return {
    whyNot: ask,
    follow() {
      const timer = setInterval(() => {
        if (told !== undefined || troubleOf(db) || troubleOf(watch)) void ask();
      }, limits.followMs);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}
