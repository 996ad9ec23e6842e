// Owns what both ends of a move must be: of this version's schema, the same tables, and the new one empty.
import { connectDatabase, type Database } from "../db/connect.ts";
import { migrationLimits } from "../db/dialects.ts";
import { migrateUp, readMigrationStatus } from "../db/migrate.ts";
import { findMark } from "../db/store_mark_store.ts";
import { OperationError } from "../errors.ts";
import { assertNothingActs, assertOwnPostgres } from "./own_postgres_store.ts";
import { encodingOf } from "./rows_store.ts";
import { countRows, listTables, type StoredTable } from "./tables_store.ts";

/** The newest migration of a store that is of this version. @throws OperationError unavailable */
export async function schemaOf(source: Database): Promise<string> {
  const { applied, pending, newer } = await readMigrationStatus(source);
  const [missing] = pending;
  if (missing !== undefined) {
    throw new OperationError("unavailable", `The store lacks ${pending.length} migrations of this version.`, {
      fix: "Run `tti migrate up` on it first, without DATABASE_URL.",
    });
  }
  assertKnown(newer, "The store");
  return applied.at(-1) ?? "";
}

function assertKnown(newer: readonly string[], what: string): void {
  if (newer.length === 0) return;
  throw new OperationError("unavailable", `${what} was migrated by a newer version: ${newer.join(", ")}.`, {
    fix: "Move with that version: this one does not know what it holds.",
  });
}

/**
 * Gives a database the schema of a store that is to move there.
 * @returns its tables, each after those that its rows name, but for the marks, which are each end's own
 * @throws OperationError store_not_empty, store_differs, unavailable
 */
export async function prepareTarget(source: Database, target: Database): Promise<StoredTable[]> {
  const { applied, newer } = await readMigrationStatus(target);
  assertKnown(newer, "The database");
  if (applied.length === 0 && (await listTables(target)).length > 0) {
    throw notEmpty("The database holds tables of something else.");
  }
  const encoding = await encodingOf(target);
  if (encoding !== "UTF8") {
    throw new OperationError(
      "store_differs",
      `The database keeps texts as ${encoding}, which has not every letter.`,
      {
        field: "to",
        fix: "Make it anew: create database … encoding 'UTF8' template template0.",
      },
    );
  }
  await assertNothingActs(target);
  await migrateUp(target);
  await assertOwnPostgres(target);
  const [here, there] = [await listTables(source), await listTables(target)];
  const shape = (tables: readonly StoredTable[]) =>
    tables
      .flatMap(({ name, columns }) => columns.map((column) => `${name}.${column.name} ${column.kind}`))
      .toSorted();
  const [ours, theirs] = [shape(here), shape(there)];
  const different = ours.find((column, at) => column !== theirs[at]) ?? theirs[ours.length];
  if (different !== undefined) {
    throw new OperationError("store_differs", `The two stores differ in their schema: ${different}.`);
  }
  return there.filter(({ name }) => name !== "store_marks");
}

/**
 * Asserts that a database holds nothing. Some tables have rows from the first: as many as in a store that was just made.
 * @throws OperationError store_not_empty
 */
export async function assertEmpty(target: Database, tables: readonly StoredTable[]): Promise<void> {
  const fresh = connectDatabase({ memory: true }, migrationLimits);
  try {
    await migrateUp(fresh);
    const planted = await countRows(fresh, tables);
    const found = Object.entries(await countRows(target, tables)).filter(
      ([name, rows]) => rows > (planted[name] ?? 0),
    );
    if (found.length > 0)
      throw notEmpty(`The database holds rows: ${found.map(([name]) => name).join(", ")}.`);
    if ((await findMark(target, "arriving")) !== undefined)
      throw notEmpty("Another store was being moved here.");
  } finally {
    await fresh.destroy();
  }
}

/** The refusal of a database to which this store cannot move. */
export const notEmpty = (message: string): OperationError =>
  new OperationError("store_not_empty", message, {
    field: "to",
    fix: "Name a database that holds nothing, or one to which this very store was being moved.",
  });
