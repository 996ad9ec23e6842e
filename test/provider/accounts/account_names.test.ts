// Class: an id that looks like somebody's address, or like a client's id, stands before the one it looks like. No such
// account comes to be by any way in, and where there is one still, its name is of neither. On both stores.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isAdministrator } from "../../../src/admin/administrators/administrator_store.ts";
import { createAdministrator } from "../../../src/admin/operations/administrators.ts";
import { readFilters } from "../../../src/admin/operations/audit.ts";
import { createClient } from "../../../src/admin/operations/clients.ts";
import { addUserToTenant } from "../../../src/admin/operations/members.ts";
import type { OperationContext } from "../../../src/admin/operations/operation.ts";
import { createTenant } from "../../../src/admin/operations/tenants.ts";
import { disableUser } from "../../../src/admin/operations/user_access.ts";
import { deleteUser } from "../../../src/admin/operations/user_deletion.ts";
import { importUsers } from "../../../src/admin/operations/user_import.ts";
import { createUser, showUser } from "../../../src/admin/operations/users.ts";
import { createExternalAccount, findAccount } from "../../../src/provider/accounts/account_store.ts";
import { cliContext } from "../../support/cli_context.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";

const login = { redirectUris: ["https://app.example/cb"] };

for (const kind of storesOfToday(import.meta.url)) {
  describe(`names of accounts on ${kind}`, () => {
    let context: OperationContext;
    const store = useStore(kind, async () => {
      context = cliContext(store.db);
      await createTenant(context, { id: "globex" });
      await createClient(context, { ...login, clientId: "shop" });
    });

    // As of before ids were looked at, or of two who were at it at once.
    const addDecoy = (id: string) =>
      createExternalAccount(store.db, { id, email: "decoy@acme.example" }, new Date());

    test("a name that is the id of one and the address of another names neither", async () => {
      const ga = await createUser(context, { email: "ga@globex.example" });
      await addDecoy("ga@globex.example");
      const named = { user: "ga@globex.example" };
      const ambiguous = { code: "account_ambiguous", field: "user" };
      await assert.rejects(showUser(context, named), ambiguous);
      await assert.rejects(disableUser(context, named), ambiguous);
      await assert.rejects(deleteUser(context, named), ambiguous);
      await assert.rejects(addUserToTenant(context, { ...named, tenantId: "globex" }), ambiguous);
      await assert.rejects(readFilters(store.db, { account: named.user }, {} as never), ambiguous);
      assert.equal((await findAccount(store.db, "ga@globex.example"))?.disabledAtMs, null);
      // The person is named by what is only theirs, other capitals included.
      assert.equal((await showUser(context, { user: "Ga@globex.example" })).id, ga.id);
      const { user } = await disableUser(context, { user: ga.id });
      assert.deepEqual([user.id, user.disabledAtMs === null], [ga.id, false]);
    });

    test("a name that may be an administrator's takes an owner's rights", async () => {
      const { id } = await createAdministrator(context, { email: "boss@globex.example", role: "owner" });
      await addDecoy("boss@globex.example");
      assert.equal(await isAdministrator(store.db, "boss@globex.example"), true);
      assert.equal(await isAdministrator(store.db, id), true);
    });

    test("an address that is the id of an account is nobody else's to sign in with", async () => {
      await addDecoy("ivy@acme.example");
      const refused = { code: "account_exists", field: "email" };
      for (const email of ["ivy@acme.example", "Ivy@acme.example"]) {
        await assert.rejects(createUser(context, { email }), refused);
        await assert.rejects(createAdministrator(context, { email, role: "owner" }), refused);
        const { created, refused: told } = await importUsers(context, { people: [{ email }] });
        assert.equal(created, 0);
        assert.match(told[0]?.reason ?? "", /^email is the id of another account/);
      }
    });

    test("an import takes no id that is another's address, a client's, or no name in a URL", async () => {
      await createUser(context, { email: "uma@globex.example" });
      const ids: [externalId: string, reason: RegExp][] = [
        ["uma@globex.example", /^externalId is the address of another account/],
        ["UMA@globex.example", /^externalId is the address of another account/],
        ["first@globex.example", /^externalId is the address of another account/],
        ["shop", /^externalId is the id of a client/],
        [".", /^externalId is a text that no URL/],
        ["..", /^externalId is a text that no URL/],
      ];
      const people = ids.map(([externalId], at) => ({ email: `import${at}@acme.example`, externalId }));
      const { created, refused } = await importUsers(context, {
        people: [{ email: "first@globex.example" }, ...people],
      });
      assert.equal(created, 1);
      assert.deepEqual(
        refused.map(({ code }) => code),
        ids.map(() => "import_conflict"),
      );
      for (const [at, [, reason]] of ids.entries()) assert.match(refused[at]?.reason ?? "", reason);
    });

    test("an id that is the account's own address is one name of one account", async () => {
      const email = "own@acme.example";
      const row = { email, externalId: email };
      assert.equal((await importUsers(context, { people: [row] })).created, 1);
      assert.equal((await importUsers(context, { people: [row] })).unchanged, 1);
      assert.equal((await showUser(context, { user: email })).id, email);
      assert.equal((await showUser(context, { user: "OWN@acme.example" })).id, email);
    });

    test("no client is registered under the id of an account", async () => {
      const { id } = await createUser(context, { email: "cleo@globex.example" });
      const refused = { code: "invalid_input", field: "clientId" };
      await assert.rejects(createClient(context, { ...login, clientId: id }), refused);
      const generated = await createClient(context, login);
      assert.equal(await findAccount(store.db, generated.clientId), undefined);
    });
  });
}
