// An administrator's sign-in: what it may, by their role; and that it opens nothing once any of what it rests on is gone,
// the role, the account, the session, its password login, the generation of sign-ins, nor where a back end vouched.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { contextForAdministrator } from "../../../src/admin/administrator_context.ts";
import { adminChange, adminOwn, adminRead } from "../../../src/admin/administrators/roles.ts";
import * as administrators from "../../../src/admin/operations/administrators.ts";
import type { OperationContext } from "../../../src/admin/operations/operation.ts";
import { createTenant } from "../../../src/admin/operations/tenants.ts";
import { disableUser, enableUser, signUserOut } from "../../../src/admin/operations/user_access.ts";
import { systemClock } from "../../../src/clock.ts";
import { createTotp, deleteTotp } from "../../../src/provider/factors/totp_store.ts";
import { saveVoucher } from "../../../src/provider/sessions/voucher_store.ts";
import { saveRecord } from "../../../src/provider/storage/record_store.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";

const sessionUid = "session-uid";
const email = "ops@isv.example";

for (const kind of storesOfToday(import.meta.url)) {
  describe(`an administrator's sign-in on ${kind}`, () => {
    let host: OperationContext;
    const store = useStore(kind, async () => {
      const passwords: OperationContext["passwords"] = {
        kind: null,
        assertRoom() {},
        hashPassword: async () => "hash",
        hashNewPassword: async () => "hash",
        verifyPassword: async () => false,
      };
      host = { db: store.db, clock: systemClock, passwords, actor: "cli:test", may: () => true };
      await administrators.createAdministrator(host, { email: "own@isv.example", role: "owner" });
      await createTenant(host, { id: "acme" });
    });

    async function signIn(
      method: "password" | "handoff" = "password",
      seconds = 60,
      amr = ["pwd"],
      factor: "required" | "optional" = "optional",
    ) {
      await store.db("administrators").whereNot("role", "owner").delete();
      const { id: accountId } = await administrators.createAdministrator(host, { email, role: "operator" });
      const { sign_in_generation: generation } = await store.db("accounts").where("id", accountId).first();
      const session = { uid: sessionUid, accountId, exp: Math.floor(Date.now() / 1000) + seconds };
      await saveRecord(store.db, "Session", "session-id", session, session.exp * 1000);
      await store.db("session_vouchers").delete();
      await saveVoucher(
        store.db,
        { sessionUid, accountId },
        {
          ...{ method, tenantId: method === "password" ? null : "acme", generation, memberSinceMs: null },
          membershipEndings: 0,
          level: "pwd",
          ...{ clientId: null, clientGeneration: null, amr, acr: undefined, authTimeMs: Date.now() },
          tenantGeneration: method === "password" ? null : 0,
        },
        new Date(),
      );
      return contextForAdministrator(host, { accountId, sessionUid, factor });
    }

    test("may what the role may, and is told so in the transaction", async () => {
      const context = await signIn();
      assert.equal(await context.may(adminRead, store.db), true);
      assert.equal(await context.may(adminChange, store.db), true);
      assert.equal(await context.may(adminOwn, store.db), false);
      await createTenant(context, { id: "newco" });
      const event = await store.db("audit_events").where("tenant_id", "newco").first();
      assert.equal(event.actor, context.actor);
    });

    const ends: Readonly<Record<string, (context: { actor: string }) => Promise<unknown>>> = {
      "the role is taken": () => administrators.removeAdministrator(host, { user: email }),
      "the account is disabled": () => disableUser(host, { user: email }),
      "they are signed out everywhere": () => signUserOut(host, { user: email }),
      "the account was disabled, and enabled": async () => {
        await disableUser(host, { user: email });
        await enableUser(host, { user: email });
      },
      "the session is gone": () => store.db("oidc_records").delete(),
      "the login is of an earlier generation": () =>
        store.db("accounts").where("login_key", email).increment("sign_in_generation", 1),
      "the account is gone, and another has its id": async ({ actor }) => {
        const id = actor.slice("account:".length);
        await store.db("accounts").where({ id }).delete();
        await store.db("accounts").insert({ id, created_at_ms: 1, updated_at_ms: 1 });
      },
    };
    for (const [name, end] of Object.entries(ends)) {
      test(`opens nothing once ${name}`, async () => {
        const context = await signIn();
        assert.equal(await context.may(adminRead, store.db), true);
        await end(context);
        await assert.rejects(async () => context.may(adminRead, store.db), { code: "unauthenticated" });
        await assert.rejects(createTenant(context, { id: "late" }), { code: "unauthenticated" });
        await store.db("accounts").where("login_key", email).update({ disabled_at_ms: null });
      });
    }

    test("opens nothing where a back end vouched for it, or the session has expired", async () => {
      for (const begin of [() => signIn("handoff"), () => signIn("password", -1)]) {
        const context = await begin();
        await assert.rejects(async () => context.may(adminRead, store.db), { code: "unauthenticated" });
      }
    });

    test("where two factors are demanded, opens by two, as long as there is the one that was proven", async () => {
      const begin = (amr: string[]) => signIn("password", 60, amr, "required");
      const opens = async (context: Awaited<ReturnType<typeof signIn>>) => {
        try {
          return await context.may(adminChange, store.db);
        } catch (error) {
          assert.equal((error as { code?: string }).code, "unauthenticated");
          return false;
        }
      };
      const { id: accountId } = await store.db("accounts").where("login_key", email).first("id");
      const before = new Date(Date.now() - 60_000);
      const app = { accountId, sealedSecret: "sealed", step: 1 };
      assert.equal(await opens(await begin(["pwd", "otp", "mfa"])), false, "there is none");
      await store.db.transaction((trx) => createTotp(trx, app, before));
      assert.equal(await opens(await begin(["pwd"])), false);
      const context = await begin(["pwd", "otp", "mfa"]);
      assert.equal(await opens(context), true);
      await store.db.transaction((trx) => deleteTotp(trx, accountId));
      assert.equal(await opens(context), false, "it was taken away");
      await assert.rejects(createTenant(context, { id: "late" }), { code: "unauthenticated" });
      await store.db.transaction((trx) => createTotp(trx, app, new Date(Date.now() + 1_000)));
      assert.equal(await opens(context), false, "it is another");
      await store.db.transaction((trx) => deleteTotp(trx, accountId));
    });

    test("loses a right between the question and the act: nothing is done", async () => {
      const context = await signIn();
      let asked = 0;
      const may: OperationContext["may"] = async (permission, db) => {
        asked += 1;
        if (asked === 2) await administrators.removeAdministrator({ ...host, db }, { user: email });
        return context.may(permission, db);
      };
      await assert.rejects(createTenant({ ...context, may }, { id: "raced" }), { code: "unauthenticated" });
      assert.equal(await store.db("tenants").where("id", "raced").first(), undefined);
    });
  });
}
