// Owns the files of an embedded store as files: having one to oneself, a place beside where another one grows, and how that one
// takes its place whole.
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Config } from "../config.ts";
import { connectDatabase, type Database } from "../db/connect.ts";
import { migrationLimits } from "../db/dialects.ts";
import { StoreUnavailable } from "../db/store_fault.ts";
import { OperationError } from "../errors.ts";

/** The file of the store in a data directory. */
export const storeFileIn = (dataDir: string): string => join(dataDir, "tti.sqlite");

/** Whether a data directory has a store: a file that is not empty. */
export function hasStore(dataDir: string): boolean {
  const file = storeFileIn(dataDir);
  return existsSync(file) && statSync(file).size > 0;
}

/**
 * Asserts that there is a store to administer, before anything opens it: opening would make an empty one, wherever a wrong setting
 * leads. A database that DATABASE_URL names is not looked at.
 * @throws OperationError unavailable
 */
export function assertStoreIsThere({ dataDir, databaseUrl }: Pick<Config, "dataDir" | "databaseUrl">): void {
  if (databaseUrl !== undefined || hasStore(dataDir)) return;
  throw new OperationError("unavailable", `There is no store in ${dataDir}.`, {
    field: "TTI_DATA_DIR",
    fix: "Set TTI_DATA_DIR to the data directory of the provider, or DATABASE_URL. To make a store: tti migrate up",
  });
}

/**
 * Opens the store of a data directory for work that takes its time.
 * @throws OperationError unavailable if there is none: nothing is made
 */
export function openStore(dataDir: string): Database {
  if (!hasStore(dataDir)) {
    throw new OperationError("unavailable", `There is no store in ${dataDir}.`, {
      field: "TTI_DATA_DIR",
      fix: "Set TTI_DATA_DIR to the data directory of the provider.",
    });
  }
  return connectDatabase({ dataDir }, { ...migrationLimits, lockMs: 1_000 });
}

/**
 * Opens the store of a data directory for oneself alone, until the pool is destroyed: no other process can open it meanwhile, and
 * everything is in its one file.
 * @throws OperationError store_in_use, unavailable
 */
export async function openAlone(dataDir: string): Promise<Database> {
  const db = openStore(dataDir);
  try {
    // SQLite gives its log up only where nobody else has the file open; the lock of a transaction then stays.
    await db.raw("pragma journal_mode = delete");
    await db.raw("pragma locking_mode = exclusive");
    await db.raw("begin exclusive");
    await db.raw("commit");
    return db;
  } catch (error) {
    await db.destroy();
    if (!isBusy(error)) throw error;
    throw new OperationError("store_in_use", `Another process has the store in ${dataDir} open.`);
  }
}

function isBusy(error: unknown): boolean {
  const told = error instanceof StoreUnavailable ? error.cause : error;
  const code: unknown = told instanceof Error ? Reflect.get(told, "code") : undefined;
  return typeof code === "string" && code.startsWith("SQLITE_BUSY");
}

/** A directory beside a file, of its owner alone, in which another store is made. */
export interface Stage {
  dataDir: string;
  file: string;
  remove(): void;
}

/** Makes a stage beside a path; on the same disk, so that what was made there can take the path. */
export function makeStage(beside: string): Stage {
  const dataDir = mkdtempSync(`${beside}.part-`);
  return {
    dataDir,
    file: storeFileIn(dataDir),
    remove: () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

/** Removes stages beside a path that killed commands left: each holds a whole store. */
export function removeLeftStages(beside: string): void {
  const folder = dirname(beside);
  const left = readdirSync(folder).filter((name) => name.startsWith(`${basename(beside)}.part-`));
  for (const name of left) rmSync(join(folder, name), { recursive: true, force: true });
}

/** Closes a store with everything in its one file, of its owner alone and on the disk. */
export async function closeWhole(db: Database, file: string): Promise<void> {
  await db.raw("pragma journal_mode = delete");
  await db.destroy();
  chmodSync(file, 0o600);
  flush(file);
}

/** Gives a finished file its name, which nothing has yet. @throws OperationError store_not_empty if something has it */
export function putAt(file: string, path: string): void {
  try {
    linkSync(file, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw isThere(path);
    // A disk that knows no second name of a file.
    if (existsSync(path)) throw isThere(path);
    renameSync(file, path);
  }
  flush(dirname(path));
}

/** The refusal to write over a file. */
export function isThere(path: string): OperationError {
  return new OperationError("store_not_empty", `${path} is there already.`, {
    fix: "Name a file that is not there: nothing is overwritten.",
  });
}

/**
 * Puts a finished file in the place of a store, which gets another name; at no moment is there none.
 * @param aside the other name
 */
export function replaceStore(file: string, path: string, aside: string): void {
  try {
    linkSync(path, aside);
  } catch {
    // A disk that knows no second name of a file.
    copyFileSync(path, aside, constants.COPYFILE_EXCL);
  }
  // A log of the former one must not be taken for one of the new.
  for (const end of ["-wal", "-shm", "-journal"]) {
    if (existsSync(`${path}${end}`)) renameSync(`${path}${end}`, `${aside}${end}`);
  }
  renameSync(file, path);
  flush(dirname(path));
}

// Also of a directory: a name that is not on the disk is no name after a crash.
function flush(path: string): void {
  const handle = openSync(path, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
