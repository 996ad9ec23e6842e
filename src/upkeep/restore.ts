// Owns restoring the embedded store from a backup: judged, brought up to this version and rid of what had been given out in a place
// of its own; only then it takes the store's place, as a whole.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Anchor, formatAnchor } from "../audit/chain/anchor.ts";
import { connectDatabase, type Database } from "../db/connect.ts";
import { makeDataDirectory } from "../db/data_directory.ts";
import { migrationLimits } from "../db/dialects.ts";
import { migrateUp, migrationNames, readMigrationStatus } from "../db/migrate.ts";
import { StoreUnavailable } from "../db/store_fault.ts";
import { deleteMark } from "../db/store_mark_store.ts";
import { OperationError } from "../errors.ts";
import { type AfterRestore, afterRestore } from "./after_restore.ts";
import { assertBackupFile, copyBackup } from "./backup_file.ts";
import { type BackupNote, takeNote } from "./backup_note_store.ts";
import {
  closeWhole,
  hasStore,
  makeStage,
  openAlone,
  putAt,
  removeLeftStages,
  replaceStore,
  storeFileIn,
} from "./embedded_files.ts";
import { type Inspection, inspectStore } from "./inspection.ts";
import { assertOwnSchema } from "./own_schema_store.ts";
import { faultsOfFile } from "./tables_store.ts";
import { readTrailSince, type TrailSince } from "./trail_since.ts";

/** What is restored, and how. */
export interface RestoreOrder {
  /** The backup. */
  file: string;
  dataDir: string;
  /** TTI_SECRETS; none where none is at hand. */
  secrets: readonly Uint8Array[];
  /** The installation the settings describe; undefined: they describe none. */
  installation?: { issuer: string; clientId: string };
  /** Whether a store that is there may be replaced. */
  replace: boolean;
  /** Whether what had been given out stays as it was. */
  keep: boolean;
  /** A block that the backup's trail must hold. */
  anchor?: Anchor;
  /** An exported trail that went on after the backup. */
  trail?: string;
  actor: string;
  now: Date;
  /** Hears how far it is. */
  say(line: string): void;
}

/** What came of it. */
export interface RestoreReport extends AfterRestore {
  /** What the backup says of itself; absent: it was not made by `tti backup`. */
  note?: BackupNote;
  holds: Inspection;
  /** Migrations that this version applied to it. */
  migrated: string[];
  since?: TrailSince;
  /** Where the store is that was there before. */
  aside?: string;
}

/**
 * Restores a backup. Until the last moment nothing of what is there is touched, nor is the backup.
 * @throws OperationError store_in_use, store_not_empty, backup_unusable, backup_of_another, signing_key_unreadable, invalid_input
 */
export async function restoreBackup(order: RestoreOrder): Promise<RestoreReport> {
  const { dataDir, say } = order;
  assertBackupFile(order.file);
  makeDataDirectory(dataDir);
  const isThere = hasStore(dataDir);
  if (isThere && !order.replace) throw notEmpty(dataDir);
  // Held to the end, so that no instance starts on it meanwhile.
  const former = isThere ? await openFormer(dataDir, say) : undefined;
  const beside = join(resolve(dataDir), "restore");
  removeLeftStages(beside);
  const stage = makeStage(beside);
  let db: Database | undefined;
  try {
    say(`Reading ${order.file} …`);
    copyBackup(order.file, stage.file);
    db = connectDatabase({ dataDir: stage.dataDir }, migrationLimits);
    const report = await prepare(db, order);
    await closeWhole(db, stage.file);
    const aside = put(stage.file, order, isThere);
    return { ...report, ...(aside === undefined ? {} : { aside }) };
  } finally {
    await db?.destroy();
    await former?.destroy();
    stage.remove();
  }
}

async function openFormer(dataDir: string, say: RestoreOrder["say"]): Promise<Database | undefined> {
  try {
    return await openAlone(dataDir);
  } catch (error) {
    // Mostly the reason for the restore: nobody serves from it either.
    if (!isDamaged(error)) throw error;
    say("The store that is there is damaged; it is put aside as it is.");
    return undefined;
  }
}

function isDamaged(error: unknown): boolean {
  const told = error instanceof StoreUnavailable ? error.cause : error;
  const code = String(told instanceof Error ? Reflect.get(told, "code") : "");
  return /^SQLITE_(CORRUPT|NOTADB)/.test(code);
}

async function prepare(db: Database, order: RestoreOrder): Promise<RestoreReport> {
  const { say, now } = order;
  const faults = await faultsOfFile(db).catch((error: unknown) => {
    if (isDamaged(error)) return ["SQLite cannot read it"];
    throw error;
  });
  if (faults.length > 0) throw unusable(`The backup is damaged: ${faults.slice(0, 3).join("; ")}.`);
  await assertOwnSchema(db, migrationNames);
  const note = await takeNote(db);
  assertSameInstallation(note, order.installation);
  const { applied, newer } = await readMigrationStatus(db);
  if (applied.length === 0) throw unusable("The file is no store of this product.");
  if (newer.length > 0) {
    throw unusable(
      `The backup is of a newer version${note === undefined ? "" : ` (${note.version})`}: this one does not know ${newer.join(", ")}.`,
    );
  }
  const migrated = await migrateUp(db);
  // A store that had been moved away is the store again, by the operator's word.
  await deleteMark(db, "leaving");
  const holds = await inspectStore(db, order.secrets, order.anchor);
  assertKeysOpen(holds);
  if (order.anchor !== undefined && !holds.trail.intact) {
    throw unusable(
      `The trail does not lead to ${formatAnchor(order.anchor)}: ${holds.trail.faults[0]?.says}.`,
    );
  }
  const since = order.trail === undefined ? undefined : await readTrailSince(db, order.trail);
  say(order.keep ? "Recording the restore …" : "Ending what was given out before …");
  const { actor, keep } = order;
  const after = await afterRestore(db, { actor, keep, backupMadeAtMs: note?.madeAtMs }, now);
  return {
    ...(note === undefined ? {} : { note }),
    ...{ holds, migrated, ...after },
    ...(since === undefined ? {} : { since }),
  };
}

function put(file: string, { dataDir, now }: RestoreOrder, isThere: boolean): string | undefined {
  const path = storeFileIn(resolve(dataDir));
  if (!isThere) {
    if (existsSync(path)) replaceStore(file, path, asideOf(path, now));
    else putAt(file, path);
    return undefined;
  }
  const aside = asideOf(path, now);
  replaceStore(file, path, aside);
  return aside;
}

const asideOf = (path: string, now: Date): string =>
  `${path}.before-${now.toISOString().replace(/[:.]/g, "-")}`;

function assertSameInstallation(note: BackupNote | undefined, ours: RestoreOrder["installation"]): void {
  if (ours === undefined) return;
  for (const [name, setting] of [
    ["issuer", "TTI_ISSUER"],
    ["clientId", "TTI_CLIENT_ID"],
  ] as const) {
    const was = note?.[name];
    if (was === undefined || was === ours[name]) continue;
    throw new OperationError(
      "backup_of_another",
      `The backup is of an installation with ${setting} ${was}, and here it is ${ours[name]}.`,
    );
  }
}

function assertKeysOpen({ keys }: Inspection): void {
  if (keys.sealed === 0 || keys.opened === true) return;
  throw new OperationError(
    "signing_key_unreadable",
    "No secret is here, so the signing keys cannot be opened.",
    {
      field: "TTI_SECRETS",
      fix: "Set TTI_SECRETS as it was; in development, put the file development-secret of the former data folder into this one.",
    },
  );
}

const notEmpty = (dataDir: string): OperationError =>
  new OperationError("store_not_empty", `There is a store in ${dataDir}.`, {
    field: "replace",
    fix: "Add --replace if the backup is to take its place: it is kept beside, under another name.",
  });

const unusable = (message: string): OperationError => new OperationError("backup_unusable", message);
