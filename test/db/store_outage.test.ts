// A store that fails in the ways stores do: told in seconds, as what it is, and served again once it can be.
import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { connectDatabase, type Database, troubleOf } from "../../src/db/connect.ts";
import { type StoreLimits, servingLimits } from "../../src/db/dialects.ts";
import { migrateDown, migrateUp } from "../../src/db/migrate.ts";
import { runStatement } from "../../src/db/statement.ts";
import { bareError, StoreUnavailable } from "../../src/db/store_fault.ts";
import { createStoreHealth } from "../../src/db/store_health.ts";
import { silentLog } from "../../src/log.ts";
import { openTestDatabase, storeKinds, type TestDatabase } from "../support/databases.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp_proxy.ts";

/** As in life, with shorter times; what a healthy server must keep to leaves room for a busy machine. */
const limits: StoreLimits = {
  connectMs: 1_200,
  acquireMs: 2_400,
  statementMs: 300,
  lockMs: 250,
  idleInTransactionMs: 400,
  silentMs: 1_500,
};

const ask = (db: Database) => runStatement<{ one: number }>(db, "t_one", "select 1 as one", []);

// What keeps to no limit here waits for ever; a busy machine may take its time over what does.
const inTimeMs = 30_000;

/** Asserts that work fails as trouble of the store, and does not wait for ever; answers the words. */
async function failsInTime(work: Promise<unknown>, words: RegExp): Promise<void> {
  const begunMs = performance.now();
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof StoreUnavailable, String(error));
    assert.equal(error.code, "unavailable");
    assert.match(error.message, words);
    return true;
  });
  const tookMs = performance.now() - begunMs;
  assert.ok(tookMs < inTimeMs, `took ${Math.round(tookMs)} ms`);
}

describe("PostgreSQL behind a network that fails", () => {
  let store: TestDatabase;
  let proxy: TcpProxy;
  let db: Database;

  before(async () => {
    store = await openTestDatabase("postgres");
    assert.ok("databaseUrl" in store.location);
    proxy = await startTcpProxy(store.location.databaseUrl);
    db = connectDatabase({ databaseUrl: proxy.url, poolSize: 4 }, limits);
  });
  after(async () => {
    await db.destroy();
    await proxy.close();
    await store.close();
  });

  test("a connection that falls silent costs the statement on it, and nobody else", async () => {
    await Promise.all([1, 2, 3].map(() => db.raw("select pg_sleep(0.1)")));
    assert.equal(proxy.connections(), 3);
    proxy.silence(1);
    const asked = await Promise.allSettled(Array.from({ length: 40 }, () => ask(db)));
    const failed = asked.filter((one) => one.status === "rejected");
    assert.equal(failed.length, 1);
    for (let again = 0; again < 20; again += 1) await ask(db);
  });

  test("a silent connection fails its query of the builder, and its transaction", async () => {
    await ask(db);
    proxy.silence();
    await failsInTime(Promise.resolve(db("tenants").select()), /gave no answer|was cut/);
    await ask(db);
    const transaction = db.transaction(async (trx) => {
      await ask(trx);
      proxy.silence();
      await ask(trx);
    });
    await failsInTime(transaction, /gave no answer|was cut/);
    await ask(db);
  });

  test("when all fall silent, the next statements are served by new ones", async () => {
    await Promise.all([ask(db), ask(db), ask(db), ask(db)]);
    proxy.silence();
    await failsInTime(ask(db), /gave no answer|was cut/);
    assert.notEqual(troubleOf(db), undefined);
    await Promise.all([ask(db), ask(db), ask(db), ask(db)]);
    assert.equal(troubleOf(db), undefined);
  });

  test("a connection that falls silent while it is opened does not fail who waits for it", async () => {
    const fresh = connectDatabase({ databaseUrl: proxy.url, poolSize: 2 }, limits);
    try {
      const held = await fresh.transaction();
      try {
        proxy.silenceOn("set statement_timeout");
        await ask(fresh);
      } finally {
        await held.rollback();
      }
    } finally {
      await fresh.destroy();
    }
  });

  test("a server that takes connections and says nothing is given up in the time to connect", async () => {
    proxy.silenceNew(true);
    proxy.cut();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await failsInTime(ask(db), /cannot be reached|was cut/);
    proxy.silenceNew(false);
    proxy.cut();
    await ask(db);
  });

  test("a server that refuses is told as such, and used again once it is there", async () => {
    await proxy.refuse();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await failsInTime(ask(db), /cannot be reached/);
    await proxy.accept();
    await ask(db);
  });

  test("connections that were cut while idle are not used again", async () => {
    await Promise.all([ask(db), ask(db), ask(db)]);
    proxy.cut();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await Promise.all(Array.from({ length: 8 }, () => ask(db)));
  });

  test("a statement that takes long is given up by the server, and its connection kept", async () => {
    await failsInTime(Promise.resolve(db.raw("select pg_sleep(5)")), /took too long/);
    await ask(db);
  });

  test("a lock that another holds is waited for in bounds", async () => {
    const other = await store.db.transaction();
    try {
      await other.raw("lock table tenants in access exclusive mode");
      await failsInTime(Promise.resolve(db("tenants").select()), /another held/);
    } finally {
      await other.rollback();
    }
  });

  test("a transaction that is left open is ended by the server", async () => {
    await assert.rejects(
      db.transaction(async (trx) => {
        await ask(trx);
        await new Promise((resolve) => setTimeout(resolve, 700));
        await ask(trx);
      }),
      StoreUnavailable,
    );
    await ask(db);
  });

  test("a pool in use is told as such", async () => {
    const held = await Promise.all([1, 2, 3, 4].map(() => db.transaction()));
    const fails = failsInTime(ask(db), /connection to the store was in use/);
    await fails;
    await Promise.allSettled(held.map((trx) => trx.rollback()));
  });

  test("behind PgBouncer in transaction mode no setting of the session is touched, and silence is noticed", async () => {
    const pooled = connectDatabase(
      { databaseUrl: proxy.url, poolSize: 1, preparedStatements: false },
      limits,
    );
    try {
      const [{ setting } = {}] = await runStatement<{ setting: string }>(
        pooled,
        "t_setting",
        "select setting from pg_settings where name = 'statement_timeout'",
        [],
      );
      assert.equal(setting, "0");
      proxy.silence();
      await failsInTime(ask(pooled), /gave no answer|was cut/);
      await ask(pooled);
    } finally {
      await pooled.destroy();
    }
  });

  for (const [what, change, words] of [
    ["a database that does not exist", { pathname: "/nodb" }, /no database of the name/],
    ["a host that does not exist", { hostname: "nowhere.invalid" }, /host name .* cannot be resolved/],
  ] as const) {
    test(`${what} is told as such`, async () => {
      const url = new URL(proxy.url);
      Object.assign(url, change);
      const wrong = connectDatabase(
        { databaseUrl: url.href },
        { ...limits, connectMs: 3_000, acquireMs: 4_000 },
      );
      try {
        await failsInTime(ask(wrong), words);
      } finally {
        await wrong.destroy();
      }
    });
  }

  test("no value of a row stands in an error", async () => {
    const row = { id: "acme", name: "a-secret-value", created_at_ms: 1, updated_at_ms: 1 };
    await store.db("tenants").insert(row);
    await assert.rejects(Promise.resolve(store.db("tenants").insert(row)), (error: Error) => {
      assert.doesNotMatch(error.message, /a-secret-value/);
      return true;
    });
    const withDetail = Object.assign(new Error("insert - x"), { code: "53100", detail: "(a-secret-value)" });
    assert.doesNotMatch(JSON.stringify(bareError(withDetail)), /a-secret/);
  });

  test("readiness tells a server out of reach from one that takes no writes", async () => {
    const nobody = { databaseUrl: "postgresql://tti@127.0.0.1:9/tti" };
    const watch = connectDatabase(nobody, limits);
    const health = createStoreHealth({ db, watch, clock: () => new Date(), log: silentLog });
    try {
      assert.equal(await health.whyNot(), "the store cannot be reached");
    } finally {
      await watch.destroy();
    }
  });

  test("readiness writes: a server that takes no writes is not ready, and a silent one is noticed", async () => {
    const watch = connectDatabase({ databaseUrl: proxy.url, poolSize: 1 }, limits);
    const clock = () => new Date(1_900_000_000_000);
    const health = createStoreHealth({ db, watch, clock, log: silentLog }, { answerMs: 300, keptMs: 0 });
    const look = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return health.whyNot();
    };
    try {
      assert.equal(await look(), undefined);
      await watch.raw("set default_transaction_read_only = on");
      assert.equal(await look(), "the store cannot be written");
      await watch.raw("set default_transaction_read_only = off");
      assert.equal(await look(), undefined);
      proxy.silence();
      assert.equal(await look(), "the store does not answer in time");
      await new Promise((resolve) => setTimeout(resolve, limits.silentMs));
      assert.equal(await look(), undefined);
    } finally {
      await watch.destroy();
    }
  });
});

describe("an SQLite file that fails", () => {
  let store: TestDatabase;
  let db: Database;

  before(async () => {
    store = await openTestDatabase("sqlite");
    db = connectDatabase(store.location, limits);
  });
  after(async () => {
    await db.destroy();
    await store.close();
  });

  const write = (to: Database, id: string) =>
    runStatement(
      to,
      "t_write",
      "insert into tenants (id, name, created_at_ms, updated_at_ms) values (?, ?, 1, 1) returning id",
      [id, "x".repeat(2_000)],
    );

  test("whose write lock another holds is waited for while the process goes on", async () => {
    const other = await store.db.transaction();
    await write(other, "held");
    let turns = 0;
    const turning = setInterval(() => {
      turns += 1;
    }, 10);
    try {
      await failsInTime(write(db, "waits"), /write lock/);
      assert.ok(turns > 10, `${turns} turns of the event loop`);
      await ask(db);
    } finally {
      clearInterval(turning);
      await other.rollback();
    }
    await write(db, "goes on");
  });

  test("whose lock is freed in time costs nobody an error, in a transaction that reads first as well", async () => {
    const other = await store.db.transaction();
    await write(other, "first");
    const waiting = db.transaction(async (trx) => {
      await ask(trx);
      return write(trx, "second");
    });
    await new Promise((resolve) => setTimeout(resolve, 60));
    await other.commit();
    assert.deepEqual(await waiting, [{ id: "second" }]);
  });

  test("that is full or read-only is told as such, is not ready, and is used again afterwards", async () => {
    const watch = connectDatabase(store.location, limits);
    const clock = () => new Date(1_900_000_000_000);
    const health = createStoreHealth({ db, watch, clock, log: silentLog }, { answerMs: 300, keptMs: 0 });
    const look = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return health.whyNot();
    };
    try {
      assert.equal(await look(), undefined);
      const [{ page_count: pages }] = (await db.raw("pragma page_count")) as [{ page_count: number }];
      await db.raw(`pragma max_page_count = ${pages}`);
      const fill = async () => {
        for (let row = 0; row < 50; row += 1) await write(db, `fill-${row}`);
      };
      await failsInTime(fill(), /disk of the store is full \(.*tti\.sqlite\)/);
      await db.raw("pragma max_page_count = 1000000");
      await db.raw("pragma query_only = on");
      await failsInTime(write(db, "read-only"), /cannot be written \(.*tti\.sqlite\)/);
      await db.raw("pragma query_only = off");
      await watch.raw("pragma query_only = on");
      assert.equal(await look(), "the store cannot be written");
      await watch.raw("pragma query_only = off");
      assert.equal(await look(), undefined);
      await write(db, "again");
    } finally {
      await watch.destroy();
    }
  });

  test("that is full in the middle of a transaction keeps nothing of it, also of what comes after in it", async () => {
    const [{ page_count: pages }] = (await db.raw("pragma page_count")) as [{ page_count: number }];
    await db.raw(`pragma max_page_count = ${pages + 3}`);
    const begun = async (trx: Database, swallow: boolean) => {
      await write(trx, "before");
      for (let row = 0; row < 50; row += 1) {
        // Without an answer, so that SQLite takes the whole transaction back, and not the statement alone.
        const more = { id: `more-${row}`, name: "x".repeat(2_000), created_at_ms: 1, updated_at_ms: 1 };
        const writing = Promise.resolve(trx("tenants").insert(more));
        await (swallow ? writing.catch(() => undefined) : writing);
      }
    };
    await failsInTime(
      db.transaction((trx) => begun(trx, false)),
      /disk of the store is full/,
    );
    // SQLite has ended the transaction by then: each of these would stand by itself.
    const goneOn = db.transaction(async (trx) => {
      await begun(trx, true);
      await trx("tenants").where("id", "again").update("name", "changed");
    });
    await failsInTime(goneOn, /disk of the store is full/);
    await db.raw("pragma max_page_count = 1000000");
    const left = await db("tenants").whereLike("id", "more-%").orWhere("id", "before").pluck("id");
    assert.deepEqual(left, []);
    assert.notEqual((await db("tenants").where("id", "again").first("name"))?.name, "changed");
    await db.transaction((trx) => write(trx, "afterwards"));
  });

  test("that is damaged is told as such, and what can be read of it is served", async () => {
    const hurt = await openTestDatabase("sqlite");
    try {
      const { dataDir } = hurt.location as { dataDir: string };
      await write(hurt.db, "before");
      await hurt.db.raw("pragma wal_checkpoint(truncate)");
      const [{ rootpage }] = (await hurt.db.raw(
        "select rootpage from sqlite_schema where type = 'table' and name = 'tenants'",
      )) as [{ rootpage: number }];
      const [{ page_size: size }] = (await hurt.db.raw("pragma page_size")) as [{ page_size: number }];
      await hurt.db.destroy();
      const file = openSync(join(dataDir, "tti.sqlite"), "r+");
      writeSync(file, Buffer.alloc(size, 0xee), 0, size, (rootpage - 1) * size);
      closeSync(file);
      const again = connectDatabase(hurt.location, limits);
      try {
        const failure = await write(again, "after").then(
          () => undefined,
          (error: unknown) => error,
        );
        assert.ok(failure instanceof StoreUnavailable, String(failure));
        assert.equal(failure.kind, "damaged");
        await ask(again);
      } finally {
        await again.destroy();
      }
    } finally {
      await hurt.close();
    }
  });

  test("whose commit fails is left open to the next caller", async () => {
    const foreign = {
      tenant_id: "nobody",
      account_id: "nobody",
      role: "member",
      created_at_ms: 1,
    };
    const failing = db.transaction(async (trx) => {
      await trx.raw("pragma defer_foreign_keys = on");
      await trx("memberships").insert(foreign);
    });
    await assert.rejects(failing, /FOREIGN KEY/);
    assert.deepEqual(await db("memberships").where("tenant_id", "nobody"), []);
    await db.transaction((trx) => write(trx, "the next"));
  });

  test("whose error repeats no value of a row", async () => {
    await write(db, "twice");
    await assert.rejects(
      Promise.resolve(db("tenants").insert({ id: "twice", name: "a-secret-value" })),
      (error: Error) => {
        assert.doesNotMatch(`${error.message} ${error.stack}`, /a-secret-value/);
        return true;
      },
    );
  });
});

describe("a data directory", () => {
  const scratch = mkdtempSync(join(tmpdir(), "tti-directory-"));
  after(() => rmSync(scratch, { recursive: true }));

  test("that cannot be made is told with its path, and at once", () => {
    writeFileSync(join(scratch, "file"), "");
    for (const [dataDir, words] of [
      ["/proc/nope", /\/proc\/nope cannot be made: the file system takes no directories there/],
      [join(scratch, "file", "below"), /file is no directory/],
      [join(scratch, "file"), /file is no directory/],
    ] as const) {
      assert.throws(() => connectDatabase({ dataDir }), words);
    }
  });

  test("and what it holds are their owner's alone", async () => {
    const dataDir = join(scratch, "a", "b");
    const db = connectDatabase({ dataDir }, servingLimits);
    await ask(db);
    await db.raw("create table t (x)");
    for (const path of [dataDir, join(dataDir, "tti.sqlite"), join(dataDir, "tti.sqlite-wal")]) {
      assert.equal(statSync(path).mode & 0o077, 0, path);
    }
    await db.destroy();
  });
});

for (const kind of storeKinds) {
  test(`readiness sees a schema that is taken back under it, and brought up again (${kind})`, async () => {
    const store = await openTestDatabase(kind);
    const clock = () => new Date(1_900_000_000_000);
    const { db } = store;
    const health = createStoreHealth(
      { db, watch: db, clock, log: silentLog },
      { answerMs: 9_000, keptMs: 0 },
    );
    const look = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return health.whyNot();
    };
    try {
      assert.equal(await look(), undefined);
      await migrateDown(db);
      assert.equal(await look(), "the store's schema is older than this version");
      await migrateUp(db);
      assert.equal(await look(), undefined);
    } finally {
      await store.close();
    }
  });
}
