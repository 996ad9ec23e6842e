// Whether a person is there, after an operator ended a session or a membership: a row that a request under way writes
// once more makes nobody present. And of the logins of one session, which one stands.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createAccount } from "../../../src/provider/accounts/account_store.ts";
import { endSession, listSessions } from "../../../src/provider/sessions/session_store.ts";
import { saveVoucher } from "../../../src/provider/sessions/voucher_store.ts";
import { hashRecordId } from "../../../src/provider/storage/record_payload.ts";
import { saveRecord } from "../../../src/provider/storage/record_store.ts";
import { readSubject } from "../../../src/provider/subjects/subject_store.ts";
import { createMembership, deleteMembership } from "../../../src/provider/tenants/membership_store.ts";
import { createTenant } from "../../../src/provider/tenants/tenant_store.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";

const now = new Date(1_800_000_000_000);
const laterMs = now.getTime() + 60_000;

for (const kind of storesOfToday(import.meta.url)) {
  describe(`presence on ${kind}`, () => {
    let made = 0;
    const store = useStore(kind, async () => {
      await createTenant(store.db, { id: "acme", name: "Acme" }, now);
    });

    /** A member, in a browser with a password that was typed. */
    async function someone() {
      made += 1;
      const email = `p${made}@acme.example`;
      const { id: accountId } = await createAccount(store.db, { email, emailVerified: true }, now);
      const membership = { tenantId: "acme", accountId, role: "member" } as const;
      await createMembership(store.db, membership, now);
      const sessionUid = `uid${made}`;
      const writeAgain = async (membershipEndings = 0) => {
        const payload = { accountId, uid: sessionUid, loginTs: 1 };
        await saveRecord(store.db, "Session", `cookie${made}`, payload, laterMs);
        const voucher = {
          ...({
            method: "password",
            tenantId: null,
            clientId: null,
            clientGeneration: null,
            level: "pwd",
          } as const),
          ...{ generation: 0, memberSinceMs: null, membershipEndings, tenantGeneration: null },
          ...{ amr: ["pwd"], acr: undefined, authTimeMs: 1_000 },
        };
        await saveVoucher(store.db, { sessionUid, accountId }, voucher, now);
      };
      await writeAgain();
      const isThere = async () => {
        const query = { accountId, tenantId: "acme", clientId: "", nowMs: now.getTime() };
        return (await readSubject(store.db, query)).presence.hasLiveSession;
      };
      return { accountId, membership, writeAgain, isThere };
    }

    test("ends with a session that an operator ended, also if it is written once more", async () => {
      const { accountId, writeAgain, isThere } = await someone();
      assert.equal(await isThere(), true);
      const [session] = await listSessions(store.db, accountId, { limit: 9 }, now);
      await endSession(store.db, { id: session?.id ?? "" }, now);
      assert.equal(await isThere(), false);
      await writeAgain();
      assert.equal(await isThere(), false);
      assert.deepEqual(await listSessions(store.db, accountId, { limit: 9 }, now), []);
    });

    test("of an earlier membership is none of a later one, until the person signs in anew", async () => {
      const { accountId, membership, writeAgain, isThere } = await someone();
      await deleteMembership(store.db, "acme", accountId, now);
      await createMembership(store.db, membership, now);
      assert.equal(await isThere(), false);
      await writeAgain(1);
      assert.equal(await isThere(), true);
    });
  });

  describe(`the logins of a session on ${kind}`, () => {
    // A login is written for an account that is there.
    let [ann, bob] = ["", ""];
    const store = useStore(kind, async () => {
      ann = (await createAccount(store.db, { email: "ann@acme.example", emailVerified: true }, now)).id;
      bob = (await createAccount(store.db, { email: "bob@acme.example", emailVerified: true }, now)).id;
    });
    const password = {
      ...({ method: "password", tenantId: null, clientId: null, clientGeneration: null } as const),
      ...{
        generation: 0,
        memberSinceMs: null,
        membershipEndings: 0,
        tenantGeneration: null,
        level: "pwd" as const,
      },
      ...{ amr: ["pwd"], acr: undefined, authTimeMs: 5_000 },
    };

    const standing = (sessionUid: string) =>
      store
        .db("session_vouchers")
        .where("session_uid_hash", hashRecordId(sessionUid))
        .select("account_id", "sign_in_generation", "membership_endings", "auth_time_ms");
    const rowOf = (accountId: string, voucher: typeof password) => ({
      account_id: accountId,
      sign_in_generation: voucher.generation,
      membership_endings: voucher.membershipEndings,
      auth_time_ms: voucher.authTimeMs,
    });

    for (const [what, older] of Object.entries({
      "an older one": { authTimeMs: 4_000 },
      "one of before the sign-ins were ended, whatever time it claims": { generation: 0, authTimeMs: 9_000 },
      "one of before a membership ended": { membershipEndings: 0, authTimeMs: 9_000 },
    })) {
      test(`a later one is not replaced by ${what}`, async () => {
        const key = { sessionUid: `of ${what}`, accountId: ann };
        const newer = { ...password, generation: 1, membershipEndings: 1 };
        for (const voucher of [newer, { ...newer, ...older }]) await saveVoucher(store.db, key, voucher, now);
        assert.deepEqual(await standing(key.sessionUid), [rowOf(ann, newer)]);
        const newest = { ...newer, authTimeMs: 6_000 };
        await saveVoucher(store.db, key, newest, now);
        assert.deepEqual(await standing(key.sessionUid), [rowOf(ann, newest)]);
      });
    }

    test("whoever signs in where somebody else was has the session, however old the login", async () => {
      const before = { ...password, generation: 7 };
      await saveVoucher(store.db, { sessionUid: "shared", accountId: ann }, before, now);
      const after = { ...password, authTimeMs: 1_000 };
      await saveVoucher(store.db, { sessionUid: "shared", accountId: bob }, after, now);
      assert.deepEqual(await standing("shared"), [rowOf(bob, after)]);
    });
  });
}
