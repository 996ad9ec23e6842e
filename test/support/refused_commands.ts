// Owns "refusals write nothing but their audit event", for commands: whatever runs `tti` in the test's process and ends
// with an exit code that is not 0 left the store as it was. Kept cheap, for most commands that are refused touch nothing:
// an SQLite store is compared by its files first, and read row by row where those differ.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectDatabase, type Database } from "../../src/db/connect.ts";
import { differencesOf, readWholeStore, type WholeStore } from "./whole_store.ts";

let compared = 0;

/** How many refused commands of this process were compared. */
export const comparedCommands = (): number => compared;

/** Commands that may end with another exit code than 0 after they did what they were asked, each with its reason. */
const finished: readonly { words: RegExp; why: string }[] = [
  { words: /^user import /, why: "the rows that can be taken are; exit code 1 says that others were not" },
];

/** The store as it is before a command. */
export interface StoreBefore {
  /** Asserts, of a command that was refused, that it wrote nothing. */
  assertSame(words: readonly string[], exitCode: number | null): Promise<void>;
}

/**
 * Takes the picture.
 * @param dataDir where an SQLite store is, if there is one
 * @param db a pool of the test's own to the PostgreSQL store that the command has; without it that is not compared
 */
export async function lookBefore(dataDir: string, db: Database | undefined): Promise<StoreBefore> {
  const rows = db === undefined ? undefined : await readWholeStore(db);
  const files = db === undefined ? filesOf(dataDir) : [];
  return {
    async assertSame(words, exitCode) {
      if (exitCode === 0 || finished.some((one) => one.words.test(words.join(" ")))) return;
      let left: string[] = [];
      if (db !== undefined && rows !== undefined) left = differencesOf(rows, await readWholeStore(db));
      else if (files[0] === undefined) return;
      else {
        const now = filesOf(dataDir);
        const same = files.every(
          (file, index) => file?.equals(now[index] ?? Buffer.alloc(0)) ?? now[index] === undefined,
        );
        if (!same) left = differencesOf(await rowsIn(files), await rowsIn(now));
      }
      compared += 1;
      assert.deepEqual(left, [], `tti ${words.join(" ").slice(0, 300)} ended with ${exitCode} and wrote`);
    },
  };
}

type Files = readonly (Buffer | undefined)[];

const names = ["tti.sqlite", "tti.sqlite-wal"];

const filesOf = (dataDir: string): Files =>
  names.map((name) => {
    try {
      return readFileSync(join(dataDir, name));
    } catch {
      return undefined;
    }
  });

// Of a copy, so that the store itself is opened by nobody but the command.
async function rowsIn(files: Files): Promise<WholeStore> {
  const dataDir = mkdtempSync(join(tmpdir(), "tti-compared-"));
  for (const [index, file] of files.entries()) {
    if (file !== undefined) writeFileSync(join(dataDir, names[index] ?? ""), file, { mode: 0o600 });
  }
  const db = connectDatabase({ dataDir });
  try {
    return await readWholeStore(db);
  } finally {
    await db.destroy();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
