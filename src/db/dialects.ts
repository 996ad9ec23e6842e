// Owns what both stores' dialects share: the limits a statement is bounded by, what the connections of a pool share, and
// noticing what ails the store (bounded_postgres.ts, bounded_sqlite.ts).
import createKnex, { type Knex } from "knex";
import { type StoreUnavailable, storeFault } from "./store_fault.ts";
import { isOverAfter, type StoreFaultKind } from "./store_fault_kinds.ts";

/** How long a store may take before a caller is told that it is unavailable. Milliseconds. */
export interface StoreLimits {
  /** Opening a connection. */
  connectMs: number;
  /** Waiting for a free connection of the pool. */
  acquireMs: number;
  /** One statement, as PostgreSQL measures it. */
  statementMs: number;
  /** Waiting for a lock: of PostgreSQL, or the write lock of an SQLite file. */
  lockMs: number;
  /** A transaction between two of its statements. */
  idleInTransactionMs: number;
  /** One statement, as we measure it: what a dead network never answers. Longer than `statementMs`. */
  silentMs: number;
}

/** The limits while serving: a caller is told within seconds. */
export const servingLimits: StoreLimits = {
  connectMs: 3_000,
  acquireMs: 5_000,
  statementMs: 5_000,
  lockMs: 3_000,
  idleInTransactionMs: 10_000,
  silentMs: 7_000,
};

/**
 * The limits of a migration: it may take its time, but while it waits for a lock on a table, everybody who comes after
 * waits behind it. So it gives up before those that serve do, and comes again.
 */
export const migrationLimits: StoreLimits = {
  ...servingLimits,
  acquireMs: 30_000,
  statementMs: 0,
  lockMs: 1_500,
  idleInTransactionMs: 0,
  silentMs: 0,
};

/** What the connections of one pool share. */
export interface StoreState {
  limits: StoreLimits;
  /** Whether a session is ours alone, so that settings of it hold; not behind PgBouncer in transaction mode. */
  ownSession: boolean;
  /** The file of an embedded store. */
  file?: string;
  /** The last trouble, until a statement succeeds again. */
  trouble: StoreUnavailable | undefined;
  /** Connections opened before this moment are not used again: one told that they may be silent, or to a server of before. */
  staleBeforeMs: number;
  /** Is told of each trouble. It does not throw. */
  onFault?: ((kind: StoreFaultKind) => void) | undefined;
}

// A server that stays read-only must not have each statement open a connection.
const afreshMs = 1_000;

/** The configuration a dialect below expects. */
export interface StoreConfig extends Knex.Config {
  store: StoreState;
}

export interface Dialect {
  readonly config: StoreConfig;
  query(connection: unknown, statement: unknown): Promise<unknown>;
  _query(connection: unknown, statement: { sql: string }): Promise<unknown>;
  acquireConnection(): Promise<unknown>;
  acquireRawConnection(): Promise<unknown>;
  destroyRawConnection(connection: unknown): Promise<unknown>;
  validateConnection(connection: object): boolean;
}

type DialectClass = new (config: Knex.Config) => Dialect;

// The class of a dialect as knex chooses it; nothing is connected.
export const dialectOf = (client: "pg" | "better-sqlite3"): DialectClass =>
  createKnex({ client, useNullAsDefault: true }).client.constructor as DialectClass;

/** Runs work of the store; its trouble is remembered until work succeeds, and told as such. */
export async function watched<T>(state: StoreState, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    state.trouble = undefined;
    return result;
  } catch (error) {
    throw noted(state, error);
  }
}

/** What a failure is thrown as: the store's trouble, which is remembered and told, or what it was. */
export function noted(state: StoreState, error: unknown): unknown {
  const fault = storeFault(error, state.file);
  if (fault === undefined) return error;
  state.trouble = fault;
  // Of a transaction each layer throws the same one on.
  if (fault !== error) {
    state.onFault?.(fault.kind);
    const nowMs = performance.now();
    const afresh = fault.kind !== "read_only" || nowMs - state.staleBeforeMs > afreshMs;
    if (isOverAfter(fault.kind) && afresh) state.staleBeforeMs = nowMs;
  }
  return fault;
}
