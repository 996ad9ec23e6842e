// Owns making a backup of the embedded store: one moment of it, whole, while the provider serves.
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { createAuditEvent } from "../audit/audit_store.ts";
import { connectDatabase, type Database } from "../db/connect.ts";
import { migrationLimits } from "../db/dialects.ts";
import { readMigrationStatus } from "../db/migrate.ts";
import { OperationError } from "../errors.ts";
import { type BackupNote, writeNote } from "./backup_note_store.ts";
import { closeWhole, isThere, makeStage, openStore, putAt } from "./embedded_files.ts";
import { type Inspection, inspectStore } from "./inspection.ts";
import { faultsOfFile } from "./tables_store.ts";

/** What a backup is made of. */
export interface BackupOrder {
  dataDir: string;
  /** The file to make. */
  out: string;
  /** TTI_SECRETS, as far as they are at hand: with them keys and seals are tried. */
  secrets: readonly Uint8Array[];
  /** Who does it, for the trail. */
  actor: string;
  note: BackupNote;
  /** Hears how far it is. */
  say(line: string): void;
}

/** A backup that was made, as its file was found to be. */
export interface BackupReport extends BackupNote {
  file: string;
  bytes: number;
  /** The newest migration of its schema. */
  schema: string;
  /** Absent where the store's schema is older than this version, which does not read it. */
  holds?: Inspection;
  /** Other files of the data directory, which it does not hold. */
  otherFiles: string[];
}

/**
 * Makes a backup. Nobody who writes waits for it: SQLite copies the store as it is at one moment into a new file, without what
 * was deleted before. The file is made beside its place, verified, and takes its name at the end.
 * @throws OperationError store_not_empty if the file is there, unavailable, signing_key_unreadable, backup_unusable
 */
export async function makeBackup(order: BackupOrder): Promise<BackupReport> {
  const file = resolve(order.out);
  if (existsSync(file)) throw isThere(file);
  const source = openStore(order.dataDir);
  let stage: ReturnType<typeof makeStage> | undefined;
  try {
    const { pending } = await readMigrationStatus(source);
    if (pending.length === 0) await tellTrail(source, order);
    stage = stageBeside(file);
    order.say(`Copying the store of ${order.dataDir} …`);
    await source.raw("vacuum into ?", [stage.file]);
    order.say("Verifying the copy …");
    const report = await verifyCopy(stage, order, pending.length === 0);
    putAt(stage.file, file);
    return { ...order.note, file, ...report };
  } finally {
    stage?.remove();
    await source.destroy();
  }
}

function stageBeside(file: string): ReturnType<typeof makeStage> {
  try {
    return makeStage(file);
  } catch (cause) {
    const { code = "" } = cause as NodeJS.ErrnoException;
    throw new OperationError("invalid_input", `out: nothing can be written in ${dirname(file)} (${code}).`, {
      field: "out",
      fix: "Name a file in a directory that is there and that you may write to.",
      cause,
    });
  }
}

// A copy of everything left the store: whoever looks for how something became known finds it. Of a disk that is full a backup
// is made all the same.
async function tellTrail(source: Database, { actor, note, out, say }: BackupOrder): Promise<void> {
  try {
    const details = { file: basename(out) };
    await createAuditEvent(source, { type: "store.backed_up", actor, details }, new Date(note.madeAtMs));
  } catch (error) {
    say(`The trail could not be told of this backup: ${(error as Error).message}`);
  }
}

async function verifyCopy(stage: { dataDir: string; file: string }, order: BackupOrder, isCurrent: boolean) {
  const copy = connectDatabase({ dataDir: stage.dataDir }, migrationLimits);
  try {
    const faults = await faultsOfFile(copy);
    if (faults.length > 0) throw damaged(order.dataDir, faults);
    const { applied } = await readMigrationStatus(copy);
    const holds = isCurrent ? await inspectStore(copy, order.secrets) : undefined;
    await writeNote(copy, order.note);
    await closeWhole(copy, stage.file);
    const { size: bytes } = statSync(stage.file);
    return {
      bytes,
      schema: applied.at(-1) ?? "",
      ...(holds === undefined ? {} : { holds }),
      otherFiles: otherFilesIn(order.dataDir),
    };
  } finally {
    await copy.destroy();
  }
}

function damaged(dataDir: string, faults: readonly string[]): OperationError {
  return new OperationError(
    "backup_unusable",
    `The store of ${dataDir} is damaged, and so would the backup be: ${faults.slice(0, 3).join("; ")}.`,
    {
      fix: "Look at its disk. Restore the last good backup, or copy the data folder as it is with the provider stopped.",
    },
  );
}

function otherFilesIn(dataDir: string): string[] {
  return readdirSync(dataDir, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("tti.sqlite"))
    .map(({ name }) => name)
    .sort();
}
