// Owns bringing a store to the schema this version expects, and saying how far it is.
import { setTimeout as sleep } from "node:timers/promises";
import type { Knex } from "knex";
import { type Migration, migrations } from "../../migrations/index.ts";
import { OperationError } from "../errors.ts";
import { type Database, isPostgres } from "./connect.ts";
import { AnotherMakesIndexes, makeIndexesBeside } from "./index_store.ts";

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
 * Applies every pending migration, each in a transaction of its own, which holds the lock as well: a process that is
 * killed leaves neither half a migration nor a lock, and those that serve wait for one migration at a time. (A store
 * without any is brought up in one transaction: nobody serves from it.) Several processes may call it at once: one
 * migrates, the others wait and go on with what is left.
 * @returns the names applied by this call
 * @throws OperationError unavailable if another holds the lock, or what a migration changes, for longer than is waited
 */
export async function migrateUp(db: Database, options: MigrateUpOptions = {}): Promise<string[]> {
  const deadlineMs = performance.now() + (options.waitMs ?? 60_000);
  const names: string[] = [];
  for (;;) {
    try {
      const { applied, pending } = await readMigrationStatus(db);
      if (pending.length === 0) return names;
      const isFresh = applied.length === 0 && options.onlyNext !== true;
      if (!isFresh)
        await makeIndexesBeside(db, migrations.find(({ name }) => name === pending[0])?.indexes ?? []);
      const run = isFresh ? db.migrate.latest(settings) : db.migrate.up(settings);
      const [, brought] = (await run) as [number, string[]];
      names.push(...brought);
      if (options.onlyNext && brought.length > 0) return names;
      continue;
    } catch (error) {
      const hold = holdOf(error);
      if (hold === undefined) throw error;
      if (performance.now() >= deadlineMs) throw heldUp(hold, error);
      if (error instanceof Error && error.name === "MigrationLocked") await removeSpareLocks(db);
    }
    await sleep(200);
  }
}

/**
 * Applies some of the migrations to a store that has none, in the order given: what a store is that says it has had them.
 * @param names names of migrations of this version
 */
export async function migrateAs(db: Database, names: readonly string[]): Promise<void> {
  const chosen = names.flatMap((name) => migrations.filter((migration) => migration.name === name));
  const source = { ...migrationSource, getMigrations: async () => chosen };
  await db.migrate.latest({ ...settings, migrationSource: source });
}

/** The names of the migrations of this version. */
export const migrationNames: ReadonlySet<string> = new Set(migrations.map(({ name }) => name));

/**
 * Takes back the newest migration, one a call, in one transaction. Data in what it removes is lost.
 * @returns the name taken back; none if there is nothing left
 * @throws OperationError unavailable where the newest was applied by a newer version, or while another migrates
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
  try {
    await withoutForeignKeys(db, (trx) => trx.migrate.down({ ...settings, name: newest }));
  } catch (error) {
    const hold = holdOf(error);
    throw hold === undefined ? error : heldUp(hold, error);
  }
  return [newest];
}

// SQLite drops a column by making its table anew, which the references of other tables would forbid. Nothing of it
// stays if a row of another table then refers to nothing.
async function withoutForeignKeys(
  db: Database,
  work: (trx: Knex.Transaction) => Promise<unknown>,
): Promise<void> {
  if (isPostgres(db)) {
    await db.transaction(work);
    return;
  }
  await db.raw("pragma foreign_keys = off");
  try {
    await db.transaction(async (trx) => {
      await work(trx);
      const violations = (await trx.raw("pragma foreign_key_check")) as unknown[];
      if (violations.length > 0)
        throw new Error(`the migration left ${violations.length} rows that refer to nothing`);
    });
  } finally {
    await db.raw("pragma foreign_keys = on");
  }
}

/** Reads which migrations the store has. */
export async function readMigrationStatus(db: Database): Promise<MigrationStatus> {
  const [applied, pending] = (await db.migrate.list(settings)) as [{ name: string }[], Migration[]];
  const names = applied.map(({ name }) => name);
  return {
    applied: names,
    pending: pending.map((migration) => migration.name),
    newer: names.filter((name) => !migrationNames.has(name)),
  };
}

/**
 * Releases the lock that a version before left behind, whose `migrate down` was killed half-way.
 * @returns whether it was held
 */
export async function unlockMigrations(db: Database): Promise<boolean> {
  const lock = `${settings.tableName}_lock`;
  const isHeld =
    (await db.schema.hasTable(lock)) && (await db(lock).where({ is_locked: 1 }).first()) !== undefined;
  if (isHeld) await db.migrate.forceFreeMigrationsLock(settings);
  return isHeld;
}

// Two processes that meet a store without tables may each put the row of the lock there. knex takes exactly one, so with
// two nobody gets it for ever, and nobody holds it.
async function removeSpareLocks(db: Database): Promise<void> {
  const lock = `${settings.tableName}_lock`;
  const first = db(lock).min("index");
  await db(lock).where({ is_locked: 0 }).where("index", ">", first).del();
}

/** Why a migration has to wait: another one is at work, or a statement of somebody else is in its way. */
type Hold = "migration" | "statement";

// knex's lock is taken, its tables are just being made by another, or what a migration changes is in use meanwhile.
function holdOf(error: unknown): Hold | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === "MigrationLocked" || error instanceof AnotherMakesIndexes) return "migration";
  const code: unknown = Reflect.get(error.cause instanceof Error ? error.cause : error, "code");
  if (code === "55P03" || code === "40P01" || code === "SQLITE_BUSY") return "statement";
  // No migration of ours makes a table that may be there: these are knex's own two, made by two at once.
  return /schema_migrations/.test(error.message) && /already exists|duplicate key|UNIQUE/i.test(error.message)
    ? "migration"
    : undefined;
}

function heldUp(hold: Hold, cause: unknown): OperationError {
  if (hold === "statement") {
    return new OperationError("unavailable", "What the migration changes is in use by another session.", {
      fix: "Look for a backup or a long statement (PostgreSQL: pg_stat_activity) and run this again once it has ended. What was applied stays; nothing is half-done.",
      cause,
    });
  }
  return new OperationError("unavailable", "Another migration holds the lock.", {
    fix: "If one runs, wait for it. If none does, a version before this one was killed: tti migrate unlock",
    cause,
  });
}
