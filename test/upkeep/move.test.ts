// The embedded store moves to PostgreSQL: every row of every table, whatever moment it is killed at, and never is there a moment at
// which two stores serve, or a half one.
import assert from "node:assert/strict";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { createBlockSeals } from "../../src/audit/chain/hashes.ts";
import { verifyChain } from "../../src/audit/chain/verify.ts";
import { connectDatabase, type Database } from "../../src/db/connect.ts";
import { migrateDown } from "../../src/db/migrate.ts";
import { assertStays, saveMark } from "../../src/db/store_mark_store.ts";
import { prepareStore } from "../../src/provider/assembly/start_checks.ts";
import { keyPolicyOf } from "../../src/provider/keys/policy.ts";
import { type MoveOrder, moveStore } from "../../src/upkeep/move.ts";
import { type UndoOrder, type UndoReport, undoMove } from "../../src/upkeep/move_undo.ts";
import { placeOf } from "../../src/upkeep/postgres_programs.ts";
import { sumTable } from "../../src/upkeep/rows_store.ts";
import { listTables } from "../../src/upkeep/tables_store.ts";
import { atNight } from "../support/at_night.ts";
import { openTestDatabase, type TestDatabase } from "../support/databases.ts";
import { shareOfToday } from "../support/share_of_day.ts";
import { openTerminal } from "../support/terminal.ts";
import { addEvents, furnish, secrets } from "./furnished_store.ts";

let folder: string;
let whole: string;
const opened: TestDatabase[] = [];
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "tti-move-"));
  const made = await openTestDatabase("sqlite");
  await furnish(made.db);
  await addEvents(made.db, 5);
  const texts = ["", "'\"\\ {}[] %_", "\u0001\u001f\u007f", "née 日本 🙂 \u202e", "null", "\\u0000"];
  for (const [at, name] of texts.entries()) {
    await made
      .db("tenants")
      .insert({ id: `text-${at}`, name, created_at_ms: 2 ** 53 - 1, updated_at_ms: -at });
  }
  const { dataDir } = made.location as { dataDir: string };
  await made.db.raw("pragma wal_checkpoint(truncate)");
  whole = join(folder, "whole.sqlite");
  copyFileSync(join(dataDir, "tti.sqlite"), whole);
  await made.close();
});
after(async () => {
  for (const one of opened) await one.close();
  rmSync(folder, { recursive: true });
});

/** A store to move, and where to. */
async function ends(): Promise<{ order: MoveOrder; target: TestDatabase }> {
  const dataDir = mkdtempSync(join(folder, "source-"));
  copyFileSync(whole, join(dataDir, "tti.sqlite"));
  const target = await openTestDatabase("postgres");
  opened.push(target);
  const { databaseUrl } = target.location as { databaseUrl: string };
  const order = {
    dataDir,
    databaseUrl,
    secrets,
    actor: "cli:test",
    now: () => new Date(),
    say: () => undefined,
  };
  return { order, target };
}

async function sums(db: Database, without: readonly string[] = []) {
  const found: Record<string, string> = {};
  for (const table of await listTables(db)) {
    if (table.name === "store_marks" || without.includes(table.name)) continue;
    const { rows, sum } = await sumTable(db, table);
    found[table.name] = `${rows} ${sum}`;
  }
  return found;
}

async function withSource<T>({ dataDir }: MoveOrder, work: (db: Database) => Promise<T>): Promise<T> {
  const db = connectDatabase({ dataDir });
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

const policy = keyPolicyOf({
  idTokenTtlSeconds: 300,
  keyPublishLeadSeconds: 86_400,
  keySigningPeriodSeconds: 7_776_000,
});
const undo = (
  { dataDir, databaseUrl }: MoveOrder,
  more: Partial<UndoOrder> = {},
): Promise<UndoReport | undefined> =>
  undoMove({
    ...{ dataDir, databaseUrl, policy, afterItsEnd: false, withoutDatabase: false, now: new Date() },
    ...more,
  });

// At night after each step; by day after each fifth, on other days after others.
const stepsBetweenKills = atNight ? 1 : 5;
const firstKill = shareOfToday([0, 1, 2, 3, 4], 5)[0] ?? 0;
const withoutMoved = (db: Database) => db("audit_events").where("type", "store.moved").delete();

// A database that has not every letter.
async function makeLatin(beside: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `latin_${process.pid}`;
  const run = async (sql: string) => {
    const client = new pg.Client({ connectionString: beside });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  const locale = "lc_collate 'C' lc_ctype 'C'";
  await run(`create database ${name} encoding 'LATIN1' template template0 ${locale}`);
  const url = new URL(beside);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(`drop database ${name} with (force)`) };
}

describe("a move", () => {
  test("killed after each step goes on, brings every row of every table, and only then the new store serves", async () => {
    const { order, target } = await ends();
    let steps = 0;
    for (let kills = 0; ; kills += 1) {
      assert.ok(kills < 200);
      let left = kills === 0 ? firstKill : stepsBetweenKills;
      const say = (line: string) => {
        if (!/rows$|^Comparing/.test(line)) return;
        steps += 1;
        if (left === 0) throw new Error("killed");
        left -= 1;
      };
      const ended = await moveStore({ ...order, say, rowsAtOnce: 2 }).catch((error: Error) => error.message);
      if (ended !== "killed") {
        assert.ok(typeof ended !== "string", String(ended));
        assert.ok(kills > 8 && ended.keys.opened && ended.trailIntact);
        assert.equal(Object.keys(ended.tables).filter((name) => ended.tables[name] === 0).length, 0);
        break;
      }
      await assert.rejects(prepareStore(target.db, "production"), { code: "store_incomplete" });
      await withSource(order, (db) =>
        assert.rejects(prepareStore(db, "production"), { code: "store_moved" }),
      );
    }
    await prepareStore(target.db, "production");
    await withSource(order, (db) => assert.rejects(prepareStore(db, "development"), { code: "store_moved" }));
    assert.equal(await withoutMoved(target.db), 1);
    assert.deepEqual(await sums(target.db), await withSource(order, (db) => sums(db)));
    const seals = createBlockSeals(secrets);
    const [here, there] = [
      await withSource(order, (db) => verifyChain(db, seals)),
      await verifyChain(target.db, seals),
    ];
    assert.ok(there.intact && there.sealJudged && here.head);
    assert.deepEqual(there.head, here.head);
    assert.ok(steps > 40, `${steps}`);
  });

  test("that has ended is told as such, changes nothing more, and is undone only by a word", async () => {
    const { order, target } = await ends();
    await moveStore(order);
    await target.db("tenants").insert({ id: "later", name: "Later", created_at_ms: 1, updated_at_ms: 1 });
    assert.equal((await moveStore(order)).unchanged, true);
    assert.equal((await target.db("tenants").where("id", "later")).length, 1);
    await assert.rejects(undo(order), { code: "store_moved" });
    await undo(order, { afterItsEnd: true });
    await withSource(order, (db) => prepareStore(db, "production"));
  });

  test("that is undone closes the database, which serves nobody until the same store moves there again", async () => {
    const { order, target } = await ends();
    assert.equal(await undo(order), undefined);
    await moveStore(order);
    const meant = { afterItsEnd: true };
    const other = await ends();
    for (const [more, refusal] of [
      [{ databaseUrl: undefined }, { code: "invalid_input", field: "to", fix: /Two stores would serve/ }],
      [{ databaseUrl: other.order.databaseUrl }, { code: "invalid_input", field: "to" }],
      [
        { databaseUrl: "postgres://tti@127.0.0.1:1/tti" },
        { code: "unavailable", field: "to", fix: /--without-database/ },
      ],
    ] as const) {
      await assert.rejects(undo(order, { ...meant, ...more }), refusal);
    }
    const nowMs = Date.now();
    await target.db("key_instances").update({ seen_at_ms: nowMs, poll_interval_ms: 10_000 });
    await assert.rejects(undo(order, meant), { code: "store_in_use", field: "to" });
    await target.db("key_instances").delete();
    // Refused is undone in nothing: the database serves, and the store does not.
    await prepareStore(target.db, "production");
    await withSource(order, (db) => assert.rejects(assertStays(db), { code: "store_moved" }));
    assert.deepEqual(await undo(order, meant), { to: placeOf(order.databaseUrl), database: "closed" });
    await assert.rejects(prepareStore(target.db, "production"), {
      code: "store_incomplete",
      message: /was undone/,
    });
    await withSource(order, (db) => prepareStore(db, "production"));
    assert.equal((await undo(order))?.before, true);
    // Of another store it is no place; of this one it is, and holds what the store holds now.
    await assert.rejects(moveStore({ ...other.order, databaseUrl: order.databaseUrl }), {
      code: "store_not_empty",
    });
    await target.db("tenants").insert({ id: "later", name: "Later", created_at_ms: 1, updated_at_ms: 1 });
    assert.equal((await moveStore(order)).unchanged, undefined);
    assert.equal((await target.db("tenants").where("id", "later")).length, 0);
    await prepareStore(target.db, "production");
    await withSource(order, (db) => assert.rejects(assertStays(db), { code: "store_moved" }));
  });

  test("that is undone without its database says so, and another call closes it when it answers", async () => {
    const { order, target } = await ends();
    await moveStore(order);
    const left = await undo(order, { afterItsEnd: true, withoutDatabase: true, databaseUrl: undefined });
    assert.equal(left?.database, "left");
    await assert.rejects(moveStore(order), { code: "store_not_empty", fix: /--undo --yes. closes it/ });
    await assert.rejects(undo(order), { code: "store_moved", field: "yes" });
    await target.db("key_instances").delete();
    assert.equal((await undo(order, { afterItsEnd: true }))?.database, "closed");
    await assert.rejects(prepareStore(target.db, "production"), { code: "store_incomplete" });
    await moveStore(order);
  });

  test("killed between the two ends' words is ended by the next call", async () => {
    const { order, target } = await ends();
    await moveStore(order);
    await withSource(order, async (db) => {
      const { details } = await db("store_marks").where("name", "leaving").first();
      const { doneAtMs: _done, ...mark } = JSON.parse(details);
      await saveMark(db, "leaving", mark, new Date());
    });
    assert.equal((await moveStore(order)).unchanged, true);
    assert.equal((await target.db("audit_events").where("type", "store.moved")).length, 1);
    await withSource(order, (db) => assert.rejects(assertStays(db), { message: /was moved to/ }));
  });

  test("goes to nothing but an empty database, or one to which this very store was on its way", async () => {
    const [{ order, target }, other] = [await ends(), await ends()];
    const stop = { say: () => assert.fail("stopped") };
    await target.db("tenants").insert({ id: "there", name: "There", created_at_ms: 1, updated_at_ms: 1 });
    await assert.rejects(moveStore(order), { code: "store_not_empty", message: /tenants/ });
    // Nothing was begun: it serves on.
    await withSource(order, (db) => prepareStore(db, "production"));
    await target.db("tenants").where("id", "there").delete();
    await assert.rejects(moveStore({ ...other.order, ...stop, databaseUrl: order.databaseUrl }), {
      message: "stopped",
    });
    await assert.rejects(moveStore(order), { code: "store_not_empty" });
    await assert.rejects(moveStore(other.order), { code: "store_moved", message: /is being moved to/ });
    await undo({ ...other.order, databaseUrl: order.databaseUrl });
    await moveStore(other.order);
  });

  test("is refused while somebody has the store open, and where its schema is another", async () => {
    const { order, target } = await ends();
    await withSource(order, async (db) => {
      await db("tenants").first();
      await assert.rejects(moveStore(order), { code: "store_in_use" });
    });
    await assert.rejects(moveStore({ ...order, secrets: [] }), {
      code: "invalid_config",
      field: "TTI_SECRETS",
    });
    await assert.rejects(moveStore({ ...order, secrets: [Buffer.alloc(32, 1)] }), {
      code: "signing_key_unreadable",
    });
    const newer = { name: "9999_of_tomorrow", batch: 99, migration_time: new Date().toISOString() };
    await target.db("schema_migrations").insert(newer);
    await assert.rejects(moveStore(order), { code: "unavailable", message: /newer version/ });
    await target.db("schema_migrations").where("name", newer.name).delete();
    await withSource(order, migrateDown);
    await assert.rejects(moveStore(order), { code: "unavailable", fix: /migrate up/ });
    const foreign = await ends();
    while ((await migrateDown(foreign.target.db)).length > 0);
    await foreign.target.db.raw("create table of_others (id text)");
    await assert.rejects(moveStore(foreign.order), { code: "store_not_empty" });
    await foreign.target.db.raw("drop table of_others");
    const latin = await makeLatin(order.databaseUrl);
    try {
      await assert.rejects(moveStore({ ...foreign.order, databaseUrl: latin.url }), {
        code: "store_differs",
        message: /LATIN1/,
      });
    } finally {
      await latin.drop();
    }
    // Into nothing at all.
    assert.ok((await moveStore(foreign.order)).rows > 40);
  });

  test("that brought something else ends with that word, and nobody serves from it", async () => {
    const { order, target } = await ends();
    const say = async (line: string) => {
      if (line.startsWith("Comparing")) await target.db("tenants").update({ name: "bent" });
    };
    let bent: Promise<void> | undefined;
    const bend = (line: string) => {
      bent ??= line.startsWith("tenants:") ? say("Comparing") : undefined;
    };
    await assert.rejects(
      moveStore({ ...order, say: bend }).finally(() => bent),
      { code: "store_differs", message: /tenants/ },
    );
    await assert.rejects(prepareStore(target.db, "production"), { code: "store_incomplete" });
    const odd = await ends();
    await withSource(odd.order, (db) =>
      db.raw("update tenants set updated_at_ms = 'a text' where id = 'text-1'"),
    );
    await assert.rejects(moveStore(odd.order), {
      code: "store_differs",
      message: /row of tenants .* updated_at_ms/,
    });
  });

  test("at the terminal: killed with SIGKILL while rows go over, then ended; other commands say where the store is", async () => {
    const { order, target } = await ends();
    await withSource(order, (db) =>
      db.transaction(async (trx) => {
        const row = (at: number) => ({ key_hash: `k${at}`, until_ms: at });
        await trx.batchInsert(
          "sign_in_attempts",
          Array.from({ length: 20_000 }, (_, at) => row(at)),
          400,
        );
      }),
    );
    const secret = (secrets[0] as Buffer).toString("base64");
    const environment = { TTI_MODE: "development", TTI_SECRETS: secret, TTI_DATA_DIR: order.dataDir };
    const terminal = openTerminal({ ...environment, DATABASE_URL: order.databaseUrl });
    const embedded = openTerminal(environment);
    try {
      const killed = terminal.start("store move");
      killed.process.stderr?.on("data", (said: Buffer) => {
        if (said.includes("sign_in_attempts: 3000 rows")) killed.process.kill("SIGKILL");
      });
      await once(killed.process, "exit");
      const rows = Number((await target.db("sign_in_attempts").count({ rows: "*" }))[0]?.["rows"]);
      assert.ok(rows >= 3_000 && rows < 20_001, `${rows}`);
      assert.match((await embedded.tti("tenant list")).stderr, /store_moved/);
      const ended = await terminal.tti("store move --json");
      assert.equal(ended.exitCode, 0, ended.stderr);
      assert.ok(!`${ended.stdout}${ended.stderr}`.includes("trust"));
      await withoutMoved(target.db);
      assert.deepEqual(await sums(target.db), await withSource(order, (db) => sums(db)));
    } finally {
      terminal.close();
      embedded.close();
    }
  });
});
