// Owns giving a move up: first the database is closed, by a mark of its own; only then is the embedded store the store again, so that
// at no moment both serve.
import { connectDatabase } from "../db/connect.ts";
import { migrationLimits } from "../db/dialects.ts";
import { StoreUnavailable } from "../db/store_fault.ts";
import { deleteMark, findMark, hasMarks, type MoveMark, saveMark } from "../db/store_mark_store.ts";
import { OperationError } from "../errors.ts";
import type { KeyPolicy } from "../provider/keys/policy.ts";
import { servingInstances } from "./after_restore.ts";
import { openAlone } from "./embedded_files.ts";
import { schemaOf } from "./move_ends.ts";
import { placeOf } from "./postgres_programs.ts";

/** What is given up. */
export interface UndoOrder {
  dataDir: string;
  /** The database that the store was moved to; undefined: nobody named it. */
  databaseUrl?: string | undefined;
  preparedStatements?: boolean;
  policy: KeyPolicy;
  /** Whether this is meant also where everything had arrived. */
  afterItsEnd: boolean;
  /** Whether the database is left as it is, because it does not answer any more. */
  withoutDatabase: boolean;
  now: Date;
}

/** What came of it. */
export interface UndoReport {
  to: string;
  /** `left`: nobody closed it, so it may still serve. `empty`: nothing of this move is there. */
  database: "closed" | "empty" | "left";
  /** An earlier call had made the embedded store the store again. */
  before?: true;
}

/**
 * Gives a move up: the database serves nobody from then on, and the embedded store is the store again. Called again it closes a
 * database that was left before.
 * @returns undefined: the store was not being moved
 * @throws OperationError store_in_use, store_moved where the move had ended and nobody said that this is meant, invalid_input where
 *   no database or another one is named, unavailable where it does not answer
 */
export async function undoMove(order: UndoOrder): Promise<UndoReport | undefined> {
  const source = await openAlone(order.dataDir);
  try {
    await schemaOf(source);
    const leaving = await findMark(source, "leaving");
    const mark = leaving ?? (await findMark(source, "undone"));
    if (mark === undefined) return undefined;
    if (leaving?.doneAtMs !== undefined && !order.afterItsEnd) throw ended(mark);
    const database = await closeDatabase(mark, order);
    await source.transaction(async (trx) => {
      await saveMark(trx, "undone", { id: mark.id, place: mark.place }, order.now);
      await deleteMark(trx, "leaving");
    });
    return { to: mark.place, database, ...(leaving === undefined ? { before: true } : {}) };
  } finally {
    await source.destroy();
  }
}

async function closeDatabase(mark: MoveMark, order: UndoOrder): Promise<UndoReport["database"]> {
  if (order.withoutDatabase) return "left";
  const { databaseUrl, preparedStatements = true, now } = order;
  if (databaseUrl === undefined) throw unnamed(mark);
  const target = connectDatabase({ databaseUrl, preparedStatements, poolSize: 2 }, migrationLimits);
  try {
    const arriving = (await hasMarks(target)) ? await findMark(target, "arriving") : undefined;
    if (arriving?.id !== mark.id) {
      if (placeOf(databaseUrl) !== mark.place) throw another(mark, placeOf(databaseUrl));
      return "empty";
    }
    // Its own word counts as well: a move may have ended there, and been killed before it said so here.
    if (arriving.doneAtMs !== undefined && !order.afterItsEnd) throw ended(mark);
    const serving = await servingInstances(target, order.policy, now);
    if (serving > 0) throw served(mark, serving);
    const { doneAtMs: _done, ...rest } = arriving;
    // Without the word that it has ended, so that versions that know no undone move refuse it too.
    await saveMark(target, "arriving", { ...rest, undoneAtMs: now.getTime() }, now);
    return "closed";
  } catch (error) {
    throw error instanceof StoreUnavailable ? silent(mark, error) : error;
  } finally {
    await target.destroy();
  }
}

const danger = "Two stores would serve, and what one of them takes the other never learns";

const ended = ({ place }: MoveMark): OperationError =>
  new OperationError("store_moved", `Everything has moved to ${place}.`, {
    field: "yes",
    fix: "What was written there since is not here. If nothing served from it, add --yes.",
  });

const unnamed = ({ place }: MoveMark): OperationError =>
  new OperationError(
    "invalid_input",
    `Nothing names the database (${place}), which has to be closed first.`,
    {
      field: "to",
      fix: `Set DATABASE_URL to it, or add --to URL. ${danger}; if that database is gone for good, add --without-database.`,
    },
  );

const another = ({ place }: MoveMark, named: string): OperationError =>
  new OperationError("invalid_input", `The store was moved to ${place}, and not to ${named}.`, {
    field: "to",
    fix: "Name the database that it was moved to: it is closed first.",
  });

const served = ({ place }: MoveMark, instances: number): OperationError =>
  new OperationError("store_in_use", `${instances} instances seem to serve from ${place}.`, {
    field: "to",
    fix: "Stop them, wait a minute if they were killed, and run this again. Nothing was changed.",
  });

const silent = ({ place }: MoveMark, cause: StoreUnavailable): OperationError =>
  new OperationError("unavailable", `The database (${place}) could not be closed: ${cause.message}`, {
    field: "to",
    fix: `Nothing was changed. Run this again once it answers. ${danger}; if that database is gone for good, add --without-database.`,
    cause,
  });
