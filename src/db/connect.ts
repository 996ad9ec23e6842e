// Owns the connection to the store: PostgreSQL, or the embedded SQLite file. With dialects.ts the only value import
// of knex.
import { chmodSync, closeSync, openSync } from "node:fs";
import { join } from "node:path";
import createKnex, { type Knex } from "knex";
import pg from "pg";
import type { Config } from "../config.ts";
import { BoundedPostgres } from "./bounded_postgres.ts";
import { BoundedSqlite } from "./bounded_sqlite.ts";
import { makeDataDirectory } from "./data_directory.ts";
import { type StoreConfig, type StoreLimits, type StoreState, servingLimits } from "./dialects.ts";
import { type StoreUnavailable, storeFault } from "./store_fault.ts";

/** A connection pool, or a transaction on it: what every store function takes first. */
export type Database = Knex;

/** Which store to open. Exactly one of the two. */
export type StoreLocation =
  | { databaseUrl: string; poolSize?: number; preparedStatements?: boolean }
  | { dataDir: string }
  | { memory: true };

/** Where the store is that the settings name. */
export function storeLocationOf(
  config: Pick<Config, "databaseUrl" | "databasePoolSize" | "preparedStatements" | "dataDir">,
): StoreLocation {
  if (config.databaseUrl === undefined) return { dataDir: config.dataDir };
  return {
    databaseUrl: config.databaseUrl,
    poolSize: config.databasePoolSize,
    preparedStatements: config.preparedStatements,
  };
}

// PostgreSQL sends bigint as text; every bigint here is a time in milliseconds, far below 2^53.
const postgresTypes = {
  getTypeParser(oid: number, format?: "text" | "binary") {
    return oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format);
  },
};

// Errors with the statement, never with its values. What knex would print between the lines of our log comes as
// errors too, with a place and an id.
const quiet = {
  compileSqlOnError: false,
  log: { warn() {}, error() {}, deprecate() {}, debug() {} },
} as const;

/**
 * Opens a pool of connections; nothing is sent before the first query. Whatever keeps the store from serving is
 * thrown as {@link StoreUnavailable}, within the limits.
 * @param location PostgreSQL by URL, an SQLite file in a directory (created when missing), or SQLite in memory
 * @param limits how long the store may take
 * @returns the pool; close it with `destroy()`
 * @throws StoreUnavailable if the directory cannot be made
 */
export function connectDatabase(location: StoreLocation, limits: StoreLimits = servingLimits): Database {
  return "databaseUrl" in location ? connectPostgres(location, limits) : connectSqlite(location, limits);
}

/** How many connections to PostgreSQL a process opens at most beside those that serve requests. */
export const beside = 2;

/**
 * Opens a pool beside the one that serves requests, for the few statements that must not wait behind them: the key
 * poll and readiness.
 */
export function connectBeside(location: StoreLocation, limits: StoreLimits = servingLimits): Database {
  return connectDatabase("databaseUrl" in location ? { ...location, poolSize: beside } : location, limits);
}

/** The trouble of a pool, if its last statement failed by the store's fault. */
export function troubleOf(db: Database): StoreUnavailable | undefined {
  return stateOf(db).trouble;
}

/** What the connections of a pool share. */
export function stateOf(db: Database): StoreState {
  return (db.client.config as StoreConfig).store;
}

/** How a pool stands. */
export interface PoolState {
  /** Connections that serve somebody now. */
  used: number;
  idle: number;
  /** Who waits for one. */
  waiting: number;
  /** How many it opens at most. */
  most: number;
}

/** Tells how a pool stands; nothing is asked of the store. */
export function poolStateOf(db: Database): PoolState {
  const pool = db.client.pool as {
    max: number;
    numUsed(): number;
    numFree(): number;
    numPendingAcquires(): number;
  };
  const waiting = pool.numPendingAcquires();
  return { used: pool.numUsed(), idle: pool.numFree(), waiting, most: pool.max };
}

function connectPostgres(
  location: { databaseUrl: string; poolSize?: number; preparedStatements?: boolean },
  limits: StoreLimits,
): Database {
  const preparedStatements = location.preparedStatements ?? true;
  const config: StoreConfig = {
    client: BoundedPostgres as unknown as typeof Knex.Client,
    // Asked for nothing we use; without it the first connection would ask, unbounded.
    version: "14",
    connection: {
      connectionString: location.databaseUrl,
      types: postgresTypes,
      connectionTimeoutMillis: limits.connectMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    } as Knex.PgConnectionConfig,
    pool: { min: 0, max: location.poolSize ?? 10, destroyTimeoutMillis: 2_000 },
    acquireConnectionTimeout: limits.acquireMs,
    ...quiet,
    store: { limits, ownSession: preparedStatements, trouble: undefined, staleBeforeMs: 0 },
  };
  const knex = createKnex(config);
  knex.userParams = { preparedStatements };
  return knex;
}

function connectSqlite(location: { dataDir: string } | { memory: true }, limits: StoreLimits): Database {
  const filename = "memory" in location ? ":memory:" : prepareFile(location.dataDir);
  const config: StoreConfig = {
    client: BoundedSqlite as unknown as typeof Knex.Client,
    connection: { filename },
    useNullAsDefault: true,
    // One connection: SQLite has one writer, and a query that forgets its transaction fails at once
    // instead of reading around it.
    pool: {
      min: 1,
      max: 1,
      afterCreate(
        connection: { pragma(text: string): void },
        done: (error: Error | null, c: unknown) => void,
      ) {
        try {
          connection.pragma("journal_mode = WAL");
          connection.pragma("synchronous = FULL");
          connection.pragma("foreign_keys = ON");
          // Who waits for the lock waits in bounded_sqlite.ts, where the process goes on meanwhile.
          connection.pragma("busy_timeout = 0");
          done(null, connection);
        } catch (error) {
          done(error as Error, connection);
        }
      },
    },
    acquireConnectionTimeout: limits.acquireMs,
    ...quiet,
    store: {
      limits,
      ownSession: true,
      trouble: undefined,
      staleBeforeMs: 0,
      ...("memory" in location ? {} : { file: filename }),
    },
  };
  return createKnex(config);
}

// Made before SQLite makes it, for its owner alone; the files beside it (-wal, -shm) take after it.
function prepareFile(dataDir: string): string {
  makeDataDirectory(dataDir);
  const file = join(dataDir, "tti.sqlite");
  try {
    closeSync(openSync(file, "a", 0o600));
  } catch (error) {
    // Whether it can be read all the same, SQLite will say.
    const fault = storeFault(error, file);
    if (fault !== undefined) throw fault;
  }
  try {
    chmodSync(file, 0o600);
  } catch {
    // Another user's file, which this one may only use.
  }
  return file;
}

/** Tells whether a database is PostgreSQL (otherwise it is SQLite). */
export function isPostgres(db: Database): boolean {
  return db.client.driverName === "pg";
}
