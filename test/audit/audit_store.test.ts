// The audit trail's contract, over both stores: only added to, newest first, one tenant's events apart.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import * as audit from "../../src/audit/audit_store.ts";
import { openTestDatabase, storeKinds, type TestDatabase } from "../support/databases.ts";

const start = Date.parse("2026-11-24T00:00:00Z");

for (const kind of storeKinds) {
  describe(`audit store on ${kind}`, () => {
    let store: TestDatabase;
    before(async () => {
      store = await openTestDatabase(kind);
      for (const [second, tenantId] of ["acme", "globex", "acme", undefined].entries()) {
        await audit.createAuditEvent(
          store.db,
          {
            type: "token.minted",
            actor: "client:app",
            ...(tenantId === undefined ? {} : { tenantId }),
            accountId: `account-${second}`,
            details: { second, by: "assertion" },
          },
          new Date(start + second * 1000),
        );
      }
    });
    after(() => store.close());

    it("keeps an event whole", async () => {
      const [event] = await audit.listAuditEvents(store.db, { tenantId: "globex" });
      assert.deepEqual(
        { ...event, id: "" },
        {
          id: "",
          atMs: start + 1000,
          type: "token.minted",
          actor: "client:app",
          tenantId: "globex",
          accountId: "account-1",
          details: { second: 1, by: "assertion" },
        },
      );
    });

    it("lists newest first, and one tenant's events only when asked", async () => {
      const seconds = async (query: Parameters<typeof audit.listAuditEvents>[1]) =>
        (await audit.listAuditEvents(store.db, query)).map(({ details }) => details?.["second"]);
      assert.deepEqual(await seconds({}), [3, 2, 1, 0]);
      assert.deepEqual(await seconds({ tenantId: "acme" }), [2, 0]);
      assert.deepEqual(await seconds({ limit: 2 }), [3, 2]);
      assert.deepEqual(await seconds({ limit: 2, beforeMs: start + 2000 }), [1, 0]);
    });

    it("stands or falls with the change it belongs to", async () => {
      await assert.rejects(
        store.db.transaction(async (trx) => {
          await audit.createAuditEvent(trx, { type: "tenant.created", actor: "x" }, new Date(start));
          throw new Error("the change failed");
        }),
      );
      assert.equal((await audit.listAuditEvents(store.db)).length, 4);
    });

    it("offers no way to change or remove an event", () => {
      const ways = Object.keys(audit).filter((name) => typeof Reflect.get(audit, name) === "function");
      assert.deepEqual(ways.sort(), ["createAuditEvent", "listAuditEvents"]);
    });
  });
}
