// That every operation that takes a password has it judged, by all that is known of the person then: over both stores.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createAdministrator } from "../../../src/admin/operations/administrators.ts";
import { membersOf } from "../../../src/admin/operations/input_members.ts";
import { operations } from "../../../src/admin/operations/table.ts";
import { createTenant } from "../../../src/admin/operations/tenants.ts";
import { setUserPassword } from "../../../src/admin/operations/user_access.ts";
import { createUser } from "../../../src/admin/operations/users.ts";
import { createPasswords } from "../../../src/provider/accounts/passwords.ts";
import { cliContext } from "../../support/cli_context.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";

const refused = { code: "invalid_input", field: "password" };
const good = "seven green umbrellas in march";

for (const kind of storesOfToday(import.meta.url)) {
  describe(`a password that is set on ${kind}`, () => {
    const store = useStore(kind);
    const context = () => ({
      ...cliContext(store.db),
      passwords: createPasswords({ serviceNames: ["Northwind"] }),
    });

    it("is not made of the names of the person, the organizations they belong to, or the service", async () => {
      await createTenant(context(), { id: "tnt-4711", name: "Zephyrine" });
      const email = "quillon@acme.example";
      const memberships = [{ tenantId: "tnt-4711" }];
      for (const password of ["Zephyrine-2026", "quillon+1984!", "Thistlewood2026", "Northwind 2026"]) {
        const name = "Ada Thistlewood";
        await assert.rejects(
          createUser(context(), { email, name, password, memberships }),
          refused,
          password,
        );
      }
      const { id } = await createUser(context(), {
        email,
        name: "Ada Thistlewood",
        password: good,
        memberships,
      });
      for (const password of ["Zephyrine-2026", "quillon+1984!", "Thistlewood2026", "Northwind 2026"]) {
        await assert.rejects(setUserPassword(context(), { user: id, password }), refused, password);
        const promoted = { email, role: "owner", password } as const;
        await assert.rejects(createAdministrator(context(), promoted), refused, password);
      }
      // Of an organization they do not belong to, it is a word like any other.
      await setUserPassword(context(), { user: id, password: "Elderberry-tnt-2026" });
    });

    it("is changed by nothing when it is refused", async () => {
      const { id } = await createUser(context(), { email: "ben@acme.example", password: good });
      const before = await store.db("accounts").where({ id }).first();
      await assert.rejects(setUserPassword(context(), { user: id, password: "password12345" }), refused);
      assert.deepEqual(await store.db("accounts").where({ id }).first(), before);
    });
  });
}

it("the operations that take a password are these: another one comes with a case above", () => {
  const taking = operations.filter(({ entry }) => "password" in membersOf(entry.input));
  assert.deepEqual(taking.map(({ entry }) => entry.name).sort(), [
    "admin create",
    "user create",
    "user password",
  ]);
});
