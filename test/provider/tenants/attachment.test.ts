import assert from "node:assert/strict";
import { test } from "node:test";
import { OperationError } from "../../../src/errors.ts";
import { type Attachment, assertMayAttach } from "../../../src/provider/tenants/attachment.ts";

const may =
  (...tenants: string[]) =>
  (tenantId: string) =>
    tenants.includes(tenantId);

const cases: [
  name: string,
  memberOf: string[],
  formerlyOf: string[],
  mayActFor: (tenantId: string) => boolean,
  allowed: boolean,
][] = [
  ["a new account", [], [], may("ext"), true],
  ["a member already", ["ext", "globex"], [], may("ext"), true],
  ["a member already, once another customer's", ["ext"], ["globex"], may("ext"), true],
  ["another customer's user", ["globex"], [], may("ext"), false],
  ["who was another customer's user", [], ["globex"], may("ext"), false],
  ["its own former user", [], ["ext"], may("ext"), true],
  ["its own former user, another customer's now", ["globex"], ["ext"], may("ext"), false],
  ["a user of two, one out of reach", ["acme", "globex"], [], may("ext", "acme"), false],
  ["a user of two, both in reach", ["acme", "globex"], [], may("ext", "acme", "globex"), true],
  ["a client for all", ["globex"], ["acme"], () => true, true],
];

const attach = (more: Partial<Attachment>) =>
  assertMayAttach({
    tenantId: "ext",
    memberOf: [],
    formerlyOf: [],
    madeHere: false,
    administers: false,
    mayActFor: may("ext"),
    ...more,
  });
const refused = (error: unknown) => error instanceof OperationError && error.code === "tenant_not_allowed";

for (const [name, memberOf, formerlyOf, mayActFor, allowed] of cases) {
  test(`attaching ${name} is ${allowed ? "allowed" : "refused"}`, () => {
    const facts = { memberOf, formerlyOf, mayActFor };
    if (allowed) return attach(facts);
    assert.throws(() => attach(facts), refused);
  });
}

test("who was made here and belongs nowhere is for a client of all tenants, and no other", () => {
  const all = may("*");
  assert.throws(() => attach({ madeHere: true }), refused);
  attach({ madeHere: true, mayActFor: all });
  attach({ madeHere: true, formerlyOf: ["ext"] });
  attach({ madeHere: false });
});

test("an administrator is attached by no client, wherever they belong, and stays the member they are", () => {
  for (const madeHere of [true, false]) {
    for (const memberOf of [[], ["globex"]]) {
      assert.throws(() => attach({ madeHere, memberOf, administers: true, mayActFor: () => true }), refused);
    }
  }
  attach({ memberOf: ["ext"], madeHere: true, administers: true });
});
