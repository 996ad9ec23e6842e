// Owns the store_marks table: what a store says of itself as a whole. A store that was moved, or into which another has only half
// arrived, serves nobody: what it took would be lost.
import { OperationError } from "../errors.ts";
import type { Database } from "./connect.ts";

/** A move, as either end knows it. */
export interface MoveMark {
  /** Which move: the same at both ends. */
  id: string;
  /** Where the store goes, or came from, in words that hold no password. */
  place: string;
  /** When everything had arrived and was compared, epoch milliseconds; absent: it has not. */
  doneAtMs?: number;
  /** When the move was given up, epoch milliseconds; then `doneAtMs` is absent. */
  undoneAtMs?: number;
}

/** `leaving`: this store goes to another place. `arriving`: another store comes here. `undone`: this store went, and is back. */
export type MarkName = "leaving" | "arriving" | "undone";

/** Whether a database has marks at all: it may be nobody's, or of a version before them. */
export const hasMarks = (db: Database): Promise<boolean> => db.schema.hasTable("store_marks");

/** Finds a mark. */
export async function findMark(db: Database, name: MarkName): Promise<MoveMark | undefined> {
  const row: { details: string } | undefined = await db("store_marks").where({ name }).first("details");
  return row && (JSON.parse(row.details) as MoveMark);
}

/** Sets a mark, in place of the one of its name. */
export async function saveMark(db: Database, name: MarkName, mark: MoveMark, now: Date): Promise<void> {
  const row = { name, details: JSON.stringify(mark), at_ms: now.getTime() };
  await db("store_marks").insert(row).onConflict("name").merge();
}

/** Takes a mark away. */
export async function deleteMark(db: Database, name: MarkName): Promise<void> {
  await db("store_marks").where({ name }).delete();
}

/**
 * Asserts that a migrated store may be served from and administered.
 * @throws OperationError store_moved, store_incomplete
 */
export async function assertStays(db: Database): Promise<void> {
  const leaving = await findMark(db, "leaving");
  if (leaving !== undefined) throw moved(leaving);
  const arriving = await findMark(db, "arriving");
  if (arriving === undefined || arriving.doneAtMs !== undefined) return;
  if (arriving.undoneAtMs !== undefined) throw undone(arriving, arriving.undoneAtMs);
  throw new OperationError(
    "store_incomplete",
    `The move of ${arriving.place} to this database has not ended.`,
  );
}

const undone = ({ place }: MoveMark, atMs: number): OperationError =>
  new OperationError(
    "store_incomplete",
    `The move of ${place} to this database was undone on ${new Date(atMs).toISOString()}: that store serves, and this one nobody.`,
    { fix: "Unset DATABASE_URL, or move there again with `tti store move`, or make this database anew." },
  );

function moved({ place, doneAtMs }: MoveMark): OperationError {
  if (doneAtMs === undefined) {
    return new OperationError("store_moved", `This store is being moved to ${place}.`, {
      fix: "Go on with the same `tti store move`, or give it up with `tti store move --undo`.",
    });
  }
  const when = new Date(doneAtMs).toISOString();
  return new OperationError("store_moved", `This store was moved to ${place} on ${when}.`, {
    fix: "Set DATABASE_URL to that database. If nothing has served from it yet, `tti store move --undo` makes this the store again.",
  });
}
