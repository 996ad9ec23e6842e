// Owns the note that a backup carries of itself, in a table that only its file has.
import type { Database } from "../db/connect.ts";

/** What a backup says of itself. */
export interface BackupNote {
  madeAtMs: number;
  /** The product's version that made it. */
  version: string;
  /** The installation it is of, where the settings said so. */
  issuer?: string;
  clientId?: string;
}

const table = "tti_backup";

/** How SQLite keeps what the table of the note is. */
export const noteSchema = "CREATE TABLE `tti_backup` (`note` text not null)";

/** Writes the note into the file of a backup. */
export async function writeNote(db: Database, note: BackupNote): Promise<void> {
  await db.schema.createTable(table, (columns) => {
    columns.text("note").notNullable();
  });
  await db(table).insert({ note: JSON.stringify(note) });
}

/** Reads the note, and takes it out: a store that serves has none. @returns undefined: it is a copy of another making */
export async function takeNote(db: Database): Promise<BackupNote | undefined> {
  if (!(await db.schema.hasTable(table))) return undefined;
  const row: { note: string } | undefined = await db(table).first("note");
  await db.schema.dropTable(table);
  return row && (JSON.parse(row.note) as BackupNote);
}
