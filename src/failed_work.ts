// Owns what the log says of work that nobody asked for and that failed: it is tried again by itself, every few seconds. Of a store
// that is away one line tells when it begins and one when it is over (store_health.ts); a stack at each try of each job would bury them.
import { StoreUnavailable } from "./db/store_fault.ts";
import type { Log } from "./log.ts";

/** How often the same is said of the same work while the store fails, in milliseconds. */
const againMs = 60_000;

const saidAt = new WeakMap<Log, Map<string, number>>();

/**
 * Logs it: trouble of the store by its kind, once a minute for each work; anything else each time, with all that is known of it.
 * @param words what could not be done
 * @param nowMs of a time that passes evenly
 */
export function logFailedWork(log: Log, error: unknown, words: string, nowMs = performance.now()): void {
  if (!(error instanceof StoreUnavailable)) {
    log.error({ err: error }, words);
    return;
  }
  const said = saidAt.get(log) ?? new Map<string, number>();
  saidAt.set(log, said);
  const what = `${error.kind} ${words}`;
  if (nowMs - (said.get(what) ?? Number.NEGATIVE_INFINITY) < againMs) return;
  said.set(what, nowMs);
  log.warn({ kind: error.kind, reason: error.message }, words);
}
