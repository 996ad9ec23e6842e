// Owns an instance's way to its store that ends at a chosen statement, as if the instance were killed there or the network cut:
// nothing of an open transaction stays, nothing more is asked, until it is revived. Real connections on either store.
import { setImmediate as turn } from "node:timers/promises";
import type { Database } from "../../src/db/connect.ts";
import { isPostgres } from "../../src/db/connect.ts";
import { storeFault } from "../../src/db/store_fault.ts";

/** Where the way ends: before the statement is done, or after it was, its answer lost. */
export type Ending = "before" | "after";

/** A store that can die. */
export interface DyingStore {
  /** Ends the way at the n-th statement from now on, counted from 1. */
  dieAt(statement: number, ending: Ending): void;
  /** Opens the way again. @returns whether it had ended */
  revive(): Promise<boolean>;
}

type Query = (...args: unknown[]) => unknown;
interface PgConnection {
  query: Query;
  connection: { stream: { destroy(error?: Error): void } };
}
interface Prepared {
  reader: boolean;
  all: Query;
  run: Query;
}
interface SqliteConnection {
  prepare(sql: string): Prepared;
  exec(sql: string): unknown;
  readonly inTransaction: boolean;
}

/** Takes the way to a store in hand. */
export function letDie(db: Database): DyingStore {
  let left = Number.POSITIVE_INFINITY;
  let how: Ending = "before";
  let dead = false;
  // A statement of the background may be the one, and its answer come when its life is over already.
  let life = 0;
  const seen = new Set<object>();
  const cut = () => Object.assign(new Error("the way to the store ended"), { code: code() });
  const code = () => (isPostgres(db) ? "ECONNRESET" : "SQLITE_IOERR_WRITE");
  /** Counts a statement; says whether the way ends at it. */
  const ends = (): boolean => {
    if (dead) throw cut();
    left -= 1;
    return left === 0;
  };

  const takeInHand = (given: object): void => {
    if (seen.has(given)) return;
    seen.add(given);
    if (isPostgres(db)) dieOnPostgres(given as PgConnection);
    else dieOnSqlite(given as SqliteConnection);
  };

  function dieOnPostgres(connection: PgConnection): void {
    const query = connection.query.bind(connection) as Query;
    const { stream } = connection.connection;
    connection.query = (...args) => {
      if (!ends()) return query(...args);
      if (how === "before") {
        dead = true;
        stream.destroy(cut());
        return query(...args);
      }
      const callback = args.at(-1);
      const lived = life;
      const lose = () => {
        if (lived === life) dead = true;
        stream.destroy(cut());
      };
      if (typeof callback !== "function") {
        return (query(...args) as Promise<unknown>).then(() => {
          lose();
          throw cut();
        });
      }
      return query(...args.slice(0, -1), () => {
        lose();
        callback(cut());
      });
    };
  }

  function dieOnSqlite(connection: SqliteConnection): void {
    const prepare = connection.prepare.bind(connection);
    connection.prepare = (sql) => {
      if (!ends()) return prepare(sql);
      dead = how === "before";
      if (dead) throw cut();
      const prepared = prepare(sql);
      const lost =
        (work: Query): Query =>
        (...args) => {
          work(...args);
          dead = true;
          throw cut();
        };
      const { reader } = prepared;
      return { reader, all: lost(prepared.all.bind(prepared)), run: lost(prepared.run.bind(prepared)) };
    };
  }

  const client = db.client as { acquireConnection(): Promise<object> };
  const acquire = client.acquireConnection.bind(client);
  client.acquireConnection = async () => {
    if (dead && isPostgres(db))
      throw storeFault(Object.assign(new Error("refused"), { code: "ECONNREFUSED" }));
    const connection = await acquire();
    takeInHand(connection);
    return connection;
  };

  return {
    dieAt(statement, ending) {
      left = statement;
      how = ending;
    },
    async revive() {
      const had = dead;
      life += 1;
      left = Number.POSITIVE_INFINITY;
      await turn();
      dead = false;
      // What a process had begun ends with it.
      for (const connection of isPostgres(db) ? [] : (seen as Set<SqliteConnection>))
        if (connection.inTransaction) connection.exec("ROLLBACK");
      return had;
    },
  };
}
