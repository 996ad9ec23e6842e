// Owns taking the file of a backup: a regular one, with nothing beside it that SQLite would take for a part of it.
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  realpathSync,
  writeSync,
} from "node:fs";
import { OperationError } from "../errors.ts";

/**
 * Asserts that a file may be the backup of an embedded store, as far as its name and first bytes tell.
 * @throws OperationError invalid_input, backup_unusable
 */
export function assertBackupFile(file: string): void {
  closeSync(openBackup(file));
}

/**
 * Copies a backup; what was judged is what is copied.
 * @param to a path at which nothing is; the copy is its owner's alone
 * @throws OperationError invalid_input, backup_unusable
 */
export function copyBackup(file: string, to: string): void {
  const from = openBackup(file);
  try {
    const copy = openSync(to, "wx", 0o600);
    try {
      const chunk = Buffer.alloc(1 << 20);
      for (let at = 0; ; ) {
        const read = readSync(from, chunk, 0, chunk.length, at);
        if (read === 0) return;
        for (let written = 0; written < read; ) written += writeSync(copy, chunk, written, read - written);
        at += read;
      }
    } finally {
      closeSync(copy);
    }
  } finally {
    closeSync(from);
  }
}

function openBackup(file: string): number {
  const handle = openRegular(file);
  try {
    assertHead(file, handle);
    for (const path of new Set([file, realpathSync(file)])) assertNothingBeside(path);
    return handle;
  } catch (error) {
    closeSync(handle);
    throw error;
  }
}

// A pipe would be waited for, for ever; a device never ends.
function openRegular(file: string): number {
  let handle: number;
  try {
    handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    const { code = "" } = cause as NodeJS.ErrnoException;
    throw invalid(`file ${file} cannot be read (${code}).`, cause);
  }
  if (fstatSync(handle).isFile()) return handle;
  closeSync(handle);
  throw invalid(`file ${file} is no regular file.`);
}

const invalid = (message: string, cause?: unknown): OperationError =>
  new OperationError("invalid_input", message, {
    field: "file",
    fix: "Name a file that `tti backup` made.",
    ...(cause === undefined ? {} : { cause }),
  });

function assertHead(file: string, handle: number): void {
  const head = Buffer.alloc(16);
  readSync(handle, head, 0, 16, 0);
  const text = head.toString("latin1");
  if (text === "SQLite format 3\0") return;
  throw new OperationError(
    "backup_unusable",
    text.startsWith("PGDMP")
      ? `${file} is a dump of PostgreSQL: pg_restore takes it.`
      : `${file} is no backup of a store.`,
  );
}

// SQLite would write what such a file holds into the store; `tti backup` leaves none.
function assertNothingBeside(file: string): void {
  for (const end of ["-wal", "-shm", "-journal"]) {
    if (!existsSync(`${file}${end}`)) continue;
    throw new OperationError(
      "backup_unusable",
      `${file}${end} lies beside the backup, and is no part of one.`,
      {
        field: "file",
        fix: "Was the file made by `tti backup`, move what lies beside it away. A copied data folder: make a backup of it first, with TTI_DATA_DIR set to it.",
      },
    );
  }
}
