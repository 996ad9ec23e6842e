// A record of an earlier client of an id is not found, whatever it is and however late it is written; what was agreed to
// for that client counts no more.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  createClient,
  deleteClient,
  saveClientDisabled,
} from "../../../src/provider/clients/client_store.ts";
import {
  hasOfflineConsent,
  saveOfflineConsent,
} from "../../../src/provider/presence/offline_consent_store.ts";
import { findRecord } from "../../../src/provider/storage/record_reader_store.ts";
import { saveRecord } from "../../../src/provider/storage/record_store.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";

const now = new Date("2026-11-26T00:00:00Z");
const models = ["Grant", "AuthorizationCode", "AccessToken", "RefreshToken", "ClientCredentials"];

for (const kind of storesOfToday(import.meta.url)) {
  describe(`generations of a client on ${kind}`, () => {
    const store = useStore(kind);

    for (const [name, end] of [
      ["is registered again", "delete"],
      ["is enabled again", "disable"],
    ] as const) {
      it(`end what is written late, when it ${name}`, async () => {
        const { db } = store;
        const clientId = `client-${end}`;
        await createClient(db, { client_id: clientId }, now);
        const payload = { clientId, clientGeneration: 0 };
        for (const model of models) {
          await saveRecord(db, model, `${end} early`, payload, null);
          assert.notEqual(await findRecord(db, model, `${end} early`), undefined, model);
        }
        if (end === "delete") {
          await deleteClient(db, clientId, now);
          await createClient(db, { client_id: clientId }, now);
        } else {
          await saveClientDisabled(db, clientId, true, now);
          await saveClientDisabled(db, clientId, false, now);
        }
        for (const model of models) {
          await saveRecord(db, model, `${end} late`, payload, null);
          assert.equal(await findRecord(db, model, `${end} early`), undefined, model);
          assert.equal(await findRecord(db, model, `${end} late`), undefined, model);
        }
        await saveRecord(db, "Grant", `${end} fresh`, { clientId }, null);
        assert.notEqual(await findRecord(db, "Grant", `${end} fresh`), undefined);
      });
    }

    it("end agreements that are written late", async () => {
      const { db } = store;
      const time = { created_at_ms: 1, updated_at_ms: 1 };
      await db("accounts").insert({ id: "ada", email: "ada@acme.example", ...time });
      await createClient(db, { client_id: "agreed" }, now);
      const key = { tenantId: "acme", accountId: "ada", clientId: "agreed" };
      await deleteClient(db, "agreed", now);
      await createClient(db, { client_id: "agreed" }, now);
      await saveOfflineConsent(db, { ...key, clientGeneration: 0 }, now);
      assert.equal(await hasOfflineConsent(db, key), false);
      await saveOfflineConsent(db, key, now);
      assert.equal(await hasOfflineConsent(db, key), true);
    });
  });
}
