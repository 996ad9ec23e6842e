// A database that fails over: another server at the same address, one that takes no writes, one that ends its sessions or takes
// no more. Each is told as what it is, and left at once for whoever serves there next; nothing is said to be written that is not.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { connectDatabase, type Database, stateOf } from "../../src/db/connect.ts";
import { servingLimits } from "../../src/db/dialects.ts";
import { runStatement } from "../../src/db/statement.ts";
import { StoreUnavailable } from "../../src/db/store_fault.ts";
import { storeFaultKinds } from "../../src/db/store_fault_kinds.ts";
import { openTestDatabase, type TestDatabase } from "../support/databases.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp_proxy.ts";

const ask = (db: Database) => runStatement<{ one: number }>(db, "t_one", "select 1 as one", []);
const write = (db: Database, id: string) =>
  runStatement(
    db,
    "t_write",
    "insert into tenants (id, name, created_at_ms, updated_at_ms) values (?, 'x', 1, 1) returning id",
    [id],
  );
const until = async (holds: () => boolean | Promise<boolean>) => {
  const deadlineMs = performance.now() + 30_000;
  while (!(await holds())) {
    assert.ok(performance.now() < deadlineMs, "it did not come to pass in time");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
const kindOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "none",
    (error: unknown) => (error instanceof StoreUnavailable ? error.kind : String(error)),
  );

describe("a database that fails over", () => {
  let store: TestDatabase;
  let beside: TestDatabase;
  let proxy: TcpProxy;
  let db: Database;
  let told: string[] = [];
  const urlOf = ({ location }: TestDatabase): string =>
    "databaseUrl" in location ? location.databaseUrl : assert.fail();
  const nameOf = (one: TestDatabase): string => new URL(urlOf(one)).pathname.slice(1);
  /** Runs a statement at the server itself, beside the database that fails. */
  const operate = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: urlOf(beside) });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  const open = (poolSize = 3) => {
    const pool = connectDatabase({ databaseUrl: proxy.url, poolSize }, servingLimits);
    told = [];
    stateOf(pool).onFault = (kind) => told.push(kind);
    return pool;
  };

  before(async () => {
    store = await openTestDatabase("postgres");
    beside = await openTestDatabase("postgres");
    proxy = await startTcpProxy(urlOf(store));
  });
  after(async () => {
    await proxy.close();
    await beside.close();
    await store.close();
  });

  test("to one that takes no writes is left at once when another takes them, also by connections that stand", async () => {
    db = open();
    try {
      await operate(`alter database ${nameOf(store)} set default_transaction_read_only = on`);
      await Promise.all([ask(db), ask(db), ask(db)]);
      assert.equal(await kindOf(write(db, "refused")), "read_only");
      assert.equal(await kindOf(db.transaction((trx) => write(trx, "refused"))), "read_only");
      // Sessions that stand keep what they began with: only new ones are of the server that serves now.
      await operate(`alter database ${nameOf(store)} reset default_transaction_read_only`);
      await until(async () => (await kindOf(write(db, "served"))) === "none");
      for (let again = 0; again < 6; again += 1) await write(db, `served-${again}`);
      assert.deepEqual(new Set(told), new Set(["read_only"]));
    } finally {
      await db.destroy();
    }
  });

  test("to a standby is asked nothing, because what it says may be out of date, until it is the primary", async () => {
    db = open();
    try {
      await ask(db);
      // A server that says of itself what a standby says.
      await store.db.raw("create schema standby");
      await store.db.raw(
        "create function standby.pg_is_in_recovery() returns boolean language sql as 'select true'",
      );
      await operate(`alter database ${nameOf(store)} set search_path = standby, pg_catalog, public`);
      proxy.cut();
      await until(async () => (await kindOf(ask(db))) === "read_only");
      assert.equal(await kindOf(ask(db)), "read_only");
      await operate(`alter database ${nameOf(store)} reset search_path`);
      await until(async () => (await kindOf(ask(db))) === "none");
      await write(db, "promoted");
    } finally {
      await operate(`alter database ${nameOf(store)} reset search_path`);
      await db.destroy();
    }
  });

  test("whose sessions are ended, or whose prepared statements are gone, serves the next caller", async () => {
    db = open(1);
    try {
      await ask(db);
      const slow = kindOf(Promise.resolve(db.raw("select pg_sleep(30)")));
      await until(async () => {
        const [{ count } = { count: 0 }] = await store
          .db("pg_stat_activity")
          .whereLike("query", "select pg_sleep%")
          .count({ count: "*" });
        return Number(count) > 0;
      });
      await operate(
        `select pg_terminate_backend(pid) from pg_stat_activity where query like 'select pg_sleep%' and pid <> pg_backend_pid()`,
      );
      assert.equal(await slow, "starting");
      await ask(db);
      // As a pooler does that gives the session to somebody else.
      await db.raw("deallocate all");
      assert.equal(await kindOf(ask(db)), "session_lost");
      await ask(db);
      assert.deepEqual(told, ["starting", "session_lost"]);
    } finally {
      await db.destroy();
    }
  });

  test("to a newer schema costs one statement, not each of its kind", async () => {
    db = open(1);
    const all = () => runStatement(db, "t_all", "select * from t_changed", []);
    try {
      await db.raw("create table t_changed (a integer)");
      await all();
      await db.raw("alter table t_changed add column b integer");
      assert.equal(await kindOf(all()), "session_lost");
      await all();
    } finally {
      await db.destroy();
    }
  });

  test("that has no connection left is told as such, and used once it has", async () => {
    const limited = new URL(proxy.url);
    await operate(`create role t_limited_${process.pid} login connection limit 1`);
    limited.username = `t_limited_${process.pid}`;
    const [one, two] = [1, 2].map(() => connectDatabase({ databaseUrl: limited.href, poolSize: 1 }));
    assert.ok(one && two);
    try {
      await ask(one);
      assert.equal(await kindOf(ask(two)), "out_of_connections");
      await one.destroy();
      await until(async () => (await kindOf(ask(two))) === "none");
    } finally {
      await Promise.all([one, two].map((pool) => pool.destroy()));
      await operate(`drop role t_limited_${process.pid}`);
    }
  });

  test("between a commit and its answer: the caller is not told that it stands, nor that it does not", async () => {
    db = open(1);
    try {
      await ask(db);
      proxy.loseAnswerTo("COMMIT");
      assert.equal(await kindOf(db.transaction((trx) => write(trx, "doubtful"))), "cut");
      assert.deepEqual(await db("tenants").where("id", "doubtful").pluck("id"), ["doubtful"]);
    } finally {
      await db.destroy();
    }
  });

  test("in the middle of a transaction leaves nothing of it", async () => {
    db = open(1);
    try {
      const work = db.transaction(async (trx) => {
        await write(trx, "half");
        proxy.cut();
        await write(trx, "whole");
      });
      assert.equal(await kindOf(work), "cut");
      assert.deepEqual(await db("tenants").whereIn("id", ["half", "whole"]).pluck("id"), []);
    } finally {
      await db.destroy();
    }
  });

  test("no transaction that failed half-way is said to be committed", async () => {
    db = open(1);
    try {
      const work = db.transaction(async (trx) => {
        await write(trx, "swallowed");
        await trx.raw("select 1/0").catch(() => undefined);
      });
      assert.equal(await kindOf(work), "contended");
      assert.deepEqual(await db("tenants").where("id", "swallowed").pluck("id"), []);
    } finally {
      await db.destroy();
    }
  });

  test("an idle connection is kept alive by the system, so that a dead path is noticed", {
    skip: process.platform !== "linux",
  }, async () => {
    db = open(1);
    try {
      await ask(db);
      const connection = (await db.client.acquireConnection()) as pg.Client;
      const { stream } = (connection as unknown as { connection: { stream: Socket } }).connection;
      await db.client.releaseConnection(connection);
      const hex = (port: number | undefined) => (port ?? 0).toString(16).toUpperCase().padStart(4, "0");
      // Both ports and the state (01: established): a former connection from the same port of ours may
      // still wait for its end beside it.
      const line = new RegExp(
        `^ *\\d+: [0-9A-F]{8}:${hex(stream.localPort)} [0-9A-F]{8}:${hex(stream.remotePort)} 01 .*$`,
        "m",
      );
      // The column of timers: 02 is the one of keepalive; another stands there while an answer is underway.
      await until(
        () =>
          line.exec(readFileSync("/proc/net/tcp", "utf8"))?.[0].trim().split(/\s+/)[5]?.slice(0, 2) === "02",
      );
    } finally {
      await db.destroy();
    }
  });
});

test("every kind of trouble is named as a metric's label may be", () => {
  for (const kind of Object.keys(storeFaultKinds)) assert.match(kind, /^[a-z_]+$/);
});
