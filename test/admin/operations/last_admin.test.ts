// The last administrator of an organization: whatever takes one away, role, membership or account, is refused while nobody
// else who can sign in is one, unless the caller means it. Of two who are taken away at once one stays. On both stores.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { addUserToTenant, removeMember, updateMember } from "../../../src/admin/operations/members.ts";
import type { OperationContext } from "../../../src/admin/operations/operation.ts";
import { disableTenant, enableTenant } from "../../../src/admin/operations/tenant_access.ts";
import { createTenant } from "../../../src/admin/operations/tenants.ts";
import { disableUser, enableUser } from "../../../src/admin/operations/user_access.ts";
import { deleteUser } from "../../../src/admin/operations/user_deletion.ts";
import { showUser } from "../../../src/admin/operations/users.ts";
import type { OperationError } from "../../../src/errors.ts";
import { formFault } from "../../../src/portal/words.ts";
import { createAccount } from "../../../src/provider/accounts/account_store.ts";
import { createMembership } from "../../../src/provider/tenants/membership_store.ts";
import { cliContext } from "../../support/cli_context.ts";
import { storeKinds } from "../../support/databases.ts";
import { useStore } from "../../support/use_store.ts";

type Take = (context: OperationContext, user: string, said?: { allowNoAdmin: true }) => Promise<unknown>;
const takes: Record<string, Take> = {
  "another role": (context, user, said) =>
    updateMember(context, { user, tenantId: "acme", role: "member", ...said }),
  "the end of the membership": (context, user, said) =>
    removeMember(context, { user, tenantId: "acme", ...said }),
  "disabling the account": (context, user, said) => disableUser(context, { user, ...said }),
  "deleting the account": (context, user, said) => deleteUser(context, { user, ...said }),
};
const refused = { code: "last_admin", field: "user", message: /administers the tenant acme\.$/ };

for (const kind of storeKinds) {
  describe(`the last administrator of an organization, on ${kind}`, () => {
    let context: OperationContext;
    let made = 0;
    const store = useStore(kind, async () => {
      context = cliContext(store.db);
    });
    before(async () => {
      for (const id of ["acme", "globex"]) await createTenant(context, { id });
    });
    const someone = async (role: "admin" | "member" = "admin", tenants = ["acme"]) => {
      made += 1;
      const now = new Date();
      const { id } = await createAccount(
        store.db,
        { email: `p${made}@acme.example`, emailVerified: true },
        now,
      );
      for (const tenantId of tenants)
        await createMembership(store.db, { tenantId, accountId: id, role }, now);
      return id;
    };
    /** Leaves acme with nobody. */
    const emptied = async () => {
      const rows = await store.db("memberships").where("tenant_id", "acme").select("account_id");
      for (const { account_id: user } of rows) await deleteUser(context, { user, allowNoAdmin: true });
    };
    const admins = async () =>
      store
        .db("memberships")
        .join("accounts", "accounts.id", "memberships.account_id")
        .where({ tenant_id: "acme", role: "admin" })
        .whereNull("disabled_at_ms")
        .pluck<string[]>("account_id");

    for (const [what, take] of Object.entries(takes)) {
      test(`${what} is refused, leaves nothing half-done, and is done for who means it`, async () => {
        await emptied();
        const [last, member] = [await someone(), await someone("member")];
        await assert.rejects(take(context, last), refused);
        assert.deepEqual((await showUser(context, { user: last })).memberships, [
          { tenantId: "acme", role: "admin" },
        ]);
        await take(context, member);
        // One who cannot sign in is none.
        const asleep = await someone();
        await disableUser(context, { user: asleep });
        await assert.rejects(take(context, last), refused);
        await enableUser(context, { user: asleep });
        await take(context, last);
        assert.deepEqual(await admins(), [asleep]);
        const told = JSON.stringify(await take(context, asleep, { allowNoAdmin: true }));
        assert.match(told, /administers the tenant acme now|"withoutAdmin":\["acme"\]/);
        assert.deepEqual(await admins(), []);
      });
    }

    test("a trial of a deletion tells it too", async () => {
      await emptied();
      const last = await someone("admin", ["acme", "globex"]);
      const trial = { user: last, dryRun: true };
      const message = "Nobody else who can sign in administers the tenants acme, globex.";
      await assert.rejects(deleteUser(context, trial), { code: "last_admin", message });
      const { withoutAdmin } = await deleteUser(context, { ...trial, allowNoAdmin: true });
      assert.deepEqual(withoutAdmin, ["acme", "globex"]);
      assert.deepEqual(await admins(), [last]);
    });

    test("one who stays an administrator is asked nothing, nor is an organization that is disabled", async () => {
      await emptied();
      const last = await someone();
      const same = await updateMember(context, { user: last, tenantId: "acme", role: "admin" });
      assert.equal(same.unchanged, true);
      await disableTenant(context, { id: "acme" });
      await disableUser(context, { user: last });
      await enableTenant(context, { id: "acme" });
      await deleteUser(context, { user: last });
    });

    test("of two who are taken away at once, on two instances, one stays", async () => {
      const elsewhere = cliContext(store.openAnother());
      const ways = Object.values(takes);
      for (let round = 0; round < 16; round += 1) {
        await emptied();
        const [one, two] = [await someone(), await someone()];
        const [first, second] = [ways[round % 4], ways[Math.floor(round / 4)]] as [Take, Take];
        const both = await Promise.allSettled([first(context, one), second(elsewhere, two)]);
        const codes = both.flatMap((done) => (done.status === "rejected" ? [done.reason.code] : []));
        assert.deepEqual(codes, ["last_admin"], `round ${round}`);
        assert.equal((await admins()).length, 1, `round ${round}`);
      }
    });

    test("whoever is promoted while their account is disabled keeps nobody from counting", async () => {
      for (let round = 0; round < 8; round += 1) {
        await emptied();
        const [last, next] = [await someone(), await someone("member")];
        const promote = { user: next, tenantId: "acme", role: "admin" };
        await Promise.allSettled([
          round % 2 === 0 ? updateMember(context, promote) : addUserToTenant(context, { ...promote }),
          disableUser(context, { user: next }),
          updateMember(context, { user: last, tenantId: "acme", role: "member" }),
        ]);
        assert.equal((await admins()).length > 0, true, `round ${round}`);
      }
    });

    test("the portal tells it in a person's words", async () => {
      await emptied();
      const last = await someone();
      const error: OperationError = await removeMember(context, { user: last, tenantId: "acme" }).then(
        () => assert.fail("removed"),
        (error) => error,
      );
      const { errors } = formFault(error, "Nobody was removed", []);
      assert.match(errors.errors[0]?.message ?? "", /^Nobody else administers your organization\. Make/);
      assert.doesNotMatch(JSON.stringify(errors), /tti |allowNoAdmin|tenant /);
    });
  });
}
