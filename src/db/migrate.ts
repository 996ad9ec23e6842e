// Owns bringing a store to the schema this version expects, and saying how far it is.
import type { Knex } from "knex";
import { type Migration, migrations } from "../../migrations/index.ts";
import type { Database } from "./connect.ts";

// Names carry no file ending, so that a store migrated from .ts sources and one migrated from the built
// package agree on what has been applied.
const migrationSource: Knex.MigrationSource<Migration> = {
  getMigrations: async () => [...migrations],
  getMigrationName: (migration) => migration.name,
  getMigration: async (migration) => ({ up: migration.up, down: migration.down }),
};

const settings: Knex.MigratorConfig = {
  migrationSource,
  tableName: "schema_migrations",
};

/** Which migrations have been applied and which are still to come, in order. */
export interface MigrationStatus {
  applied: string[];
  pending: string[];
}

/**
 * Applies every pending migration, each in a transaction. Several processes may call it at once.
 * @returns the names applied by this call
 */
export async function migrateUp(db: Database): Promise<string[]> {
  const [, names] = (await db.migrate.latest(settings)) as [number, string[]];
  return names;
}

/**
 * Takes back the newest batch of migrations. Data in the tables it removes is lost.
 * @returns the names taken back
 */
export async function migrateDown(db: Database): Promise<string[]> {
  const [, names] = (await db.migrate.rollback(settings)) as [number, string[]];
  return names;
}

/** Reads which migrations the store has. */
export async function readMigrationStatus(db: Database): Promise<MigrationStatus> {
  const [applied, pending] = (await db.migrate.list(settings)) as [{ name: string }[], Migration[]];
  return { applied: applied.map((row) => row.name), pending: pending.map((migration) => migration.name) };
}

/** Releases the lock that a migration killed half-way leaves behind. */
export async function unlockMigrations(db: Database): Promise<void> {
  await db.migrate.forceFreeMigrationsLock(settings);
}
