// Owns how a statement is bounded on either store: a statement that gets no answer in seconds fails, a connection
// that fell silent is thrown away, and a busy SQLite file is asked again without holding the process up.
import { setTimeout as sleep } from "node:timers/promises";
import createKnex, { type Knex } from "knex";
import type pg from "pg";
import { keepStatements } from "./kept_statements.ts";
import { ConnectionSilent, type StoreUnavailable, storeFault } from "./store_fault.ts";

/** How long a store may take before a caller is told that it is unavailable. Milliseconds. */
export interface StoreLimits {
  /** Opening a connection. */
  connectMs: number;
  /** Waiting for a free connection of the pool. */
  acquireMs: number;
  /** One statement, as PostgreSQL measures it. */
  statementMs: number;
  /** Waiting for a lock: of PostgreSQL, or the write lock of an SQLite file. */
  lockMs: number;
  /** A transaction between two of its statements. */
  idleInTransactionMs: number;
  /** One statement, as we measure it: what a dead network never answers. Longer than `statementMs`. */
  silentMs: number;
}

/** The limits while serving: a caller is told within seconds. */
export const servingLimits: StoreLimits = {
  connectMs: 3_000,
  acquireMs: 5_000,
  statementMs: 5_000,
  lockMs: 3_000,
  idleInTransactionMs: 10_000,
  silentMs: 7_000,
};

/**
 * The limits of a migration: it may take its time, but while it waits for a lock on a table, everybody who comes after
 * waits behind it. So it gives up before those that serve do, and comes again.
 */
export const migrationLimits: StoreLimits = {
  ...servingLimits,
  acquireMs: 30_000,
  statementMs: 0,
  lockMs: 1_500,
  idleInTransactionMs: 0,
  silentMs: 0,
};

/** What the connections of one pool share. */
export interface StoreState {
  limits: StoreLimits;
  /** Whether a session is ours alone, so that settings of it hold; not behind PgBouncer in transaction mode. */
  ownSession: boolean;
  /** The file of an embedded store. */
  file?: string;
  /** The last trouble, until a statement succeeds again. */
  trouble: StoreUnavailable | undefined;
  /** When a connection fell silent last: those older than that may have fallen silent with it. */
  silentAtMs: number;
}

/** The configuration a dialect below expects. */
export interface StoreConfig extends Knex.Config {
  store: StoreState;
}

interface Dialect {
  readonly config: StoreConfig;
  query(connection: unknown, statement: unknown): Promise<unknown>;
  _query(connection: unknown, statement: { sql: string }): Promise<unknown>;
  acquireConnection(): Promise<unknown>;
  acquireRawConnection(): Promise<unknown>;
  destroyRawConnection(connection: unknown): Promise<unknown>;
  validateConnection(connection: object): boolean;
}

type DialectClass = new (config: Knex.Config) => Dialect;

// The class of a dialect as knex chooses it; nothing is connected.
const dialectOf = (client: "pg" | "better-sqlite3"): DialectClass =>
  createKnex({ client, useNullAsDefault: true }).client.constructor as DialectClass;

/** Runs work of the store; its trouble is remembered until work succeeds, and told as such. */
export async function watched<T>(state: StoreState, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    state.trouble = undefined;
    return result;
  } catch (error) {
    const fault = storeFault(error, state.file);
    if (fault === undefined) throw error;
    state.trouble = fault;
    throw fault;
  }
}

type PostgresConnection = pg.Client;

const bornAt = new WeakMap<object, number>();

/** knex's PostgreSQL, bounded. */
export class BoundedPostgres extends dialectOf("pg") {
  override query(connection: unknown, statement: unknown): Promise<unknown> {
    return watched(this.config.store, () => super.query(connection, statement));
  }

  override async acquireConnection(): Promise<unknown> {
    try {
      return await super.acquireConnection().catch((error: unknown) => {
        // Silence fell while another connection was being opened, and the pool tells whoever waits: nothing of ours
        // was asked yet, and the next one is new.
        if (error instanceof ConnectionSilent) return super.acquireConnection();
        throw error;
      });
    } catch (error) {
      // Getting a connection proves nothing yet, so it does not end a trouble.
      const fault = storeFault(error);
      if (fault === undefined) throw error;
      this.config.store.trouble = fault;
      throw fault;
    }
  }

  override async acquireRawConnection(): Promise<unknown> {
    const bornAtMs = performance.now();
    const connection = (await super.acquireRawConnection()) as PostgresConnection;
    const { store } = this.config;
    const { limits, ownSession } = store;
    bornAt.set(connection, bornAtMs);
    if (limits.silentMs > 0) {
      throwAwayWhenSilent(connection, limits.silentMs, () => {
        store.silentAtMs = performance.now();
      });
    }
    try {
      if (ownSession) await connection.query(sessionSettings(limits));
    } catch (error) {
      connection.connection.stream.destroy();
      throw error;
    }
    return connection;
  }

  // Asked before an idle connection is used again: one failure does for all that a dead network took.
  override validateConnection(connection: object): boolean {
    return (bornAt.get(connection) ?? 0) >= this.config.store.silentAtMs;
  }

  override async destroyRawConnection(connection: unknown): Promise<void> {
    const { connection: wire } = connection as PostgresConnection;
    // A silent server takes no leave either.
    const impatient = setTimeout(() => wire.stream.destroy(), 1_000);
    try {
      await super.destroyRawConnection(connection);
    } finally {
      clearTimeout(impatient);
    }
  }
}

function sessionSettings(limits: StoreLimits): string {
  return [
    `set statement_timeout = ${limits.statementMs}`,
    `set lock_timeout = ${limits.lockMs}`,
    `set idle_in_transaction_session_timeout = ${limits.idleInTransactionMs}`,
  ].join("; ");
}

type Ask = (...args: unknown[]) => unknown;

// A socket whose other end is gone without a word (a NAT that forgot it, a host that died) takes statements for
// ever. So a statement without an answer ends its connection, and with it every statement that waits there.
function throwAwayWhenSilent(connection: PostgresConnection, silentMs: number, onSilence: () => void): void {
  const ask = connection.query.bind(connection) as Ask;
  const bounded: Ask = (...args) => {
    let answered = false;
    const giveUp = () => {
      if (answered) return;
      onSilence();
      connection.connection.stream.destroy(new ConnectionSilent(`no answer in ${silentMs} ms`));
    };
    // After the loop was held up the answer may lie in the socket unread: it is read before an immediate runs.
    const timer = setTimeout(() => setImmediate(giveUp), silentMs);
    const done = () => {
      answered = true;
      clearTimeout(timer);
    };
    const callback = args.at(-1);
    if (typeof callback === "function") {
      return ask(...args.slice(0, -1), (...answer: unknown[]) => {
        done();
        callback(...answer);
      });
    }
    const answer = ask(...args) as Promise<unknown>;
    answer.then(done, done);
    return answer;
  };
  connection.query = bounded as typeof connection.query;
}

/** knex's SQLite, bounded. */
export class BoundedSqlite extends dialectOf("better-sqlite3") {
  override query(connection: unknown, statement: unknown): Promise<unknown> {
    return watched(this.config.store, () => super.query(connection, statement));
  }

  override acquireConnection(): Promise<unknown> {
    return watched(this.config.store, () => super.acquireConnection());
  }

  override async acquireRawConnection(): Promise<unknown> {
    const connection = (await super.acquireRawConnection()) as Parameters<typeof keepStatements>[0];
    keepStatements(connection);
    return connection;
  }

  // SQLite's own waiting (busy_timeout) would hold the whole process up, its health checks too.
  override async _query(connection: unknown, statement: { sql: string }): Promise<unknown> {
    // Taken at once, the write lock can be waited for; taken half-way (by a first write after a read), it cannot.
    const asked = statement.sql === "BEGIN;" ? { ...statement, sql: "BEGIN IMMEDIATE;" } : statement;
    const deadlineMs = performance.now() + this.config.store.limits.lockMs;
    for (let waitMs = 2; ; waitMs = Math.min(2 * waitMs, 50)) {
      try {
        return await super._query(connection, asked);
      } catch (error) {
        if (!isBusy(error) || performance.now() >= deadlineMs) throw error;
      }
      await sleep(waitMs);
    }
  }
}

function isBusy(error: unknown): boolean {
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" && code.startsWith("SQLITE_BUSY") && code !== "SQLITE_BUSY_SNAPSHOT";
}
