// Owns how many workers an instance has, and what that comes to: pure, from what was asked for, the machine and the store.
import { beside } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";

/** What an instance with workers comes to. */
export interface WorkersPlan {
  /** How many processes serve; 1: the one that was started, and no other. */
  workers: number;
  /** How many connections to PostgreSQL they open at most, all together. */
  connections: number;
}

/**
 * Decides how many workers there are.
 * @param asked a number, or `auto`: as many as there are processors
 * @param machine `cores`: the processors that this process may use
 * @param store the settings of the store
 * @throws OperationError invalid_config if the store is the embedded one, which one process serves
 */
export function planWorkers(
  asked: number | "auto",
  { cores }: { cores: number },
  store: { databaseUrl: string | undefined; databasePoolSize: number },
): WorkersPlan {
  const embedded = store.databaseUrl === undefined;
  const workers = asked === "auto" ? (embedded ? 1 : Math.max(1, cores)) : asked;
  if (embedded && workers > 1) {
    throw new OperationError(
      "invalid_config",
      `${workers} workers were asked for, and the embedded store is served by one process: it takes one write at a time, so workers would wait for each other.`,
      { field: "TTI_WORKERS", fix: "Set DATABASE_URL to a PostgreSQL database, or leave the workers away." },
    );
  }
  return { workers, connections: workers * (store.databasePoolSize + beside) };
}

/**
 * How long the next start of a worker waits.
 * @param failures how often in a row it ended without having served for a while, this time included
 * @returns milliseconds: none the first time, then twice as long each time
 */
export function restartPauseMs(
  failures: number,
  { firstPauseMs, longestPauseMs }: { firstPauseMs: number; longestPauseMs: number },
): number {
  return failures <= 1 ? 0 : Math.min(firstPauseMs * 2 ** (failures - 2), longestPauseMs);
}
