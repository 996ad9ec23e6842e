// What has ended goes, from every table whose rows end, and never more than a batch in one statement: an SQLite
// statement holds the whole process up while it runs. Instances that sweep at once do not wait for each other.
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { silentLog } from "../../../src/log.ts";
import { aimMs, nextBatchSize, restMs } from "../../../src/provider/assembly/sweep_pace.ts";
import { startSweeper } from "../../../src/provider/assembly/sweeper.ts";
import { longestUnlookedMs } from "../../../src/provider/sessions/voucher_sweep_store.ts";
import { deleteEnded, endingRows, findOldestEnded } from "../../../src/provider/storage/sweep_store.ts";
import { storeKinds, type TestDatabase } from "../../support/databases.ts";
import { useStore } from "../../support/use_store.ts";

const nowMs = 1_800_000_000_000;
const policy = { intervalMs: 3_600_000, keepMs: 3_600_000, batchSize: 10 };

/** A row of each table, of a number, that ends at a moment. */
const rowOf: Readonly<Record<string, (number: number, endsAtMs: number) => object>> = {
  oidc_records: (number, expires_at_ms) => ({
    model: "Session",
    id_hash: `h${number}`,
    payload: "{}",
    expires_at_ms,
  }),
  login_challenges: (number, expires_at_ms) => ({
    challenge_hash: `h${number}`,
    interaction_hash: "i",
    request: "{}",
    expires_at_ms,
  }),
  sign_in_attempts: (number, until_ms) => ({ key_hash: `h${number}`, until_ms }),
  ended_sessions: (number, expires_at_ms) => ({
    session_uid_hash: `h${number}`,
    ended_at_ms: 1,
    expires_at_ms,
  }),
  posted_requests: (number, expires_at_ms) => ({
    id_hash: `h${number}`,
    path: "/auth",
    query: "",
    network: "n",
    expires_at_ms,
  }),
  console_sessions: (number, expires_at_ms) => ({
    id_hash: `h${number}`,
    session_uid: "s",
    account_id: "a",
    created_at_ms: 1,
    used_at_ms: 1,
    expires_at_ms,
  }),
  first_links: (number, expires_at_ms) => ({ secret_hash: `h${number}`, created_at_ms: 1, expires_at_ms }),
  onboarding_links: (number, expires_at_ms) => ({
    id: `l${number}`,
    tenant_id: `t${number}`,
    tenant_generation: 0,
    secret_hash: `h${number}`,
    created_at_ms: 1,
    expires_at_ms,
  }),
  account_links: (number, expires_at_ms) => ({
    secret_hash: `h${number}`,
    purpose: "invitation",
    account_id: "a",
    login_key: "a@acme.example",
    sign_in_generation: 0,
    created_at_ms: 1,
    expires_at_ms,
  }),
  passkey_challenges: (number, expires_at_ms) => ({ challenge_hash: `h${number}`, expires_at_ms }),
  pending_sign_ins: (number, expires_at_ms) => ({
    interaction_hash: `h${number}`,
    browser_hash: "b",
    account_id: "a",
    sign_in_generation: 0,
    membership_endings: 0,
    amr: "[]",
    auth_time_ms: 1,
    step: "prove",
    expires_at_ms,
  }),
  mails: (number, expires_at_ms) => ({
    id: `m${number}`,
    kind: "invitation",
    recipient: "a@acme.example",
    details: "{}",
    state: "sent",
    attempts: 1,
    give_up_at_ms: 1,
    created_at_ms: 1,
    expires_at_ms,
  }),
  logouts: (number, expires_at_ms) => ({
    ...{ id: `l${number}`, client_id: "c", account_id: "a", session_uid_hash: `h${number}`, sid: "s" },
    ...{ state: "failed", attempts: 1, give_up_at_ms: 1, created_at_ms: 1, expires_at_ms },
  }),
  repeated_calls: (number, expires_at_ms) => ({
    id_hash: `h${number}`,
    request_hash: "r",
    claim: "c",
    claimed_until_ms: 1,
    expires_at_ms,
  }),
};

// Operators look up by which key something was done, long after it ended; there are few, and they are made by hand.
const listedWhenEnded = ["api_credentials"];

for (const kind of storeKinds) {
  describe(`sweeping in ${kind}`, () => {
    const store = useStore(kind);
    beforeEach(async () => {
      for (const { table } of endingRows) await store.db(table).delete();
    });

    async function fill(table: string, count: number, endsAtMs: number, from = 0): Promise<void> {
      const rows = Array.from({ length: count }, (_, index) => rowOf[table]?.(from + index, endsAtMs));
      await store.db(table).insert(rows);
    }

    test("every table with a column that says when its rows end is swept", async () => {
      const found: string[] = [];
      for (const table of await tableNames(store)) {
        const columns = Object.keys(await store.db(table).columnInfo());
        if (columns.some((column) => /^(expires_at|until)_ms$/.test(column))) found.push(table);
      }
      const swept = endingRows.map(({ table }) => table);
      assert.deepEqual(found.sort(), [...swept, ...listedWhenEnded].sort());
    });

    for (const rows of endingRows) {
      test(`one statement takes at most a batch of ${rows.table}, the first to end first`, async () => {
        await fill(rows.table, 10, nowMs - 2_000);
        await fill(rows.table, 15, nowMs - 1_000, 10);
        await fill(rows.table, 1, nowMs + 1, 25);
        assert.equal((await deleteEnded(store.db, rows, nowMs, 10)).rows, 10);
        assert.equal((await store.db(rows.table).where(rows.endsAt, nowMs - 2_000)).length, 0);
        assert.equal((await deleteEnded(store.db, rows, nowMs, 10)).rows, 10);
        assert.equal((await deleteEnded(store.db, rows, nowMs, 10)).rows, 5);
        assert.equal((await store.db(rows.table)).length, 1);
      });
    }

    test("a sweep takes batch after batch until nothing is due, and keeps for a while what must be told apart", async () => {
      for (const { table } of endingRows) {
        await fill(table, 25, nowMs - policy.keepMs);
        await fill(table, 3, nowMs - 1, 25);
        await fill(table, 2, nowMs + 1, 28);
      }
      const sweeper = startSweeper({ db: store.db, clock: () => new Date(nowMs), log: silentLog }, policy);
      const kept = endingRows.filter((rows) => rows.kept).length;
      assert.equal(await sweeper.sweep(), 28 * endingRows.length - 3 * kept);
      await sweeper.stop();
      for (const rows of endingRows)
        assert.equal((await store.db(rows.table)).length, rows.kept ? 5 : 2, rows.table);
    });

    test("how long something waits to be removed is told, of all tables", async () => {
      const overdue = () => findOldestEnded(store.db, nowMs, policy.keepMs);
      assert.equal(await overdue(), 0, "there is nothing");
      for (const { table } of endingRows) await fill(table, 1, nowMs + 1);
      await fill("oidc_records", 1, nowMs - policy.keepMs + 1, 1);
      assert.equal(await overdue(), 0, "what ended is kept for a while");
      await fill("oidc_records", 1, nowMs - policy.keepMs - 500, 2);
      assert.equal(await overdue(), 500);
      await fill("mails", 1, nowMs - 700, 1);
      assert.equal(await overdue(), 700);
    });

    test("others have their turn between any two statements", async () => {
      await fill("oidc_records", 300, 1);
      await fill("sign_in_attempts", 300, 1);
      let turns = 0;
      let counting = true;
      const count = () => {
        turns += 1;
        if (counting) setImmediate(count);
      };
      const turnsAt: number[] = [];
      const looked = ({ sql }: { sql: string }) => {
        if (/^delete from (oidc_records|sign_in_attempts)/.test(sql)) turnsAt.push(turns);
      };
      // Of both stores: what a transaction sends goes through the builder.
      await store.db.transaction(async (trx) => {
        trx.on("query", looked);
        setImmediate(count);
        const sweeper = startSweeper({ db: trx, clock: () => new Date(nowMs), log: silentLog }, policy);
        assert.equal(await sweeper.sweep(), 600);
        await sweeper.stop();
      });
      counting = false;
      assert.equal(turnsAt.length, 62, "thirty full statements a table, and one that finds none");
      const without = turnsAt.slice(1).filter((at, index) => at === turnsAt[index]);
      // The last of one table finds nothing, and the first of the next comes at once.
      assert.ok(without.length <= 1, `${without.length} statements without a turn before them`);
    });

    test("a statement begins where the one before ended, and every sixtieth sweep at the beginning", async () => {
      const ends = (number: number) => nowMs - policy.keepMs - 100 + number;
      for (let number = 0; number < 25; number += 1) await fill("oidc_records", 1, ends(number), number);
      const since: unknown[] = [];
      await store.db.transaction(async (trx) => {
        trx.on("query", ({ sql, bindings }: { sql: string; bindings: unknown[] }) => {
          if (/^delete from oidc_records/.test(sql)) since.push(bindings[0]);
        });
        const sweeper = startSweeper({ db: trx, clock: () => new Date(nowMs), log: silentLog }, policy);
        await sweeper.sweep();
        assert.deepEqual(since, [0, ends(9), ends(19)]);
        since.length = 0;
        for (let count = 1; count < 61; count += 1) await sweeper.sweep();
        const late = nowMs - policy.keepMs - 600_000;
        assert.deepEqual(
          since,
          [...Array.from({ length: 59 }, () => late), 0],
          "what comes late is found all the same",
        );
        await sweeper.stop();
      });
    });

    test("a fault of one table keeps no other from being swept", async () => {
      await store.db.schema.renameTable("oidc_records", "hidden");
      try {
        await fill("mails", 3, 1);
        const sweeper = startSweeper({ db: store.db, clock: () => new Date(nowMs), log: silentLog }, policy);
        await assert.rejects(sweeper.sweep(), /oidc_records/);
        await sweeper.stop();
        assert.equal((await store.db("mails")).length, 0);
      } finally {
        await store.db.schema.renameTable("hidden", "oidc_records");
      }
    });

    if (kind === "postgres") {
      test("of two instances that sweep at once neither waits for the other, nor does its work again", async () => {
        await fill("oidc_records", 25, 1);
        const other = store.openAnother();
        const one = endingRows[0] as (typeof endingRows)[number];
        await other.transaction(async (trx) => {
          assert.equal((await deleteEnded(trx, one, nowMs, 10)).rows, 10);
          // Waiting would be given up after seconds, with an error.
          assert.equal((await deleteEnded(store.db, one, nowMs, 10)).rows, 10);
          assert.equal((await deleteEnded(store.db, one, nowMs, 10)).rows, 5);
        });
        assert.equal((await store.db("oidc_records")).length, 0);
      });
    }

    test("a login is looked at when its session ends, and goes when that is gone", async () => {
      await store.db("session_vouchers").delete();
      const keepMs = policy.keepMs;
      const voucher = (session_uid_hash: string) => ({
        ...{ session_uid_hash, account_id: "a", method: "password", tenant_id: "*", amr: "[]" },
        ...{ auth_time_ms: 1, created_at_ms: 1, checked_at_ms: nowMs - keepMs - 1 },
      });
      await store.db("session_vouchers").insert(["lives", "gone", "ended"].map(voucher));
      await fill("oidc_records", 2, nowMs + 10 * keepMs);
      await store.db("oidc_records").where("id_hash", "h0").update({ uid_hash: "lives" });
      await store
        .db("oidc_records")
        .where("id_hash", "h1")
        .update({ uid_hash: "ended", expires_at_ms: nowMs - 1 });
      const sweepAt = async (atMs: number) => {
        const sweeper = startSweeper({ db: store.db, clock: () => new Date(atMs), log: silentLog }, policy);
        await sweeper.sweep();
        await sweeper.stop();
        const rows = await store.db("session_vouchers").orderBy("session_uid_hash").select();
        return rows.map((row) => [row.session_uid_hash, Number(row.checked_at_ms)]);
      };
      const livesUntilMs = nowMs + 10 * keepMs;
      assert.deepEqual(await sweepAt(nowMs), [
        ["ended", nowMs + 1],
        ["lives", nowMs + longestUnlookedMs],
      ]);
      const lives = (untilMs: number) => [["lives", untilMs]];
      const unwritten = lives(nowMs + longestUnlookedMs);
      assert.deepEqual(await sweepAt(nowMs + 3 * keepMs), unwritten, "written no second time");
      assert.deepEqual(await sweepAt(nowMs + longestUnlookedMs + keepMs + 1), lives(livesUntilMs));
      await store.db("oidc_records").update({ expires_at_ms: livesUntilMs + 2 * keepMs });
      const used = lives(livesUntilMs + 2 * keepMs);
      assert.deepEqual(await sweepAt(livesUntilMs + keepMs + 1), used, "it was used meanwhile");
      assert.deepEqual(await sweepAt(livesUntilMs + 2 * keepMs + keepMs + 1), [], "it ended");
    });
  });
}

describe("how much the sweeper takes at once", () => {
  test("a store that is slow is asked for less, down to a few rows; one that is fast for more, up to the batch", () => {
    assert.equal(nextBatchSize(200, aimMs + 1, 200), 100);
    assert.equal(nextBatchSize(11, aimMs + 1, 200), 10);
    assert.equal(nextBatchSize(10, 10_000, 200), 10);
    assert.equal(nextBatchSize(100, aimMs, 200), 100);
    assert.equal(nextBatchSize(100, aimMs / 5, 200), 200);
    assert.equal(nextBatchSize(200, aimMs / 5, 200), 200);
    assert.equal(nextBatchSize(1, 10_000, 1), 1);
  });

  test("it rests as long as it worked, and never for long", () => {
    assert.equal(restMs(7), 7);
    assert.ok(restMs(60_000) <= 250);
  });
});

async function tableNames({ kind, db }: TestDatabase): Promise<string[]> {
  const rows: { name: string }[] =
    kind === "sqlite"
      ? await db.raw("select name from sqlite_master where type = 'table'")
      : (await db.raw("select tablename as name from pg_tables where schemaname = current_schema()")).rows;
  return rows.map(({ name }) => name);
}
