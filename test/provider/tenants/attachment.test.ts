import assert from "node:assert/strict";
import { test } from "node:test";
import { OperationError } from "../../../src/errors.ts";
import { assertMayAttach } from "../../../src/provider/tenants/attachment.ts";

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

for (const [name, memberOf, formerlyOf, mayActFor, allowed] of cases) {
  test(`attaching ${name} is ${allowed ? "allowed" : "refused"}`, () => {
    const attach = () => assertMayAttach({ tenantId: "ext", memberOf, formerlyOf, mayActFor });
    if (allowed) return attach();
    assert.throws(attach, (error) => error instanceof OperationError && error.code === "tenant_not_allowed");
  });
}
