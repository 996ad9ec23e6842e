// What an ID token may say of whom, as a pure decision: each fact alone refuses, whatever the others say.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Account } from "../../../src/provider/accounts/account_store.ts";
import { decideSubjectClaims } from "../../../src/provider/subjects/claims.ts";
import type { SubjectFacts } from "../../../src/provider/subjects/subject_store.ts";
import type { Membership } from "../../../src/provider/tenants/membership_store.ts";
import type { Tenant } from "../../../src/provider/tenants/tenant_store.ts";

const account: Account = {
  id: "a1",
  email: "mary@acme.example",
  emailVerifiedAtMs: 1,
  name: "Mary",
  externalAtMs: null,
  disabledAtMs: null,
  createdAtMs: 1,
  signInGeneration: 0,
  membershipEndings: 0,
};
const tenant: Tenant = {
  id: "acme",
  name: "Acme",
  loginMethod: "both",
  presencePolicy: { name: "session" },
  requiredFactor: "none",
  discoverable: false,
  selfClose: false,
  sessionLifeMs: null,
  sessionIdleMs: null,
  disabledAtMs: null,
  reopenedAtMs: null,
  createdAtMs: 1,
  generation: 0,
};
const membership: Membership = {
  tenantId: "acme",
  tenantName: "Acme",
  loginMethod: "both",
  accountId: "a1",
  role: "member",
  email: null,
  name: null,
  lastLoginAtMs: null,
  createdAtMs: 1,
  formerEnding: 0,
};
type Facts = Pick<SubjectFacts, "account" | "tenant" | "membership" | "verifiedDomains">;
const facts: Facts = { account, tenant, membership, verifiedDomains: ["acme.example"] };
const decide = (changed: Partial<Facts>, requireVerifiedDomain = true) =>
  decideSubjectClaims({ ...facts, ...changed }, { requireVerifiedDomain });

test("a member with a proven address of a proven domain is named", () => {
  assert.deepEqual(decide({}), {
    sub: "a1",
    email: "mary@acme.example",
    email_verified: true,
    name: "Mary",
    tenantId: "acme",
    roles: ["member"],
  });
});

const unproven = { ...account, emailVerifiedAtMs: null };
const toldBy = (email: string): Membership => ({ ...membership, email });
const refused: [string, Partial<Facts>, string][] = [
  ["no tenant", { tenant: undefined }, "tenant_not_found"],
  ["a disabled tenant", { tenant: { ...tenant, disabledAtMs: 2 } }, "tenant_disabled"],
  ["no account", { account: undefined }, "account_not_found"],
  ["a disabled account", { account: { ...account, disabledAtMs: 2 } }, "account_disabled"],
  ["no membership", { membership: undefined }, "not_a_member"],
  ["another's membership", { membership: { ...membership, accountId: "a2" } }, "not_a_member"],
  ["a membership elsewhere", { membership: { ...membership, tenantId: "globex" } }, "not_a_member"],
  ["an address nobody proved", { account: unproven }, "email_not_verified"],
  ["no address", { account: { ...account, email: null } }, "email_not_verified"],
  // It is what the first of its tenants was told, which is that customer's word and no other's.
  [
    "an address of another tenant's telling",
    { account: { ...account, externalAtMs: 1 } },
    "email_not_verified",
  ],
  ["an address of a domain nobody proved", { verifiedDomains: [] }, "email_domain_not_verified"],
  [
    "a told address of another domain",
    { membership: toldBy("mary@globex.example") },
    "email_domain_not_verified",
  ],
];
for (const [what, changed, code] of refused) {
  test(`${what} makes no token`, () => assert.throws(() => decide(changed), { code }));
}

test("what the ISV proved for the tenant stands before what the account proved for itself", () => {
  const told = decide({ account: unproven, membership: toldBy("m.jones@acme.example") });
  assert.equal(told.email, "m.jones@acme.example");
});

test("domains are asked for only where the policy says so", () => {
  assert.equal(decide({ verifiedDomains: [] }, false).email, "mary@acme.example");
});
