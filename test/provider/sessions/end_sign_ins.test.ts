// What ending a person's sign-ins takes out of the store, and what it leaves: ids that look alike are others.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { createChallenge, redeemAnswer, saveAnswer } from "../../../src/provider/handoff/challenge_store.ts";
import { endedText } from "../../../src/provider/sessions/end_sign_ins.ts";
import { deleteSignIns, deleteSignInsOfTenant } from "../../../src/provider/sessions/end_sign_ins_store.ts";
import type { Voucher } from "../../../src/provider/sessions/voucher.ts";
import { listVouchers, saveVoucher } from "../../../src/provider/sessions/voucher_store.ts";
import { findRecord, saveRecord } from "../../../src/provider/storage/record_store.ts";
import { openTestDatabase, storeKinds, type TestDatabase } from "../../support/databases.ts";

const nowMs = 1_000_000;
const laterMs = 2_000_000;
const people = ["ann", "Ann", 'an"n', "an%", "an_"];

for (const kind of storeKinds) {
  describe(`on ${kind}`, () => {
    let store: TestDatabase;
    before(async () => {
      store = await openTestDatabase(kind);
    });
    after(() => store.close());
    beforeEach(async () => {
      await store.db("login_challenges").delete();
      await store.db("oidc_records").delete();
      await store.db("accounts").delete();
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
          if ((await listVouchers(store.db, { sessionUid: id, accountId })).length > 0)
            found.push(`${id} voucher`);
          const redeemed = await redeemAnswer(store.db, { interactionUid: id, verifier: id }, nowMs);
          if (redeemed !== undefined) found.push(`${id} handoff`);
        }
      }
      return found;
    }

    for (const accountId of people) {
      test(`ends everything of ${accountId} and nothing of the others`, async () => {
        const ended = await deleteSignIns(store.db, accountId);
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
      const ended = await deleteSignInsOfTenant(store.db, "ann", "acme");
      assert.deepEqual(ended, { sessions: 0, grants: 1, tokens: 1 });
      const found = await left();
      assert.deepEqual(
        found.filter((one) => one.startsWith("ann acme")),
        ["ann acme Session", "ann acme Interaction"],
      );
      assert.equal(found.length, people.length * 2 * 6 - 4);
    });
  });
}

test("what was ended is told in words", () => {
  const text = endedText({ sessions: 1, grants: 0, tokens: 4 });
  assert.equal(text, "1 browser session, 0 application grants, 4 tokens");
});
