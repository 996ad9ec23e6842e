// Owns saying whether the store serves this instance: it takes a write, has the schema this version needs, and the
// connections that requests use get answers. Asked as often as one likes; the store is asked once a second at most.
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { type Database, troubleOf } from "./connect.ts";
import { newestMigration } from "./migrate.ts";
import { askNothing, isApplied, saveProbe } from "./probe_store.ts";

/** Tells whether the store serves. */
export interface StoreHealth {
  /** Why it does not, in words that anybody may read; undefined if it does. The cause is in the log. */
  whyNot(): Promise<string | undefined>;
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
const storeHealthLimits = { answerMs: 2_000, keptMs: 1_000 } as const;

const wrongSchema = "the store's schema is older than this version";
const unwritable = "the store cannot be written";

/** Makes the look. */
export function createStoreHealth(
  { db, watch, clock, log }: StoreHealthDeps,
  limits: { answerMs: number; keptMs: number } = storeHealthLimits,
): StoreHealth {
  let look: Promise<string | undefined> | undefined;
  let told: string | undefined;

  const within = async (work: Promise<void>, otherwise: string): Promise<string | undefined> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve("the store does not answer in time"), limits.answerMs);
    });
    const asked = work.then(
      () => undefined,
      (error: unknown) => {
        if (told === undefined) log.error({ err: error }, "the store does not serve");
        return otherwise;
      },
    );
    const reason = await Promise.race([asked, late]);
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
    const reason =
      (await lookAtWrites()) ??
      (await lookAtSchema()) ??
      // Idle connections tell nothing; but one that failed last must have served again before requests come.
      (troubleOf(db) && (await within(askNothing(db), "the store's connections fail")));
    if (reason !== told)
      log[reason === undefined ? "info" : "error"]({ reason }, "readiness of the store changed");
    told = reason;
    return reason;
  };

  return {
    whyNot() {
      if (look !== undefined) return look;
      look = lookNow();
      const forget = () => {
        look = undefined;
      };
      void look.finally(() => setTimeout(forget, limits.keptMs).unref());
      return look;
    },
  };
}
