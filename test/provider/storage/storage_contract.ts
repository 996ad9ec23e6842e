// Owns what any store must do for oidc-provider, as one suite that runs over each store.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { AdapterFactory, AdapterPayload } from "oidc-provider";
import type { Database } from "../../../src/db/connect.ts";
import { silentLog } from "../../../src/log.ts";
import { startSweeper } from "../../../src/provider/assembly/sweeper.ts";
import { createAdapterFactory } from "../../../src/provider/storage/adapter.ts";
import { hashRecordId } from "../../../src/provider/storage/record_payload.ts";
import { createRecordOnce } from "../../../src/provider/storage/record_store.ts";
import { runInRequest } from "../../../src/request_context.ts";
import { openTestDatabase, type StoreKind, type TestDatabase } from "../../support/databases.ts";

const newId = (): string => randomBytes(16).toString("base64url");

/** Declares the suite for one kind of store. */
export function testStorage(kind: StoreKind): void {
  describe(`storage on ${kind}`, () => {
    let store: TestDatabase;
    let now = new Date("2026-01-01T00:00:00Z");
    let adapters: AdapterFactory;
    let otherInstance: AdapterFactory;

    const factoryOn = (db: Database): AdapterFactory =>
      createAdapterFactory({ db, clock: () => now, findClientMetadata: async () => undefined });
    const rowsOf = (model: string): Promise<{ payload: string; id_hash: string }[]> =>
      store.db("oidc_records").where({ model }).select("payload", "id_hash");

    before(async () => {
      store = await openTestDatabase(kind);
      adapters = factoryOn(store.db);
      otherInstance = factoryOn(store.openAnother());
    });
    after(() => store.close());

    test("a record comes back as it was written, with the id it was found by", async () => {
      const adapter = adapters("AccessToken");
      const id = newId();
      const payload: AdapterPayload = {
        jti: id,
        kind: "AccessToken",
        exp: 2_000_000_000,
        scope: "openid",
        accountId: "a",
      };
      await adapter.upsert(id, payload, 60);
      assert.deepEqual(await adapter.find(id), payload);
      assert.equal(await adapters("RefreshToken").find(id), undefined);
      assert.equal(await adapter.find(newId()), undefined);
    });

    test("a refresh token brings its session and its grant along, for one look each of the request that found it", async () => {
      const [token, grantId, sessionUid] = [newId(), newId(), newId()];
      await adapters("Session").upsert(newId(), { uid: sessionUid, kind: "Session" }, 60);
      await adapters("Grant").upsert(grantId, { jti: grantId, kind: "Grant" }, 60);
      await adapters("RefreshToken").upsert(token, { grantId, sessionUid } as AdapterPayload, 60);
      const inRequest = <Result>(requestId: string, work: () => Promise<Result>) =>
        runInRequest({ requestId, address: undefined }, work);
      // Many at once share a statement, and none gets what is another's.
      const crowd = Array.from({ length: 5 }, (_, index) =>
        inRequest(`${index}`, async () => {
          const found = await adapters("RefreshToken").find(index % 2 === 0 ? token : newId());
          return [found?.grantId, (await adapters("Grant").find(grantId))?.kind];
        }),
      );
      const [here, absent] = [
        [grantId, "Grant"],
        [undefined, "Grant"],
      ] as const;
      assert.deepEqual(await Promise.all(crowd), [here, absent, here, absent, here]);
      await inRequest("a", async () => {
        assert.equal((await adapters("RefreshToken").find(token))?.grantId, grantId);
        await store.db("oidc_records").whereIn("model", ["Grant", "Session"]).delete();
        assert.equal(await inRequest("b", () => adapters("Grant").find(grantId)), undefined);
        assert.deepEqual(await adapters("Grant").find(grantId), {
          jti: grantId,
          kind: "Grant",
        });
        assert.equal((await adapters("Session").findByUid(sessionUid))?.uid, sessionUid);
        assert.equal(await adapters("Grant").find(grantId), undefined);
        assert.equal(await adapters("Session").findByUid(sessionUid), undefined);
      });
    });

    test("writing again replaces the payload and keeps what was consumed", async () => {
      const adapter = adapters("RefreshToken");
      const id = newId();
      await adapter.upsert(id, { jti: id, scope: "openid" }, 60);
      await adapter.consume(id);
      await adapter.upsert(id, { jti: id, scope: "openid email" }, 60);
      assert.deepEqual(await adapter.find(id), {
        jti: id,
        scope: "openid email",
        consumed: now.getTime() / 1000,
      });
    });

    test("the table holds neither a token, nor a code, nor a session cookie", async () => {
      const presented = [newId(), newId(), newId()] as const;
      const [code, session, interaction] = presented;
      await adapters("AuthorizationCode").upsert(code, { jti: code, grantId: newId() }, 60);
      await adapters("Session").upsert(session, { jti: session, uid: newId() }, 60);
      await adapters("Interaction").upsert(
        interaction,
        { jti: interaction, session: { cookie: session, uid: "u" } },
        60,
      );
      const dump = JSON.stringify(await store.db("oidc_records").select());
      for (const id of presented) assert.ok(!dump.includes(id));
    });

    test("a session is found by its uid, without its cookie", async () => {
      const [id, uid] = [newId(), newId()];
      await adapters("Session").upsert(id, { jti: id, uid, accountId: "a" }, 60);
      assert.deepEqual(await adapters("Session").findByUid(uid), { uid, accountId: "a" });
      assert.equal(await adapters("Session").findByUid(newId()), undefined);
    });

    test("a device code is found by its user code", async () => {
      const id = newId();
      await adapters("DeviceCode").upsert(id, { jti: id, userCode: "ABCD" }, 60);
      assert.deepEqual(await adapters("DeviceCode").findByUserCode("ABCD"), {
        userCode: "ABCD",
        jti: `stored:${hashRecordId(id)}`,
      });
    });

    test("of many who consume one record on two instances, one succeeds and the family is gone", async () => {
      for (const model of ["AuthorizationCode", "RefreshToken"]) {
        const [id, grantId] = [newId(), newId()];
        await adapters("Grant").upsert(grantId, { jti: grantId }, 60);
        await adapters("AccessToken").upsert(newId(), { grantId }, 60);
        await adapters(model).upsert(id, { jti: id, grantId }, 60);
        const attempts = Array.from({ length: 40 }, (_, index) =>
          (index % 2 === 0 ? adapters : otherInstance)(model).consume(id),
        );
        const results = await Promise.allSettled(attempts);
        assert.equal(results.filter((result) => result.status === "fulfilled").length, 1);
        for (const result of results) {
          if (result.status === "rejected") assert.equal(result.reason.error, "invalid_grant");
        }
        assert.equal(await adapters("Grant").find(grantId), undefined);
        assert.equal(await adapters(model).find(id), undefined);
      }
    });

    test("consuming twice in a row is refused as well", async () => {
      const id = newId();
      await adapters("AuthorizationCode").upsert(id, { jti: id }, 60);
      await adapters("AuthorizationCode").consume(id);
      await assert.rejects(async () => adapters("AuthorizationCode").consume(id), { error: "invalid_grant" });
    });

    test("of many who record one use on two instances, one is the first", async () => {
      const id = newId();
      const other = store.openAnother();
      const firsts = await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          createRecordOnce(index % 2 === 0 ? store.db : other, "ReplayDetection", id, { iss: "c" }, null),
        ),
      );
      assert.equal(firsts.filter(Boolean).length, 1);
      await assert.rejects(async () => adapters("ReplayDetection").upsert(id, { jti: id }, 60), {
        error: "invalid_request",
      });
    });

    test("revoking a grant removes what came from it and nothing else", async () => {
      const [grantId, otherGrantId] = [newId(), newId()];
      const [mine, other, refresh] = [newId(), newId(), newId()];
      await adapters("AccessToken").upsert(mine, { jti: mine, grantId }, 60);
      await adapters("AccessToken").upsert(other, { jti: other, grantId: otherGrantId }, 60);
      await adapters("RefreshToken").upsert(refresh, { jti: refresh, grantId }, 60);
      await adapters("AccessToken").revokeByGrantId(grantId);
      assert.equal(await adapters("AccessToken").find(mine), undefined);
      assert.ok(await adapters("AccessToken").find(other));
      assert.ok(await adapters("RefreshToken").find(refresh));
    });

    test("destroying a record removes it", async () => {
      const id = newId();
      await adapters("Session").upsert(id, { jti: id, uid: newId() }, 60);
      await adapters("Session").destroy(id);
      assert.equal(await adapters("Session").find(id), undefined);
    });

    test("an expired record is found until it is swept, and the sweep takes only what is due", async () => {
      await store.db("oidc_records").delete();
      const adapter = adapters("AuthorizationCode");
      const ids = Array.from({ length: 25 }, newId);
      for (const id of ids) await adapter.upsert(id, { jti: id }, 60);
      const [kept, forever] = [newId(), newId()];
      await adapter.upsert(kept, { jti: kept }, 10_000);
      await adapter.upsert(forever, { jti: forever });
      now = new Date(now.getTime() + 120_000);
      assert.ok(await adapter.find(ids[0] ?? ""));
      const policy = { intervalMs: 3_600_000, keepMs: 3_600_000, batchSize: 10 };
      const sweeper = startSweeper({ db: store.db, clock: () => now, log: silentLog }, policy);
      try {
        assert.equal(await sweeper.sweep(), 0, "ended two minutes ago, kept an hour");
        now = new Date(now.getTime() + 3_600_000);
        assert.equal(await sweeper.sweep(), 25);
        assert.equal((await rowsOf("AuthorizationCode")).length, 2);
        assert.ok(await adapter.find(kept));
      } finally {
        await sweeper.stop();
      }
    });

    test("relying parties are read from elsewhere and never written by the library", async () => {
      const metadata = { client_id: "c" };
      const factory = createAdapterFactory({
        db: store.db,
        clock: () => now,
        findClientMetadata: async (id) => (id === "c" ? metadata : undefined),
      });
      assert.equal(await factory("Client").find("c"), metadata);
      await assert.rejects(async () => factory("Client").upsert("c", metadata));
    });
  });
}
