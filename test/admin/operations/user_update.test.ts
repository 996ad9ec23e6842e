// A person's address: another one is nobody else's name, begins unproven, and the trail tells both until the person is
// erased. Of two who want one address at once one gets it. On both stores.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createAdministrator } from "../../../src/admin/operations/administrators.ts";
import type { OperationContext } from "../../../src/admin/operations/operation.ts";
import { createTenant } from "../../../src/admin/operations/tenants.ts";
import { deleteUser } from "../../../src/admin/operations/user_deletion.ts";
import { updateUser } from "../../../src/admin/operations/user_update.ts";
import { createUser, showUser } from "../../../src/admin/operations/users.ts";
import { listAuditEvents } from "../../../src/audit/audit_store.ts";
import { createExternalAccount, findAccountByLogin } from "../../../src/provider/accounts/account_store.ts";
import { createMembership } from "../../../src/provider/tenants/membership_store.ts";
import { cliContext } from "../../support/cli_context.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";

for (const kind of storesOfToday(import.meta.url)) {
  describe(`changing who a user is, on ${kind}`, () => {
    let context: OperationContext;
    const store = useStore(kind, async () => {
      context = cliContext(store.db);
      for (const id of ["acme", "globex"]) await createTenant(context, { id });
    });
    let made = 0;
    const someone = async (tenants: string[] = ["acme"]) => {
      made += 1;
      const memberships = tenants.map((tenantId) => ({ tenantId }));
      return createUser(context, { email: `p${made}@acme.example`, memberships });
    };
    const eventsOf = async (accountId: string) =>
      (await listAuditEvents(store.db, { subject: { accountId, loginHashes: [] } })).reverse();

    test("another address is what the person signs in with, and is proven only by who vouches for it", async () => {
      const { id, email } = await someone();
      const moved = await updateUser(context, { user: id, email: "new1@acme.example" });
      assert.deepEqual([moved.email, moved.emailVerifiedAtMs], ["new1@acme.example", null]);
      assert.deepEqual(moved.ended, { sessions: 0, grants: 0, tokens: 0 });
      assert.equal((await findAccountByLogin(store.db, "NEW1@acme.example"))?.id, id);
      assert.equal(await findAccountByLogin(store.db, email ?? ""), undefined);
      const proven = await updateUser(context, { user: id, emailVerified: true });
      assert.deepEqual([proven.emailVerifiedAtMs !== null, proven.ended], [true, undefined]);
      const both = await updateUser(context, { user: id, email: "new2@acme.example", emailVerified: true });
      assert.deepEqual([both.emailVerifiedAtMs !== null, both.ended !== undefined], [true, true]);
      const doubted = await updateUser(context, { user: id, emailVerified: false });
      assert.deepEqual([doubted.emailVerifiedAtMs, doubted.ended !== undefined], [null, true]);
      // The address before is free.
      assert.equal((await createUser(context, { email })).email, email);
    });

    test("capitals make another address, for AWS tells them apart; the same one changes nothing", async () => {
      const { id, email = "" } = await someone();
      const before = (await eventsOf(id)).length;
      const same = await updateUser(context, { user: id, email, emailVerified: true });
      assert.equal(same.ended, undefined);
      assert.equal((await eventsOf(id)).length, before);
      const capital = `P${String(email).slice(1)}`;
      const other = await updateUser(context, { user: id, email: capital });
      assert.deepEqual([other.email, other.emailVerifiedAtMs], [capital, null]);
    });

    test("nobody gets the name of somebody else: an address, an id, an address the ISV named", async () => {
      const { id, email } = await someone(["acme", "globex"]);
      const other = await someone([]);
      await createExternalAccount(store.db, { id: `ivy${made}@acme.example`, email: null }, new Date());
      const named = { id: `ext${made}`, email: null };
      await createExternalAccount(store.db, named, new Date());
      await createMembership(
        store.db,
        { tenantId: "globex", accountId: named.id, role: "member", email: `Ext${made}@acme.example` },
        new Date(),
      );
      for (const taken of [
        String(other.email),
        String(other.email).toUpperCase(),
        `ivy${made}@acme.example`,
        `IVY${made}@acme.example`,
        `ext${made}@acme.example`,
      ]) {
        const refused = { code: "account_exists", field: "email" };
        await assert.rejects(updateUser(context, { user: id, name: "Half", email: taken }), refused, taken);
      }
      for (const email of [
        "",
        "nobody",
        "a@b",
        "аda@acme.example",
        "ada@аcme.example",
        `${"x".repeat(250)}@a.example`,
      ])
        await assert.rejects(updateUser(context, { user: id, email }), {
          code: "invalid_input",
          field: "email",
        });
      await assert.rejects(updateUser(context, { user: id }), { code: "invalid_input" });
      const still = await showUser(context, { user: id });
      assert.deepEqual([still.email, still.name, still.emailVerifiedAtMs !== null], [email, null, true]);
    });

    test("of a person whom the ISV's login names, nothing is changed here but the name", async () => {
      await createExternalAccount(store.db, { id: "ext-only", email: "x@ext.example" }, new Date());
      for (const [change, field] of [
        [{ email: "y@ext.example" }, "email"],
        [{ emailVerified: false }, "emailVerified"],
      ] as const) {
        const refused = updateUser(context, { user: "ext-only", ...change });
        await assert.rejects(refused, { code: "invalid_input", field });
      }
      assert.equal((await updateUser(context, { user: "ext-only", name: "X" })).name, "X");
    });

    test("of two who want one address at once one gets it", async () => {
      for (let round = 0; round < 5; round += 1) {
        const people = await Promise.all([someone([]), someone([]), someone([])]);
        const email = `wanted${round}@acme.example`;
        const all = await Promise.allSettled([
          ...people.map(({ id }) => updateUser(context, { user: id, email })),
          createUser(context, { email }),
        ]);
        const refused = all.flatMap((one) => (one.status === "rejected" ? [one.reason.code] : []));
        assert.deepEqual(refused, ["account_exists", "account_exists", "account_exists"]);
        assert.equal((await store.db("accounts").where("login_key", email)).length, 1);
      }
    });

    test("the trail of each tenant tells the old and the new address, until the person is erased", async () => {
      const { id, email } = await someone(["acme", "globex"]);
      await updateUser(context, { user: id, email: "told@acme.example" });
      await updateUser(context, { user: id, emailVerified: true });
      const told = (await eventsOf(id)).filter(({ type }) => /email/.test(type));
      const moved = { by: "administration", email: "told@acme.example", verified: false, emailWas: email };
      const details = {
        "account.email_set": moved,
        "account.email_verified": { email: "told@acme.example", verified: true },
      };
      for (const [type, said] of Object.entries(details)) {
        const ofType = told.filter((event) => event.type === type);
        assert.deepEqual(ofType.map(({ tenantId }) => tenantId).sort(), ["acme", "globex"]);
        for (const event of ofType) assert.deepEqual([event.details, event.actor], [said, "cli:test"]);
      }
      await deleteUser(context, { user: id });
      assert.doesNotMatch(JSON.stringify(await eventsOf(id)), /told@|p\d+@/);
    });

    test("an administrator's address is an owner's to change", async () => {
      const { id } = await createAdministrator(context, { email: "boss@isv.example", role: "auditor" });
      const operator = { ...context, may: (permission: string) => permission !== "admin:own" };
      const change = { email: "boss2@isv.example", emailVerified: true };
      for (const user of [id, "boss@isv.example", "Boss@isv.example"])
        await assert.rejects(updateUser(operator, { user, ...change }), { code: "forbidden" });
      assert.equal((await updateUser(context, { user: id, ...change })).email, "boss2@isv.example");
    });

    test("who is promoted meanwhile is an owner's to change from then on", async () => {
      const { id, email } = await someone([]);
      // Asked for the first time in the transaction, the person is nobody in particular; then the account is held.
      let asked = 0;
      const operator: OperationContext = {
        ...context,
        async may(permission, db) {
          asked += 1;
          if (asked === 2) await createAdministrator({ ...context, db }, { email, role: "owner" });
          return permission !== "admin:own";
        },
      };
      const change = updateUser(operator, { user: id, email: "promoted@acme.example" });
      await assert.rejects(change, { code: "forbidden" });
    });
  });
}
