// Owns how a statement is bounded on SQLite: a busy file is asked again without holding the process up, and nothing of a
// transaction that SQLite took back by itself is written beside it.
import { setTimeout as sleep } from "node:timers/promises";
import { dialectOf, watched } from "./dialects.ts";
import { keepStatements } from "./kept_statements.ts";
import { traceStatement, traceWait } from "./statement_span.ts";

type SqliteConnection = Parameters<typeof keepStatements>[0] & {
  readonly inTransaction: boolean;
  exec(sql: string): unknown;
};

// A full disk may end a whole transaction, not only the statement. Whoever goes on in it would write each statement by itself.
const takenBack = new WeakMap<object, unknown>();

/** knex's SQLite, bounded. */
export class BoundedSqlite extends dialectOf("better-sqlite3") {
  override query(connection: unknown, statement: unknown): Promise<unknown> {
    return traceStatement("sqlite", statement, () =>
      watched(this.config.store, () => super.query(connection, statement)),
    );
  }

  override acquireConnection(): Promise<unknown> {
    return traceWait(() => watched(this.config.store, () => super.acquireConnection()));
  }

  override async acquireRawConnection(): Promise<unknown> {
    const connection = (await super.acquireRawConnection()) as SqliteConnection;
    keepStatements(connection);
    return connection;
  }

  override async _query(given: unknown, statement: { sql: string }): Promise<unknown> {
    const connection = given as SqliteConnection;
    const { sql } = statement;
    const ends = sql === "ROLLBACK" || sql === "COMMIT;";
    const why = takenBack.get(connection);
    if (why !== undefined) {
      if (ends) takenBack.delete(connection);
      if (sql !== "ROLLBACK") throw why;
      return { ...statement, response: [] };
    }
    const { inTransaction } = connection;
    // Taken at once, the write lock can be waited for; taken half-way (by a first write after a read), it cannot.
    const asked = sql === "BEGIN;" ? { ...statement, sql: "BEGIN IMMEDIATE;" } : statement;
    try {
      return await askWhileBusy(this.config.store.limits.lockMs, () => super._query(connection, asked));
    } catch (error) {
      // knex takes a COMMIT that failed for the end.
      if (ends && connection.inTransaction) connection.exec("ROLLBACK");
      if (!ends && inTransaction && !connection.inTransaction) takenBack.set(connection, error);
      throw error;
    }
  }
}

// SQLite's own waiting (busy_timeout) would hold the whole process up, its health checks too.
async function askWhileBusy<T>(limitMs: number, ask: () => Promise<T>): Promise<T> {
  const deadlineMs = performance.now() + limitMs;
  for (let waitMs = 2; ; waitMs = Math.min(2 * waitMs, 50)) {
    try {
      return await ask();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadlineMs) throw error;
    }
    await sleep(waitMs);
  }
}

function isBusy(error: unknown): boolean {
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" && code.startsWith("SQLITE_BUSY") && code !== "SQLITE_BUSY_SNAPSHOT";
}
