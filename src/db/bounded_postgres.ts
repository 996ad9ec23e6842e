// Owns how a statement is bounded on PostgreSQL: one that gets no answer in seconds fails, a connection that fell silent or
// leads to a standby is thrown away, and what was not committed is not said to be.
import type pg from "pg";
import { dialectOf, noted, type StoreLimits, type StoreState, watched } from "./dialects.ts";
import { traceStatement, traceWait } from "./statement_span.ts";
import { ConnectionSilent } from "./store_fault.ts";

type PostgresConnection = pg.Client;

const bornAt = new WeakMap<object, number>();

/** knex's PostgreSQL, bounded. */
export class BoundedPostgres extends dialectOf("pg") {
  override query(connection: unknown, statement: unknown): Promise<unknown> {
    return traceStatement("postgresql", statement, () =>
      watched(this.config.store, () => super.query(connection, statement)),
    );
  }

  // A transaction that failed half-way answers its COMMIT, too, and without an error: with what became of it.
  override async _query(connection: unknown, statement: { sql: string }): Promise<unknown> {
    const answered = (await super._query(connection, statement)) as { response?: { command?: string } };
    if (statement.sql === "COMMIT;" && answered.response?.command === "ROLLBACK")
      throw Object.assign(new Error("nothing of the transaction was committed"), { code: "25P02" });
    return answered;
  }

  override acquireConnection(): Promise<unknown> {
    return traceWait(() => connected(this.config.store, () => super.acquireConnection()));
  }

  override async acquireRawConnection(): Promise<unknown> {
    const bornAtMs = performance.now();
    const connection = (await super.acquireRawConnection()) as PostgresConnection;
    const { store } = this.config;
    const { limits, ownSession } = store;
    bornAt.set(connection, bornAtMs);
    if (limits.silentMs > 0) {
      throwAwayWhenSilent(connection, limits.silentMs, () => {
        store.staleBeforeMs = performance.now();
      });
    }
    try {
      if (ownSession) await connection.query(sessionSettings(limits));
      await assertNoStandby(connection);
    } catch (error) {
      connection.connection.stream.destroy();
      throw error;
    }
    return connection;
  }

  // Asked before an idle connection is used again: one failure does for all that a dead network or server took.
  override validateConnection(connection: object): boolean {
    return (bornAt.get(connection) ?? 0) >= this.config.store.staleBeforeMs;
  }

  override async destroyRawConnection(connection: unknown): Promise<void> {
    const { connection: wire } = connection as PostgresConnection;
    // A silent server takes no leave either.
    const impatient = setTimeout(() => wire.stream.destroy(), 1_000);
    try {
      await super.destroyRawConnection(connection);
    } finally {
      clearTimeout(impatient);
    }
  }
}

// Silence fell while another connection was being opened, and the pool tells whoever waits: nothing of ours was asked yet, and
// the next one is new. Getting a connection proves nothing yet, so it does not end a trouble.
async function connected(store: StoreState, acquire: () => Promise<unknown>): Promise<unknown> {
  try {
    return await acquire().catch((error: unknown) => {
      if (error instanceof ConnectionSilent) return acquire();
      throw error;
    });
  } catch (error) {
    throw noted(store, error);
  }
}

function sessionSettings(limits: StoreLimits): string {
  return [
    `set statement_timeout = ${limits.statementMs}`,
    `set lock_timeout = ${limits.lockMs}`,
    `set idle_in_transaction_session_timeout = ${limits.idleInTransactionMs}`,
  ].join("; ");
}

// What a standby answers may be out of date: a session that was ended, a key that was revoked.
async function assertNoStandby(connection: PostgresConnection): Promise<void> {
  const { rows } = await connection.query<{ standby: boolean }>("select pg_is_in_recovery() as standby");
  if (rows[0]?.standby === true) throw Object.assign(new Error("the server is a standby"), { code: "25006" });
}

type Ask = (...args: unknown[]) => unknown;

// A socket whose other end is gone without a word (a NAT that forgot it, a host that died) takes statements for
// ever. So a statement without an answer ends its connection, and with it every statement that waits there.
function throwAwayWhenSilent(connection: PostgresConnection, silentMs: number, onSilence: () => void): void {
  const ask = connection.query.bind(connection) as Ask;
  const bounded: Ask = (...args) => {
    let answered = false;
    const giveUp = () => {
      if (answered) return;
      onSilence();
      connection.connection.stream.destroy(new ConnectionSilent(`no answer in ${silentMs} ms`));
    };
    // After the loop was held up the answer may lie in the socket unread: it is read before an immediate runs.
    const timer = setTimeout(() => setImmediate(giveUp), silentMs);
    const done = () => {
      answered = true;
      clearTimeout(timer);
    };
    const callback = args.at(-1);
    if (typeof callback === "function") {
      return ask(...args.slice(0, -1), (...answer: unknown[]) => {
        done();
        callback(...answer);
      });
    }
    const answer = ask(...args) as Promise<unknown>;
    answer.then(done, done);
    return answer;
  };
  connection.query = bounded as typeof connection.query;
}
