// The trail's chain on both stores: what happens to a sealed event is found, by its kind; what may happen (an erasure,
// retention, a count, a late commit, two instances that seal at once) is no fault and loses nothing.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as audit from "../../src/audit/audit_store.ts";
import { listBlocks } from "../../src/audit/chain/chain_store.ts";
import { blockHashOf, createBlockSeals, eventHashOf, rootOf } from "../../src/audit/chain/hashes.ts";
import { startTrailKeeper } from "../../src/audit/chain/keeper.ts";
import { planPruning, pruneTrail } from "../../src/audit/chain/prune.ts";
import { mostEvents, sealNextBlock } from "../../src/audit/chain/seal.ts";
import { type ChainReport, verifyChain } from "../../src/audit/chain/verify.ts";
import { chainStart } from "../../src/audit/sealed_place.ts";
import type { Database } from "../../src/db/connect.ts";
import { silentLog } from "../../src/log.ts";
import { storeKinds } from "../support/databases.ts";
import { useStore } from "../support/use_store.ts";

const secret = new Uint8Array(32).fill(7);
const seals = createBlockSeals([secret]);
const dayMs = 86_400_000;
const start = Date.parse("2026-11-01T00:00:00Z");
const after = (ms: number) => new Date(start + ms);

const minted = (accountId: string) =>
  ({
    type: "token.minted",
    actor: "client:app",
    tenantId: "acme",
    accountId,
    clientId: "app",
    details: { by: "assertion", jti: accountId },
  }) as const;
const named = (accountId: string) =>
  ({
    type: "account.created",
    actor: "cli:op",
    accountId,
    details: { email: `${accountId}@acme.example` },
  }) as const;
const erase = async (db: Database, accountId: string, now: Date) => {
  await audit.forgetPersonalDetails(db, accountId);
  await audit.createAuditEvent(db, { type: "account.deleted", actor: "cli:op", accountId }, now);
};
const refuse = (db: Database, now: Date) =>
  audit.countAuditEvent(db, { type: "admin.refused", actor: "nobody", details: { status: 401 } }, now);

async function sealAll(db: Database, now: Date): Promise<number> {
  let sealed = 0;
  for (let some = 1; some > 0; sealed += some) some = await sealNextBlock(db, seals, now);
  return sealed;
}

/** Events of a mint each, as an older version wrote them. */
async function insertMany(db: Database, count: number, fromMs: number): Promise<void> {
  for (let from = 0; from < count; from += 100) {
    const rows = Array.from({ length: Math.min(100, count - from) }, (_, index) => ({
      id: `many-${fromMs + from + index}`,
      at_ms: fromMs + from + index,
      type: "token.minted",
      details: "{}",
    }));
    await db("audit_events").insert(rows);
  }
}

/** Takes back whatever was done to a store, so that the next case finds it whole. */
async function tampered(db: Database, tamper: (trx: Database) => Promise<unknown>): Promise<ChainReport> {
  const undone = new Error("undone");
  let report: ChainReport | undefined;
  await db
    .transaction(async (trx) => {
      await tamper(trx);
      report = await verifyChain(trx, seals);
      throw undone;
    })
    .catch((error) => assert.equal(error, undone));
  assert.ok(report);
  return report;
}

const kindsOf = ({ faults }: ChainReport) => [...new Set(faults.map(({ kind }) => kind))];

for (const kind of storeKinds) {
  describe(`a sealed trail on ${kind}`, () => {
    const store = useStore(kind, async () => {
      for (let block = 0; block < 3; block += 1) {
        for (let place = 0; place < 4; place += 1) {
          const event = place === 3 ? named(`p${block}`) : minted(`m${block}-${place}`);
          await audit.createAuditEvent(store.db, event, after(block * 10_000 + place));
        }
        assert.equal(await sealNextBlock(store.db, seals, after(block * 10_000 + 100)), 4);
      }
      await audit.createAuditEvent(store.db, minted("fresh"), after(40_000));
    });
    const at = (db: Database, block: number, place: number) =>
      db("audit_events").where({ block_number: block, block_place: place });

    it("verifies, and says what is not sealed yet and since when", async () => {
      const report = await verifyChain(store.db, seals);
      assert.deepEqual(report.faults, []);
      assert.deepEqual([report.intact, report.blocks, report.events], [true, 3, 12]);
      assert.deepEqual(report.unsealed, { events: 1, oldestAtMs: start + 40_000 });
      assert.equal(report.sealJudged, true);
      const [first, second] = await listBlocks(store.db, 1, 2);
      assert.equal(second?.previousHash, first?.hash);
    });

    it("finds each column of an event changed, and names the event", async () => {
      const changes: Record<string, unknown> = {
        at_ms: start + 5,
        type: "token.refused",
        tenant_id: "globex",
        account_id: "other",
        client_id: null,
        actor: "client:other",
        details: JSON.stringify({ by: "assertion", jti: "x" }),
        address: "192.0.2.1",
        request_id: "r",
        login_hash: "h",
        times: 2,
        id: "another-id",
        hash: "0".repeat(64),
        personal_hash: "0".repeat(64),
      };
      for (const [column, value] of Object.entries(changes)) {
        const report = await tampered(store.db, (trx) => at(trx, 2, 1).update({ [column]: value }));
        assert.deepEqual(kindsOf(report), ["event_changed"], column);
        assert.deepEqual([report.faults[0]?.block, report.intact], [2, false], column);
      }
      const broken = await tampered(store.db, (trx) => at(trx, 2, 1).update({ details: "{" }));
      assert.deepEqual(kindsOf(broken), ["event_changed"]);
      const address = JSON.stringify({ email: "mallory@acme.example" });
      const renamed = await tampered(store.db, (trx) => at(trx, 2, 3).update({ details: address }));
      assert.deepEqual(kindsOf(renamed), ["event_changed"]);
    });

    it("finds an event changed together with its own hash, and a whole block made anew", async () => {
      const forge = async (trx: Database) => {
        await at(trx, 2, 1).update({ actor: "client:other" });
        const row = await at(trx, 2, 1).first();
        await at(trx, 2, 1).update({ hash: eventHashOf(row, row.personal_hash) });
      };
      assert.deepEqual(kindsOf(await tampered(store.db, forge)), ["events_reordered"]);
      const remake = async (trx: Database, number: number) => {
        const [block] = await listBlocks(trx, number, 1);
        assert.ok(block);
        const rows = await trx("audit_events").where("block_number", number).orderBy("block_place");
        const made = { ...block, root: rootOf(rows.map(({ hash }) => hash)) };
        await trx("audit_blocks")
          .where({ number })
          .update({ root: made.root, hash: blockHashOf(made) });
      };
      const forgeBlock = async (trx: Database) => {
        await forge(trx);
        await remake(trx, 2);
      };
      assert.deepEqual(kindsOf(await tampered(store.db, forgeBlock)), ["block_changed"]);
      // The whole chain from there on: only the seal, which takes the secrets, tells.
      const forgeChain = async (trx: Database) => {
        await forgeBlock(trx);
        const [second] = await listBlocks(trx, 2, 1);
        await trx("audit_blocks").where("number", 3).update({ previous_hash: second?.hash });
        await remake(trx, 3);
      };
      assert.deepEqual(kindsOf(await tampered(store.db, forgeChain)), ["seal_unknown"]);
    });

    it("finds events removed, added, put in another order, or taken out of the chain", async () => {
      const remove = await tampered(store.db, (trx) => at(trx, 2, 1).delete());
      assert.deepEqual(kindsOf(remove), ["event_removed"]);
      const last = await tampered(store.db, (trx) => at(trx, 3, 3).delete());
      assert.deepEqual(kindsOf(last), ["event_removed"]);
      const freed = await tampered(store.db, (trx) => at(trx, 2, 1).update({ block_number: null }));
      assert.deepEqual(kindsOf(freed), ["event_removed"]);
      const into = (block_number: number, block_place: number) => async (trx: Database) => {
        const row = await trx("audit_events").whereNull("block_number").first();
        await trx("audit_events")
          .where("id", row.id)
          .update({ block_number, block_place, hash: eventHashOf(row, null) });
      };
      assert.deepEqual(kindsOf(await tampered(store.db, into(2, 4))), ["event_inserted"]);
      assert.deepEqual(kindsOf(await tampered(store.db, into(2, -1))), ["event_inserted"]);
      assert.deepEqual(kindsOf(await tampered(store.db, into(9, 0))), ["event_inserted"]);
      assert.deepEqual(kindsOf(await tampered(store.db, into(0, 0))), ["event_inserted"]);
      const swap = await tampered(store.db, async (trx) => {
        await at(trx, 2, 0).update({ block_place: 9 });
        await at(trx, 2, 1).update({ block_place: 0 });
        await at(trx, 2, 9).update({ block_place: 1 });
      });
      assert.deepEqual(kindsOf(swap), ["events_reordered"]);
    });

    it("finds blocks changed and removed, and a cut-off end by an anchor", async () => {
      for (const [column, value] of Object.entries({
        events: 3,
        root: "0".repeat(64),
        sealed_at_ms: start,
        last_at_ms: start,
        first_at_ms: start + 1,
        previous_hash: "",
      })) {
        const report = await tampered(store.db, (trx) =>
          trx("audit_blocks")
            .where("number", 2)
            .update({ [column]: value }),
        );
        assert.ok(kindsOf(report).includes("block_changed"), column);
      }
      const gone = await tampered(store.db, (trx) => trx("audit_blocks").where("number", 2).delete());
      assert.ok(kindsOf(gone).includes("block_removed"));
      const first = await tampered(store.db, (trx) => trx("audit_blocks").where("number", 1).delete());
      assert.ok(kindsOf(first).includes("block_removed"));
      const { head } = await verifyChain(store.db, seals);
      assert.ok(head);
      assert.equal((await verifyChain(store.db, seals, head)).intact, true);
      await assert.rejects(
        store.db.transaction(async (trx) => {
          await trx("audit_events").where("block_number", 3).delete();
          await trx("audit_blocks").where("number", 3).delete();
          assert.equal((await verifyChain(trx, seals)).intact, true);
          assert.deepEqual(kindsOf(await verifyChain(trx, seals, head)), ["anchor_unmet"]);
          throw new Error("undone");
        }),
        /undone/,
      );
    });

    it("by who has the secrets a whole chain can be made anew, which only the anchor shows", async () => {
      const { head } = await verifyChain(store.db, seals);
      assert.ok(head);
      await assert.rejects(
        store.db.transaction(async (trx) => {
          await at(trx, 2, 1).update({ actor: "client:other" });
          const unsealed = { block_number: null, block_place: null, hash: null, personal_hash: null };
          await trx("audit_events").update(unsealed);
          await trx("audit_blocks").delete();
          await sealAll(trx, after(3_600_000));
          const report = await verifyChain(trx, seals);
          assert.deepEqual([report.intact, report.unsealed.events], [true, 0]);
          assert.deepEqual(kindsOf(await verifyChain(trx, seals, head)), ["anchor_unmet"]);
          throw new Error("undone");
        }),
        /undone/,
      );
    });

    it("judges the seal by any secret it has, and says when it has none", async () => {
      const other = new Uint8Array(32).fill(9);
      assert.equal((await verifyChain(store.db, createBlockSeals([other, secret]))).intact, true);
      assert.deepEqual(kindsOf(await verifyChain(store.db, createBlockSeals([other]))), ["seal_unknown"]);
      const none = await verifyChain(store.db, createBlockSeals([]));
      assert.deepEqual([none.intact, none.sealJudged], [true, false]);
    });

    it("takes an erasure for one, and the same without one for tampering", async () => {
      const report = await tampered(store.db, (trx) => erase(trx, "p1", after(50_000)));
      assert.deepEqual([report.intact, report.erased], [true, 1]);
      // An instance of an older version leaves the salt.
      const older = await tampered(store.db, async (trx) => {
        await erase(trx, "p1", after(50_000));
        await at(trx, 2, 3).update({ personal_salt: "left" });
      });
      assert.equal(older.intact, true);
      const hidden = await tampered(store.db, (trx) => audit.forgetPersonalDetails(trx, "p1"));
      assert.deepEqual(kindsOf(hidden), ["name_removed"]);
      await erase(store.db, "p1", after(50_000));
      const row = await at(store.db, 2, 3).first();
      assert.deepEqual([row.details, row.personal_salt, row.personal_hash?.length], ["{}", null, 64]);
      await sealAll(store.db, after(60_000));
      assert.deepEqual((await verifyChain(store.db, seals)).faults, []);
    });
  });

  describe(`sealing on ${kind}`, () => {
    const store = useStore(kind);
    const sealedIds = async (db: Database) => {
      const ids: string[] = [];
      let place = chainStart;
      for (;;) {
        const { events: page } = await audit.listSealedEvents(db, {}, place, 97);
        ids.push(...page.map(({ id }) => id));
        place = page.at(-1)?.sealed ?? place;
        if (page.length < 97) return ids;
      }
    };

    it("is won by one of several instances at once, and holds each event once", async () => {
      // More than two blocks hold, so that each finds events that no other has taken.
      await insertMany(store.db, 2 * mostEvents + 200, start);
      const pools = [store.db, store.openAnother(), store.openAnother()];
      for (let round = 0; round < 10; round += 1) {
        await audit.createAuditEvent(store.db, minted(`b${round}`), after(100 + round));
        const sealed = await Promise.all(pools.map((db) => sealNextBlock(db, seals, after(1_000 + round))));
        assert.ok(sealed.some((events) => events > 0));
      }
      await sealAll(store.db, after(2_000));
      const { faults, events, unsealed } = await verifyChain(store.db, seals);
      assert.deepEqual([faults, events, unsealed.events], [[], 2 * mostEvents + 210, 0]);
      const ids = await sealedIds(store.db);
      assert.deepEqual([ids.length, new Set(ids).size], [events, events]);
    });

    it("leaves a counted event until it counts no more, and a late count a row of its own", async () => {
      await refuse(store.db, after(600_000));
      await refuse(store.db, after(610_000));
      assert.equal(await sealAll(store.db, after(650_000)), 0);
      assert.equal(await sealAll(store.db, after(800_000)), 1);
      await refuse(store.db, after(611_000));
      await refuse(store.db, after(612_000));
      assert.equal(await sealAll(store.db, after(900_000)), 1);
      await refuse(store.db, after(613_000));
      const rows = await audit.listAuditEvents(store.db, { type: "admin.refused" });
      assert.deepEqual(rows.map(({ times }) => times ?? 1).sort(), [1, 2, 2]);
      assert.deepEqual((await verifyChain(store.db, seals)).faults, []);
    });

    it("takes over what an older version wrote, names and erased ones with it", async () => {
      await store.db("audit_events").insert([
        {
          id: "old-1",
          at_ms: start - 9,
          type: "account.created",
          account_id: "o",
          details: '{"email":"o@x.example"}',
        },
        { id: "old-2", at_ms: start - 8, type: "account.created", account_id: "e", details: "{}" },
      ]);
      await sealAll(store.db, after(1_000_000));
      assert.deepEqual((await verifyChain(store.db, seals)).faults, []);
    });

    it("seals more than one block holds, in blocks", async () => {
      await insertMany(store.db, mostEvents + 3, start + 2_000_000);
      const keeper = startTrailKeeper({
        db: store.db,
        clock: () => after(3_000_000),
        log: silentLog,
        secrets: [secret],
        retentionDays: undefined,
      });
      await keeper.keep();
      await keeper.stop();
      const { faults, unsealed } = await verifyChain(store.db, seals);
      assert.deepEqual([faults, unsealed.events], [[], 0]);
    });
  });

  describe(`retention on ${kind}`, () => {
    const store = useStore(kind, async () => {
      for (let day = 0; day < 5; day += 1) {
        await audit.createAuditEvent(store.db, named(`d${day}`), after(day * dayMs));
        await audit.createAuditEvent(store.db, minted(`d${day}`), after(day * dayMs + 1));
        await sealAll(store.db, after(day * dayMs + 10_000));
      }
    });

    it("removes what is old, and what stands verifies; the gap is proven by the trail", async () => {
      const now = after(4 * dayMs + 20_000);
      assert.deepEqual(await planPruning(store.db, 2, now), {
        beforeMs: now.getTime() - 2 * dayMs,
        throughBlock: 3,
        blocks: 3,
        events: 6,
      });
      await pruneTrail(store.db, { actor: "cli:op", days: 2, now });
      const report = await verifyChain(store.db, seals);
      assert.deepEqual(report.faults, []);
      assert.deepEqual([report.blocks, report.prunedBlocks, report.events], [5, 3, 4]);
      const [event, ...more] = await audit.listAuditEvents(store.db, { type: "audit.pruned" });
      assert.equal(more.length, 0);
      assert.equal(event?.actor, "cli:op");
      assert.deepEqual(event?.details, {
        throughBlock: 3,
        beforeMs: now.getTime() - 2 * dayMs,
        blocks: 3,
        events: 6,
      });
    });

    it("finds a gap that retention did not make, and events put into one", async () => {
      const gap = await tampered(store.db, async (trx) => {
        await trx("audit_events").where("block_number", 4).delete();
        await trx("audit_blocks").where("number", 4).update({ pruned_at_ms: start });
      });
      assert.deepEqual(kindsOf(gap), ["gap_unproven"]);
      const silent = await tampered(store.db, (trx) =>
        trx("audit_events").where("type", "audit.pruned").delete(),
      );
      assert.deepEqual(kindsOf(silent), ["gap_unproven"]);
      const early = await tampered(store.db, async (trx) => {
        const now = after(4 * dayMs + 30_000);
        await trx("audit_events").where("block_number", 5).delete();
        await trx("audit_blocks").where("number", 5).update({ pruned_at_ms: now.getTime() });
        const details = { throughBlock: 5, beforeMs: now.getTime() };
        await audit.createAuditEvent(trx, { type: "audit.pruned", actor: "cli:op", details }, now);
      });
      assert.deepEqual(kindsOf(early), ["gap_unproven"]);
      const filled = await tampered(store.db, (trx) =>
        trx("audit_events").where("type", "audit.pruned").update({ block_number: 2, block_place: 0 }),
      );
      assert.ok(kindsOf(filled).includes("event_inserted"));
    });

    it("is done once by several instances, goes on where one was stopped, and covers its own older records", async () => {
      await sealAll(store.db, after(4 * dayMs + 40_000));
      const now = after(8 * dayMs);
      const pools = [store.db, store.openAnother()];
      const stop = { actor: "system", days: 2, now, stopped: () => true };
      await pruneTrail(store.db, stop);
      assert.deepEqual((await verifyChain(store.db, seals)).faults, []);
      await Promise.all(pools.map((db) => pruneTrail(db, { ...stop, stopped: () => false })));
      const report = await verifyChain(store.db, seals);
      assert.deepEqual(report.faults, []);
      assert.deepEqual([report.prunedBlocks, report.events], [report.blocks, 0]);
      const left = await audit.listAuditEvents(store.db, {});
      assert.deepEqual(
        left.map(({ type, actor }) => `${type} ${actor}`),
        ["audit.pruned system"],
      );
    });

    it("is kept by the serving instances, where it is set", async () => {
      const clock = () => after(20 * dayMs);
      const old = { ...minted("old") };
      await audit.createAuditEvent(store.db, old, after(9 * dayMs));
      await sealAll(store.db, after(9 * dayMs));
      const keeperOf = (retentionDays: number | undefined) =>
        startTrailKeeper({ db: store.db, clock, log: silentLog, secrets: [secret], retentionDays });
      const found = async () => (await audit.listAuditEvents(store.db, { type: "token.minted" })).length;
      for (const [days, left] of [
        [undefined, 1],
        [3, 0],
      ] as const) {
        const keeper = keeperOf(days);
        await keeper.keep();
        await keeper.stop();
        assert.equal(await found(), left);
      }
      assert.deepEqual((await verifyChain(store.db, seals)).faults, []);
    });
  });
}

describe("an event that is committed late", () => {
  const store = useStore("postgres");

  it("is lost to nobody who goes on from a place", async () => {
    const trx = await store.db.transaction();
    await audit.createAuditEvent(trx, minted("late"), after(0));
    await audit.createAuditEvent(store.db, minted("early"), after(5_000));
    assert.equal(await sealAll(store.db, after(6_000)), 1);
    const {
      events: [first],
    } = await audit.listSealedEvents(store.db, {}, chainStart, 10);
    assert.equal(first?.accountId, "early");
    await trx.commit();
    assert.equal(await sealAll(store.db, after(7_000)), 1);
    assert.ok(first);
    const { events: next } = await audit.listSealedEvents(store.db, {}, first.sealed, 10);
    assert.deepEqual(
      next.map(({ accountId }) => accountId),
      ["late"],
    );
  });

  it("and one that an erasure holds at this moment is sealed later, and neither waits", async () => {
    await audit.createAuditEvent(store.db, named("held"), after(10_000));
    await audit.createAuditEvent(store.db, minted("free"), after(10_001));
    const trx = await store.db.transaction();
    await erase(trx, "held", after(11_000));
    assert.equal(await sealAll(store.db, after(12_000)), 1);
    await trx.commit();
    assert.equal(await sealAll(store.db, after(13_000)), 2);
    assert.deepEqual((await verifyChain(store.db, seals)).faults, []);
  });
});
