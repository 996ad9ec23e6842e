// A role that is asked for counts or is refused, on both stores: an operator who asked must never be wrong about it.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addUserToTenant, updateMember } from "../../../src/admin/operations/members.ts";
import type { OperationContext } from "../../../src/admin/operations/operation.ts";
import { createUser } from "../../../src/admin/operations/users.ts";
import { listAuditEvents } from "../../../src/audit/audit_store.ts";
import { systemClock } from "../../../src/clock.ts";
import { createPasswords } from "../../../src/provider/accounts/passwords.ts";
import { createTenant } from "../../../src/provider/tenants/tenant_store.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";

const user = "bob@acme.example";
const bob = { user, tenantId: "acme" };

for (const kind of storesOfToday(import.meta.url)) {
  describe(`on ${kind}`, () => {
    let context: OperationContext;
    const store = useStore(kind, async () => {
      context = {
        db: store.db,
        clock: systemClock,
        passwords: createPasswords(),
        actor: "test",
        may: () => true,
      };
      await createTenant(store.db, { id: "acme", name: "Acme" }, new Date());
      await createUser(context, { email: user, memberships: [{ tenantId: "acme", role: "admin" }] });
    });
    const rolesOf = (answer: { memberships: { role: string }[] }) =>
      answer.memberships.map(({ role }) => role);
    const changes = async () =>
      (await listAuditEvents(store.db, { type: "membership.updated" })).map(({ details }) => details);

    test("adding a member with another role is refused, with the way to do it", async () => {
      await assert.rejects(addUserToTenant(context, { ...bob, role: "member" }), (error: Error) => {
        assert.match(String(Reflect.get(error, "fix")), /tti member update .* --tenant acme --role member/);
        assert.equal(Reflect.get(error, "field"), "role");
        return Reflect.get(error, "code") === "invalid_input";
      });
      assert.deepEqual(rolesOf(await addUserToTenant(context, { ...bob, role: "admin" })), ["admin"]);
      assert.deepEqual(rolesOf(await addUserToTenant(context, bob)), ["admin"]);
    });

    test("a member gets another role, and the trail says which it was; the same again is no event", async () => {
      // The only administrator there: whoever means it says so.
      const demoted = await updateMember(context, { ...bob, role: "member", allowNoAdmin: true });
      assert.deepEqual(rolesOf(demoted), ["member"]);
      const again = await updateMember(context, { ...bob, role: "member" });
      assert.equal(again.unchanged, true);
      assert.deepEqual(await changes(), [{ role: "member", roleWas: "admin" }]);
      for (const tenantId of ["globex", "nobody"]) {
        await assert.rejects(updateMember(context, { user, tenantId, role: "admin" }), {
          code: "not_a_member",
        });
      }
    });
  });
}
