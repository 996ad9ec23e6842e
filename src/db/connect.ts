// Owns the connection to the store: PostgreSQL, or the embedded SQLite file. The only value import of knex.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import createKnex, { type Knex } from "knex";
import pg from "pg";

/** A connection pool, or a transaction on it: what every store function takes first. */
export type Database = Knex;

/** Which store to open. Exactly one of the two. */
export type StoreLocation =
  | { databaseUrl: string; poolSize?: number; preparedStatements?: boolean }
  | { dataDir: string }
  | { memory: true };

// PostgreSQL sends bigint as text; every bigint here is a time in milliseconds, far below 2^53.
const postgresTypes = {
  getTypeParser(oid: number, format?: "text" | "binary") {
    return oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format);
  },
};

/**
 * Opens a pool of connections; nothing is sent before the first query.
 * @param location PostgreSQL by URL, an SQLite file in a directory (created when missing), or SQLite in memory
 * @returns the pool; close it with `destroy()`
 */
export function connectDatabase(location: StoreLocation): Database {
  if ("databaseUrl" in location) {
    const knex = createKnex({
      client: "pg",
      connection: { connectionString: location.databaseUrl, types: postgresTypes } as Knex.PgConnectionConfig,
      pool: { min: 0, max: location.poolSize ?? 10 },
      compileSqlOnError: false,
      acquireConnectionTimeout: 10_000,
    });
    knex.userParams = { preparedStatements: location.preparedStatements ?? true };
    return knex;
  }
  if ("dataDir" in location) mkdirSync(location.dataDir, { recursive: true, mode: 0o700 });
  return createKnex({
    client: "better-sqlite3",
    connection: {
      filename: "memory" in location ? ":memory:" : join(location.dataDir, "tti.sqlite"),
    },
    useNullAsDefault: true,
    compileSqlOnError: false,
    // One connection: SQLite has one writer, and a query that forgets its transaction fails at once
    // instead of reading around it.
    pool: {
      min: 1,
      max: 1,
      afterCreate(
        connection: { pragma(text: string): void },
        done: (error: Error | null, c: unknown) => void,
      ) {
        connection.pragma("journal_mode = WAL");
        connection.pragma("synchronous = FULL");
        connection.pragma("busy_timeout = 5000");
        connection.pragma("foreign_keys = ON");
        done(null, connection);
      },
    },
    acquireConnectionTimeout: 5_000,
  });
}

/** Tells whether a database is PostgreSQL (otherwise it is SQLite). */
export function isPostgres(db: Database): boolean {
  return db.client.config.client === "pg";
}
