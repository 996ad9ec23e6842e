// Class: two at once, on two instances, make an account of an id and an account of that address. One of them wins, in
// whatever capitals; and an account whose id is somebody's address all the same is reached by `id:VALUE`. On both stores.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isAdministrator } from "../../../src/admin/administrators/administrator_store.ts";
import { createAdministrator } from "../../../src/admin/operations/administrators.ts";
import { readFilters } from "../../../src/admin/operations/audit.ts";
import { addUserToTenant, removeMember } from "../../../src/admin/operations/members.ts";
import type { OperationContext } from "../../../src/admin/operations/operation.ts";
import { createTenant } from "../../../src/admin/operations/tenants.ts";
import { disableUser, signUserOut } from "../../../src/admin/operations/user_access.ts";
import { deleteUser } from "../../../src/admin/operations/user_deletion.ts";
import { importUsers } from "../../../src/admin/operations/user_import.ts";
import { updateUser } from "../../../src/admin/operations/user_update.ts";
import { createUser, showUser } from "../../../src/admin/operations/users.ts";
import { createExternalAccount, findAccount } from "../../../src/provider/accounts/account_store.ts";
import { findIdsLikeAddresses } from "../../../src/provider/accounts/login_key_store.ts";
import { provisionUser, untilUnchanged } from "../../../src/provider/accounts/provisioned_users.ts";
import { getTenant } from "../../../src/provider/tenants/tenant_store.ts";
import { cliContext } from "../../support/cli_context.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";

const rounds = 16;

for (const kind of storesOfToday(import.meta.url)) {
  describe(`names that are held on ${kind}`, () => {
    let context: OperationContext;
    let there: OperationContext;
    const store = useStore(kind, async () => {
      context = cliContext(store.db);
      there = cliContext(store.openAnother());
      await createTenant(context, { id: "acme" });
      await store.db("tenants").update({ login_method: "both" });
    });

    const mint = async (subject: string): Promise<unknown> => {
      const tenant = await getTenant(store.db, "acme");
      const user = {
        subject,
        email: `of.${subject}`.replace(/^.*[:].*$/, "of@acme.example"),
        name: undefined,
      };
      const by = { by: "assertion", clientId: "shop", mayActFor: () => true } as const;
      return untilUnchanged(() =>
        store.db.transaction((trx) => provisionUser(trx, tenant, user, by, new Date())),
      );
    };
    const imported = async (row: { email: string; externalId?: string }) => {
      const { created } = await importUsers(there, { people: [row] });
      if (created === 0) throw new Error("not imported");
    };
    const ways: Record<string, (address: string) => Promise<unknown>> = {
      "made here": (email) => createUser(there, { email }),
      imported: (email) => imported({ email }),
      "another address": async (email) =>
        updateUser(there, { user: (await createUser(there, { email: `was.${email}` })).id, email }),
      "an administrator": (email) => createAdministrator(there, { email, role: "auditor" }),
    };

    for (const [way, make] of Object.entries(ways)) {
      test(`${way}, while the name becomes an id of the ISV's: one of the two`, async () => {
        for (let round = 0; round < rounds / 4; round += 1) {
          const name = `Race${round}.${way.replaceAll(" ", "")}@acme.example`;
          // Hashing a password goes before the act: of the two either may come first.
          const all = await Promise.allSettled([
            new Promise((resolve) => setTimeout(resolve, round * 15)).then(() => mint(name)),
            make(name.toLowerCase()),
          ]);
          assert.equal(all.filter(({ status }) => status === "fulfilled").length, 1, JSON.stringify(all));
          const ids = await findIdsLikeAddresses(store.db, [name]);
          const logins = await store.db("accounts").where("login_key", name.toLowerCase()).select("id");
          assert.equal(ids.length + logins.length, 1);
        }
      });
    }

    test("whoever comes second waits for the first, and is refused", async () => {
      for (let round = 0; round < rounds; round += 1) {
        const name = `Held${round}@acme.example`;
        const all = await Promise.allSettled([
          mint(name),
          imported(
            round % 2 === 0
              ? { email: name.toLowerCase() }
              : { email: name.toLowerCase(), externalId: `e${round}@acme.example` },
          ),
        ]);
        assert.equal(all.filter(({ status }) => status === "fulfilled").length, 1, JSON.stringify(all));
      }
    });

    test("an id in other capitals is nobody's address", async () => {
      await createExternalAccount(store.db, { id: "CEO@acme.example", email: null }, new Date());
      const taken = { code: "account_exists", field: "email" };
      const { id } = await createUser(context, { email: "other@acme.example" });
      for (const email of ["ceo@acme.example", "Ceo@acme.example"]) {
        await assert.rejects(createUser(context, { email }), taken);
        await assert.rejects(updateUser(context, { user: id, email }), taken);
        await assert.rejects(createAdministrator(context, { email, role: "owner" }), taken);
        const { refused } = await importUsers(context, { people: [{ email }] });
        assert.match(refused[0]?.reason ?? "", /^email is the id of another account/);
        assert.equal((await store.db("accounts").where("login_key", "ceo@acme.example")).length, 0);
      }
    });

    test("an account whose id is an address of somebody's is reached by its id, and ended", async () => {
      const boss = await createAdministrator(context, { email: "boss@acme.example", role: "owner" });
      await createAdministrator(context, { email: "second@acme.example", role: "owner" });
      // As of before names were held.
      const decoy = "boss@acme.example";
      await createExternalAccount(store.db, { id: decoy, email: "decoy@acme.example" }, new Date());
      const named = { user: `id:${decoy}` };
      await addUserToTenant(context, { ...named, tenantId: "acme" });
      assert.equal((await showUser(context, named)).id, decoy);
      const { subject } = await readFilters(store.db, { account: named.user }, {
        loginNames: { everyHash: () => [] },
      } as never);
      assert.equal(subject?.accountId, decoy);
      assert.equal((await signUserOut(context, named)).user.id, decoy);
      await removeMember(context, { ...named, tenantId: "acme" });
      await disableUser(context, named);
      assert.deepEqual(
        [await findAccount(store.db, decoy), await findAccount(store.db, boss.id)].map(
          (account) => account?.disabledAtMs === null,
        ),
        [false, true],
      );
      assert.equal((await deleteUser(context, named)).id, decoy);
      assert.equal(await findAccount(store.db, decoy), undefined);
      assert.equal((await showUser(context, { user: decoy })).id, boss.id);
      // Nobody goes past an owner's rights by naming one so.
      assert.equal(await isAdministrator(store.db, `id:${boss.id}`), true);
      assert.equal((await showUser(context, { user: `id:${boss.id}` })).id, boss.id);
    });

    test("no account comes to be whose id reads as the name of another's id", async () => {
      const { id } = await createUser(context, { email: "plain@acme.example" });
      await assert.rejects(mint(`id:${id}`), { code: "invalid_input", field: "sub" });
      const people = [{ email: "prefixed@acme.example", externalId: `id:${id}` }];
      assert.match(
        (await importUsers(context, { people })).refused[0]?.reason ?? "",
        /^externalId is a text/,
      );
      // One of before makes the name one of two.
      await createExternalAccount(store.db, { id: `id:${id}`, email: null }, new Date());
      await assert.rejects(showUser(context, { user: `id:${id}` }), { code: "account_ambiguous" });
      assert.equal((await showUser(context, { user: `id:id:${id}` })).id, `id:${id}`);
    });
  });
}
