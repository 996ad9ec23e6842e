// Owns what the log says of work that nobody asked for and that failed: it is tried again by itself. Of a store that is away one line
// tells, when it begins (store_health.ts); a stack at each try of each job would bury it.
import { StoreUnavailable } from "./db/store_fault.ts";
import type { Log } from "./log.ts";

/**
 * Logs it: trouble of the store by its kind, anything else with all that is known of it.
 * @param words what could not be done
 */
export function logFailedWork(log: Log, error: unknown, words: string): void {
  if (error instanceof StoreUnavailable) log.warn({ kind: error.kind, reason: error.message }, words);
  else log.error({ err: error }, words);
}
