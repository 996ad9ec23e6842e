// Owns bringing a store to the schema this version expects, and saying how far it is.
import { setTimeout as sleep } from "node:timers/promises";
import type { Knex } from "knex";
import { type Migration, migrations } from "../../migrations/index.ts";
import { OperationError } from "../errors.ts";
import { type Database, isPostgres } from "./connect.ts";

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
  // A store that a newer version has migrated serves an older one as well: every migration only adds. So a name
  // this version does not know is none of its business.
  disableMigrationsListValidation: true,
};

/** The last migration that this version knows, and needs. */
export const newestMigration: string = migrations.at(-1)?.name ?? "";

/** Which migrations have been applied and which are still to come, in order. */
export interface MigrationStatus {
  applied: string[];
  pending: string[];
  /** Applied by a newer version than this one, which serves all the same. */
  newer: string[];
}

/** How a store is brought up. */
export interface MigrateUpOptions {
  /** How long to wait for another process that migrates; milliseconds. */
  waitMs?: number;
  /** Apply only the next one. */
  onlyNext?: boolean;
}

/**
 * Applies every pending migration, each in a transaction. Several processes may call it at once: one migrates, the
 * others wait and find nothing left to do.
 * @returns the names applied by this call
 * @throws OperationError unavailable if another holds the lock for longer than is waited
 */
export async function migrateUp(db: Database, options: MigrateUpOptions = {}): Promise<string[]> {
  const deadlineMs = performance.now() + (options.waitMs ?? 60_000);
  for (;;) {
    try {
      const run = options.onlyNext ? db.migrate.up(settings) : db.migrate.latest(settings);
      const [, names] = (await run) as [number, string[]];
      return names;
    } catch (error) {
      if (!isAnotherAtWork(error)) throw error;
      if (performance.now() >= deadlineMs) throw locked(error);
    }
    await sleep(200);
  }
}

/**
 * Takes back the newest migration, one a call. Data in what it removes is lost.
 * @returns the name taken back; none if there is nothing left
 * @throws OperationError unavailable where the newest was applied by a newer version
 */
export async function migrateDown(db: Database): Promise<string[]> {
  const { applied, newer } = await readMigrationStatus(db);
  if (newer.length > 0) {
    throw new OperationError("unavailable", `A newer version has applied ${newer.join(", ")}.`, {
      fix: "Take them back with that version first; this one does not know how.",
    });
  }
  const newest = applied.at(-1);
  if (newest === undefined) return [];
  await withoutForeignKeys(db, () => db.migrate.down({ ...settings, name: newest }));
  return [newest];
}

// SQLite drops a column by making its table anew, which the references of other tables would forbid.
async function withoutForeignKeys(db: Database, work: () => Promise<unknown>): Promise<void> {
  if (isPostgres(db)) {
    await work();
    return;
  }
  await db.raw("pragma foreign_keys = off");
  try {
    await work();
    const violations = (await db.raw("pragma foreign_key_check")) as unknown[];
    if (violations.length > 0)
      throw new Error(`the migration left ${violations.length} rows that refer to nothing`);
  } finally {
    await db.raw("pragma foreign_keys = on");
  }
}

/** Reads which migrations the store has. */
export async function readMigrationStatus(db: Database): Promise<MigrationStatus> {
  const [applied, pending] = (await db.migrate.list(settings)) as [{ name: string }[], Migration[]];
  const known = new Set(migrations.map(({ name }) => name));
  const names = applied.map(({ name }) => name);
  return {
    applied: names,
    pending: pending.map((migration) => migration.name),
    newer: names.filter((name) => !known.has(name)),
  };
}

/** Releases the lock that a migration killed half-way leaves behind. */
export async function unlockMigrations(db: Database): Promise<void> {
  await db.migrate.forceFreeMigrationsLock(settings);
}

// knex's lock is taken, its tables are just being made by another, or the store is locked meanwhile.
function isAnotherAtWork(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code: unknown = Reflect.get(error.cause instanceof Error ? error.cause : error, "code");
  if (error.name === "MigrationLocked" || code === "55P03" || code === "SQLITE_BUSY") return true;
  // No migration of ours makes a table that may be there: these are knex's own two, made by two at once.
  return (
    /schema_migrations/.test(error.message) && /already exists|duplicate key|UNIQUE/i.test(error.message)
  );
}

function locked(cause: unknown): OperationError {
  return new OperationError("unavailable", "Another migration holds the lock.", {
    fix: "If one runs, wait for it. If it was killed: tti migrate unlock",
    cause,
  });
}
