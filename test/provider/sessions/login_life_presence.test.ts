// Whether a person counts as there, by how long a login lasts: the statement that answers it and the pure judge agree.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createAccount } from "../../../src/provider/accounts/account_store.ts";
import { beginLogin, isInUse, isYoungEnough } from "../../../src/provider/sessions/login_life.ts";
import { listVouchers, noteUse, saveVoucher } from "../../../src/provider/sessions/voucher_store.ts";
import { saveRecord } from "../../../src/provider/storage/record_store.ts";
import { readSubject } from "../../../src/provider/subjects/subject_store.ts";
import { createMembership } from "../../../src/provider/tenants/membership_store.ts";
import { createTenant, saveTenant } from "../../../src/provider/tenants/tenant_store.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";

const beganMs = 1_800_000_000_000;
const minute = 60_000;
const limits = { sessionIdleSeconds: 3_600, sessionRememberedIdleSeconds: 7_200, sessionLifeSeconds: 10_800 };

for (const kind of storesOfToday(import.meta.url)) {
  describe(`on ${kind}`, () => {
    const at = (ms: number) => new Date(beganMs + ms);
    const key = { sessionUid: "uid", accountId: "" };
    const store = useStore(kind, async () => {
      await createTenant(store.db, { id: "acme", name: "Acme" }, at(0));
      const account = await createAccount(store.db, { email: "a@acme.example", emailVerified: true }, at(0));
      key.accountId = account.id;
      await createMembership(store.db, { tenantId: "acme", accountId: account.id, role: "member" }, at(0));
      await saveRecord(store.db, "Session", "cookie", { accountId: account.id, uid: "uid" }, beganMs + 9e9);
    });

    // Each sign-in is one of its own: another second.
    let signIns = 0;
    async function signIn(remembered = false): Promise<void> {
      signIns += 1;
      await save(beganMs - 1_000_000 + signIns * 1000, beganMs, remembered);
    }

    async function save(authTimeMs: number, nowMs: number, remembered = false) {
      const { beganAtMs, endsAtMs, ...use } = beginLogin(limits, remembered, nowMs);
      const voucher = {
        ...({ method: "password", tenantId: null, clientId: null, clientGeneration: null } as const),
        ...{ generation: 0, memberSinceMs: null, membershipEndings: 0, tenantGeneration: null },
        level: "pwd" as const,
        ...{ amr: ["pwd"], acr: undefined, authTimeMs, life: { beganAtMs, endsAtMs }, use, remembered },
      };
      return saveVoucher(store.db, key, voucher, new Date(nowMs));
    }

    async function own(sessionIdleMs: number | null, sessionLifeMs: number | null): Promise<void> {
      await saveTenant(store.db, "acme", { sessionIdleMs, sessionLifeMs }, at(0));
    }

    /** What the statement says, which must be what the judge says of the login that is read. */
    async function isThere(ms: number): Promise<boolean> {
      const nowMs = beganMs + ms;
      const query = { accountId: key.accountId, tenantId: "acme", clientId: "", nowMs };
      const { presence, tenant } = await readSubject(store.db, query);
      const logins = await listVouchers(store.db, key, new Date(nowMs));
      const { sessionLifeMs = null, sessionIdleMs = null } = tenant ?? {};
      const judged = logins.some(
        ({ life, use }) =>
          life !== undefined &&
          use !== undefined &&
          isYoungEnough(life, { nowMs, sessionLifeMs, sessionIdleMs }) &&
          isInUse(use, { nowMs, sessionLifeMs, sessionIdleMs }),
      );
      assert.equal(presence.hasLiveSession, judged);
      return judged;
    }

    test("by the installation's limits", async () => {
      await own(null, null);
      await signIn();
      assert.deepEqual([await isThere(60 * minute - 1), await isThere(60 * minute)], [true, false]);
      await signIn(true);
      assert.deepEqual([await isThere(120 * minute - 1), await isThere(120 * minute)], [true, false]);
      await noteUse(store.db, "uid", await listVouchers(store.db, key, at(100 * minute)), at(100 * minute));
      assert.deepEqual([await isThere(180 * minute - 1), await isThere(180 * minute)], [true, false]);
    });

    test("a login that is proven further lasts no longer for it; one that is made anew does", async () => {
      await own(null, null);
      await signIn();
      const [login = assert.fail()] = await listVouchers(store.db, key, at(0));
      const { authTimeMs, life } = login;
      await noteUse(store.db, "uid", [login], at(10 * minute));
      assert.equal(await save(authTimeMs, beganMs + 50 * minute, true), life?.endsAtMs);
      const [further] = await listVouchers(store.db, key, at(50 * minute));
      assert.deepEqual(further?.life, life);
      assert.deepEqual(
        { ...further?.use, remembered: further?.remembered },
        {
          ...{ seenAtMs: beganMs + 50 * minute, longestIdleMs: 40 * minute },
          ...{ idleMs: limits.sessionRememberedIdleSeconds * 1000, remembered: true },
        },
      );
      assert.deepEqual([await isThere(150 * minute), await isThere(180 * minute)], [true, false]);
      const anew = beganMs + 51 * minute;
      assert.equal(await save(authTimeMs + 1, anew), anew + limits.sessionLifeSeconds * 1000);
      const [made] = await listVouchers(store.db, key, at(51 * minute));
      assert.deepEqual([made?.life?.beganAtMs, made?.use?.longestIdleMs, made?.remembered], [anew, 0, false]);
    });

    test("by the organization's own", async () => {
      await signIn();
      await own(20 * minute, null);
      assert.deepEqual([await isThere(20 * minute - 1), await isThere(20 * minute)], [true, false]);
      await noteUse(store.db, "uid", await listVouchers(store.db, key, at(25 * minute)), at(25 * minute));
      assert.equal(await isThere(26 * minute), false, "the time in which nobody was there counts for ever");
      await own(null, 30 * minute);
      assert.deepEqual([await isThere(30 * minute - 1), await isThere(30 * minute)], [true, false]);
      await own(null, null);
      await signIn();
      assert.equal(await isThere(minute), true);
    });
  });
}
