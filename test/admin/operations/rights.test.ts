// Which administrator may do which operation: the complete table, written out, so that a new operation has to be put in
// its place here. What is not in a role's list is refused, by the judge and by the runner.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AdministratorRole,
  administratorRoles,
  mayDo,
} from "../../../src/admin/administrators/roles.ts";
import type { OperationContext } from "../../../src/admin/operations/operation.ts";
import { operations } from "../../../src/admin/operations/table.ts";

const reads = [
  "accessor list",
  "accessor show",
  "admin list",
  "audit export",
  "audit list",
  "audit verify",
  "client list",
  "client show",
  "credential list",
  "doctor",
  "domain list",
  "error explain",
  "grant list",
  "key status",
  "mail list",
  "mail status",
  "mail show",
  "onboard downloaded",
  "onboard pack",
  "onboard registration",
  "onboard status",
  "passkey list",
  "resource list",
  "resource show",
  "session list",
  "session logouts",
  "tenant check",
  "tenant list",
  "tenant brand",
  "tenant show",
  "user list",
  "user show",
  "user mail",
  "user factors",
];
const changes = [
  "accessor create",
  "accessor delete",
  "accessor try",
  "client create",
  "client delete",
  "client disable",
  "client enable",
  "client end-old-secret",
  "client rotate-secret",
  "client update",
  "client set-logo",
  "client remove-logo",
  "domain add",
  "domain remove",
  "domain verify",
  "grant revoke",
  "key reseal",
  "key rotate",
  "member remove",
  "member update",
  "offboard",
  "onboard enter",
  "onboard link",
  "onboard open",
  "onboard revoke",
  "onboard test",
  "passkey remove",
  "resource allow",
  "resource create",
  "resource delete",
  "resource disallow",
  "resource update",
  "session revoke",
  "tenant create",
  "tenant disable",
  "tenant enable",
  "tenant set-brand",
  "tenant set-logo",
  "tenant remove-logo",
  "tenant update",
  "mail retry",
  "mail give-up",
  "user invite",
  "user withdraw-invitation",
  "user mail-returned",
  "user add",
  "user create",
  "user delete",
  "user disable",
  "user enable",
  "user data",
  "user export",
  "user import",
  "user password",
  "user sign-out",
  "user reset-factors",
  "user update",
];
const owns = [
  "admin create",
  "admin first-link",
  "admin remove",
  "admin update",
  "audit prune",
  "credential create",
  "credential revoke",
  "key revoke",
  "key rotate-emergency",
  "tenant delete",
  "user export-with-hashes",
];
// Done in the name of a back end, for which tenants it is registered.
const backEnds = [
  "login-challenge accept",
  "login-challenge reject",
  "login-challenge show",
  "tenant search",
];

const allowed: Readonly<Record<AdministratorRole, readonly string[]>> = {
  auditor: reads,
  operator: [...reads, ...changes],
  owner: [...reads, ...changes, ...owns],
};

test("every operation is in one list", () => {
  const listed = [...reads, ...changes, ...owns, ...backEnds].sort();
  assert.deepEqual(operations.map(({ entry }) => entry.name).sort(), listed);
});

for (const role of administratorRoles) {
  test(`${role}: exactly the operations of the list, the others are refused before anything is read`, async () => {
    const may = operations.filter(({ entry }) => mayDo(role, entry)).map(({ entry }) => entry.name);
    assert.deepEqual(may.sort(), [...allowed[role]].sort());
    for (const operation of operations.filter(({ entry }) => !allowed[role].includes(entry.name))) {
      const context = {
        may: (permission: Parameters<OperationContext["may"]>[0]) => mayDo(role, { permission }),
      } as unknown as Parameters<typeof operation>[0];
      await assert.rejects(operation(context, {}), { code: "forbidden" }, operation.entry.name);
    }
  });
}

test("who is no administrator may do nothing, nor may a role nobody knows", () => {
  for (const role of [undefined, "admin", "toString", ""] as (AdministratorRole | undefined)[]) {
    assert.deepEqual(
      operations.filter(({ entry }) => mayDo(role, entry)),
      [],
    );
  }
});
