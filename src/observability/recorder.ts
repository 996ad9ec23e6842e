// Owns telling whoever measures an instance what happens in it, from deep below, where nothing is known but a connection to the
// store: what is counted belongs to the instance whose connection it is. Where nothing is measured it costs a look.
import type { Knex } from "knex";
import { type Database, stateOf } from "../db/connect.ts";
import type { Point } from "./metric_table.ts";

/** Takes what is counted. It never throws. */
export type Recorder = (point: Point) => void;

const recorders = new WeakMap<object, Recorder>();

/**
 * Has what happens by a pool's connections told from now on.
 * @returns ends it
 */
export function observe(db: Database, recorder: Recorder): () => void {
  const state = stateOf(db);
  recorders.set(state, recorder);
  return () => recorders.delete(state);
}

/** Whether anybody is told. */
export const isObserved = (db: Database): boolean => recorders.has(stateOf(db));

/** Tells what has happened, whatever becomes of a transaction under way. */
export function tell(db: Database, point: Point): void {
  recorders.get(stateOf(db))?.(point);
}

type Transaction = Pick<Knex.Transaction, "executionPromise" | "parentTransaction">;
type Kept = Map<string, readonly Point[]>;

const kept = new WeakMap<Transaction, Kept>();

/**
 * Tells what has happened once it stands: at once outside of a transaction, else when that is committed, and not at all if it
 * is taken back.
 * @param same what is one thing, told several times in one transaction (for each tenant whose trail it stands in), counts once
 */
export function tellOnceKept(db: Database, same: string, points: readonly Point[]): void {
  const recorder = recorders.get(stateOf(db));
  if (recorder === undefined || points.length === 0) return;
  if (db.isTransaction) keepUntilCommit(db as unknown as Transaction, recorder, same, points);
  else for (const point of points) recorder(point);
}

function keepUntilCommit(trx: Transaction, recorder: Recorder, same: string, points: readonly Point[]): void {
  const found = kept.get(trx);
  if (found !== undefined) {
    found.set(same, points);
    return;
  }
  const mine: Kept = new Map([[same, points]]);
  kept.set(trx, mine);
  const { parentTransaction: around } = trx;
  void trx.executionPromise.then(
    () => {
      for (const [one, its] of mine) {
        if (around !== undefined) keepUntilCommit(around, recorder, one, its);
        else for (const point of its) recorder(point);
      }
    },
    () => undefined,
  );
}
