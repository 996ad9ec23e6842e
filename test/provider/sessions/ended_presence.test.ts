// Whether a person is there, after an operator ended a session or a membership: a row that a request under way writes
// once more makes nobody present.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createAccount } from "../../../src/provider/accounts/account_store.ts";
import { endSession, listSessions } from "../../../src/provider/sessions/session_store.ts";
import { saveVoucher } from "../../../src/provider/sessions/voucher_store.ts";
import { saveRecord } from "../../../src/provider/storage/record_store.ts";
import { readSubject } from "../../../src/provider/subjects/subject_store.ts";
import { createMembership, deleteMembership } from "../../../src/provider/tenants/membership_store.ts";
import { createTenant } from "../../../src/provider/tenants/tenant_store.ts";
import { storeKinds } from "../../support/databases.ts";
import { useStore } from "../../support/use_store.ts";

const now = new Date(1_800_000_000_000);
const laterMs = now.getTime() + 60_000;

for (const kind of storeKinds) {
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
          ...({ method: "password", tenantId: null, clientId: null, clientGeneration: null } as const),
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
}
