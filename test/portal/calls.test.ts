// What the portal may call is a table, and the tenant of a call is never a page's to say.
import assert from "node:assert/strict";
import { test } from "node:test";
import { operations } from "../../src/admin/operations/table.ts";
import { callsByLink, inputFor, linkCalls, portalCalls } from "../../src/portal/calls.ts";

test("every operation that is not in the portal's table is refused, those of the API to come included", () => {
  const others = operations.filter(({ entry }) => !portalCalls.has(entry.name));
  assert.ok(others.length > 30, `${others.length} others`);
  for (const { entry } of others) {
    assert.throws(() => inputFor(entry.name, "acme", {}), { code: "forbidden" }, entry.name);
  }
  for (const name of ["", "constructor", "user list "])
    assert.throws(() => inputFor(name, "acme", {}), { code: "forbidden" });
});

test("what the table names is there, and needs no more than everyday administration", () => {
  for (const name of portalCalls.keys()) {
    const entry = operations.find((one) => one.entry.name === name)?.entry;
    assert.ok(entry !== undefined, name);
    assert.match(entry.permission, /^admin:(read|change)$/, name);
  }
});

test("whatever a page gives, the input names the tenant of the right and no other", () => {
  const hostile = {
    tenantId: "globex",
    id: "globex",
    tenant: "globex",
    memberships: [{ tenantId: "globex", role: "admin" }],
    afterId: "globex",
    account: "globex",
    actor: "globex",
    shared: "globex",
    discoverable: "globex",
    loginMethod: "globex",
    clientId: "globex",
  };
  for (const name of portalCalls.keys()) {
    const text = JSON.stringify(inputFor(name, "acme", hostile));
    assert.doesNotMatch(text, /globex/, name);
    assert.match(text, /"acme"/, name);
  }
});

test("an input holds only members that its operation takes", () => {
  for (const [name, { takes }] of portalCalls) {
    const given = Object.fromEntries(takes.map((member) => [member, "x"]));
    const taken = Object.keys(inputFor(name, "acme", { ...given, role: "member" }));
    const shape = operations.find(({ entry }) => entry.name === name)?.entry.input.shape ?? {};
    assert.deepEqual(
      taken.filter((member) => !Object.hasOwn(shape, member)),
      [],
      name,
    );
  }
});

test("whoever holds an onboarding link may call its own few operations, which portal and table know too", async () => {
  const call = callsByLink({} as never, { id: "l", session: "s", tenantId: "acme" });
  assert.deepEqual([...linkCalls].sort(), [
    "onboard downloaded",
    "onboard enter",
    "onboard pack",
    "onboard status",
    "onboard test",
  ]);
  for (const operation of operations.filter(({ entry }) => !linkCalls.has(entry.name))) {
    await assert.rejects(call(operation, { tenantId: "acme" }), { code: "forbidden" }, operation.entry.name);
  }
  for (const name of linkCalls) assert.ok(portalCalls.has(name), name);
});
