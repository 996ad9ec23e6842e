// What ending a person's sign-ins takes out of the store, and what it leaves: ids that look alike are others.
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { endedText } from "../../../src/admin/operations/ended_text.ts";
import { removeMember } from "../../../src/admin/operations/members.ts";
import { createChallenge, redeemAnswer, saveAnswer } from "../../../src/provider/handoff/challenge_store.ts";
import {
  endOwnTokensOfClient,
  endRightsOfClient,
  endRightsOfTenant,
} from "../../../src/provider/sessions/end_rights_store.ts";
import { deleteSignIns, deleteSignInsOfTenant } from "../../../src/provider/sessions/end_sign_ins_store.ts";
import type { Voucher } from "../../../src/provider/sessions/voucher.ts";
import { listVouchers, saveVoucher } from "../../../src/provider/sessions/voucher_store.ts";
import { findRecord } from "../../../src/provider/storage/record_reader_store.ts";
import { saveRecord } from "../../../src/provider/storage/record_store.ts";
import { cliContext } from "../../support/cli_context.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";

const nowMs = 1_000_000;
const laterMs = 2_000_000;
const people = ["ann", "Ann", 'an"n', "an%", "an_"];

for (const kind of storesOfToday(import.meta.url)) {
  describe(`on ${kind}`, () => {
    const store = useStore(kind);
    beforeEach(async () => {
      await store.db("login_challenges").delete();
      await store.db("oidc_records").delete();
      await store.db("accounts").delete();
      for (const table of ["tenants", "clients"]) await store.db(table).delete();
      const times = { created_at_ms: 1, updated_at_ms: 1 };
      for (const id of ["acme", "Acme"]) await store.db("tenants").insert({ id, name: id, ...times });
      await store.db("clients").insert({ client_id: "app", metadata: "{}", ...times });
      for (const accountId of people) {
        await store.db("accounts").insert({ id: accountId, created_at_ms: 1, updated_at_ms: 1 });
        for (const tenantId of ["acme", "Acme"]) await plant(accountId, tenantId);
      }
    });

    async function plant(accountId: string, tenantId: string): Promise<void> {
      const { db } = store;
      const id = `${accountId} ${tenantId}`;
      const grant = { accountId, clientId: "app", tenantId };
      await saveRecord(db, "Grant", id, grant, laterMs);
      await saveRecord(db, "RefreshToken", id, { accountId, grantId: id }, laterMs);
      await saveRecord(db, "Session", id, { accountId, uid: id }, laterMs);
      const voucher = {
        method: "handoff",
        tenantId,
        clientId: "app",
        amr: [],
        acr: undefined,
        authTimeMs: 1,
        generation: 0,
        memberSinceMs: null,
        membershipEndings: 0,
        level: "pwd",
        tenantGeneration: 0,
        clientGeneration: 0,
      };
      await saveVoucher(db, { sessionUid: id, accountId }, voucher as Voucher, new Date(nowMs));
      const result = { login: { accountId } };
      await saveRecord(db, "Interaction", id, { result }, laterMs);
      const request = { tenant: tenantId };
      await createChallenge(db, { challenge: id, interactionUid: id, request, expiresAtMs: laterMs });
      await saveAnswer(db, id, { verifier: id, outcome: { kind: "login", accountId, tenantId } }, nowMs);
    }

    async function left(): Promise<string[]> {
      const found: string[] = [];
      for (const accountId of people) {
        for (const tenantId of ["acme", "Acme"]) {
          const id = `${accountId} ${tenantId}`;
          for (const model of ["Grant", "RefreshToken", "Session", "Interaction"]) {
            if (await findRecord(store.db, model, id)) found.push(`${id} ${model}`);
          }
          if ((await listVouchers(store.db, { sessionUid: id, accountId }, new Date(nowMs))).length > 0)
            found.push(`${id} voucher`);
          const redeemed = await redeemAnswer(store.db, { interactionUid: id, verifier: id }, nowMs);
          if (redeemed !== undefined) found.push(`${id} handoff`);
        }
      }
      return found;
    }

    for (const accountId of people) {
      test(`ends everything of ${accountId} and nothing of the others`, async () => {
        const ended = await deleteSignIns(store.db, accountId, new Date());
        assert.deepEqual(ended, { sessions: 2, grants: 2, tokens: 2 });
        const found = await left();
        assert.deepEqual(
          found.filter((one) => one.startsWith(`${accountId} `)),
          [],
        );
        assert.equal(found.length, 4 * 2 * 6);
      });
    }

    test("ends what is for one tenant and nothing of one that looks alike", async () => {
      const ended = await deleteSignInsOfTenant(store.db, "ann", "acme", new Date());
      assert.deepEqual(ended, { sessions: 0, grants: 1, tokens: 1 });
      const found = await left();
      assert.deepEqual(
        found.filter((one) => one.startsWith("ann acme")),
        ["ann acme Session", "ann acme Interaction"],
      );
      assert.equal(found.length, people.length * 2 * 6 - 4);
    });

    test("whose membership is removed has nothing left for that tenant, and all else", async () => {
      // Each layer refuses what is of no member: that it is gone too is seen in the store alone.
      const member = { account_id: "ann", tenant_id: "acme", role: "member" };
      await store.db("memberships").insert({ ...member, created_at_ms: 1 });
      const { ended } = await removeMember(cliContext(store.db), { user: "ann", tenantId: "acme" });
      assert.deepEqual(ended, { sessions: 0, grants: 1, tokens: 1 });
      const found = await left();
      assert.deepEqual(
        found.filter((one) => one.startsWith("ann acme")),
        ["ann acme Session", "ann acme Interaction"],
      );
      assert.equal(found.length, people.length * 2 * 6 - 4);
      const told = await store.db("audit_events").where({ type: "session.ended", account_id: "ann" });
      assert.deepEqual(
        told.map((event) => event["tenant_id"]),
        ["acme"],
      );
    });

    const clients = ["app", "App", 'a"pp', "ap_", "ap%"];

    async function plantForClients(): Promise<void> {
      const { db } = store;
      for (const clientId of clients) {
        const grant = { accountId: "ann", clientId, tenantId: `of ${clientId}` };
        await saveRecord(db, "Grant", `g ${clientId}`, grant, laterMs);
        const of = { clientId, accountId: "ann", grantId: `g ${clientId}` };
        await saveRecord(db, "RefreshToken", `r ${clientId}`, of, laterMs);
        await saveRecord(db, "ClientCredentials", `c ${clientId}`, { clientId }, laterMs);
        await saveRecord(db, "Interaction", `i ${clientId}`, { params: { client_id: clientId } }, laterMs);
      }
      await saveRecord(db, "ReplayDetection", "used", { iss: "app" }, laterMs);
    }

    async function leftOf(clientId: string): Promise<string[]> {
      const models = { Grant: "g", RefreshToken: "r", ClientCredentials: "c", Interaction: "i" };
      const found: string[] = [];
      for (const [model, letter] of Object.entries(models)) {
        if (await findRecord(store.db, model, `${letter} ${clientId}`)) found.push(model);
      }
      return found;
    }

    // As an instance of before migration 0034 leaves it, or one of that version during an upgrade.
    const asOlder = () => store.db("oidc_records").update({ client_id: null, tenant_id: null });

    for (const older of [false, true]) {
      describe(older ? "what an older version wrote" : "what this version wrote", () => {
        beforeEach(async () => {
          await store.db("oidc_records").delete();
          await plantForClients();
          if (older) await asOlder();
        });

        for (const clientId of clients) {
          test(`ends everything for the client ${clientId} and nothing for the others`, async () => {
            const ended = await endRightsOfClient(store.db, clientId, new Date(nowMs));
            assert.deepEqual([ended.grants, ended.tokens], [1, 2]);
            // The logins it vouched for, of each person in both tenants; all that were planted are of one client.
            const vouched = people.length * 2;
            assert.equal(ended.vouchers, clientId === "app" ? vouched : 0);
            assert.equal(
              (await store.db("session_vouchers").select()).length,
              clientId === "app" ? 0 : vouched,
            );
            for (const other of clients) {
              assert.equal((await leftOf(other)).length, other === clientId ? 0 : 4, other);
            }
            assert.ok(await findRecord(store.db, "ReplayDetection", "used"));
          });

          test(`ends everything for the tenant of ${clientId} and nothing for the others`, async () => {
            const ended = await endRightsOfTenant(store.db, `of ${clientId}`, new Date(nowMs));
            assert.deepEqual([ended.grants, ended.tokens], [1, 1]);
            for (const other of clients) {
              assert.equal((await leftOf(other)).length, other === clientId ? 2 : 4, other);
            }
          });

          test(`ends the own tokens of ${clientId} alone`, async () => {
            assert.equal(await endOwnTokensOfClient(store.db, clientId), 1);
            const found = await Promise.all(clients.map(leftOf));
            assert.equal(found.flat().length, 4 * clients.length - 1);
            assert.ok(!(await leftOf(clientId)).includes("ClientCredentials"));
          });
        }
      });
    }

    test("ends what came of more grants than are asked for at once", async () => {
      await store.db("oidc_records").delete();
      for (let number = 0; number < 401; number += 1) {
        const grant = { accountId: "ann", clientId: "app", tenantId: "acme" };
        await saveRecord(store.db, "Grant", `g${number}`, grant, laterMs);
        await saveRecord(store.db, "AccessToken", `t${number}`, { grantId: `g${number}` }, laterMs);
      }
      const ended = await endRightsOfTenant(store.db, "acme", new Date(nowMs));
      assert.deepEqual([ended.grants, ended.tokens], [401, 401]);
      assert.deepEqual(await store.db("oidc_records").select(), []);
    });
  });
}

test("what was ended is told in words", () => {
  const text = endedText({ sessions: 1, grants: 0, tokens: 4 });
  assert.equal(text, "1 browser session, 0 application grants, 4 tokens");
});
