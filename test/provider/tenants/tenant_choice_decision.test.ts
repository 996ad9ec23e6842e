// Which tenant a sign-in is for, as a pure decision.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decideTenant, type TenantChoiceFacts } from "../../../src/provider/tenants/tenant_choice.ts";

const member = (...tenantIds: string[]): TenantChoiceFacts["memberships"] =>
  tenantIds.map((tenantId) => ({
    tenantId,
    tenantName: tenantId,
    loginMethod: "local",
    accountId: "a",
    role: "member",
    email: null,
    name: null,
    lastLoginAtMs: null,
    createdAtMs: 1,
    formerEnding: 0,
  }));

const chosen = (tenantId: string) => ({ kind: "chosen", tenantId });
const rows: [string, TenantChoiceFacts, object][] = [
  ["no membership is a refusal", { memberships: [] }, { kind: "refused", reason: "no_membership" }],
  ["one membership needs no question", { memberships: member("a") }, chosen("a")],
  ["several need one", { memberships: member("a", "b") }, { kind: "undecided" }],
  ["the person's pick decides", { memberships: member("a", "b"), picked: "b" }, chosen("b")],
  ["a hint decides", { memberships: member("a", "b"), hinted: "b" }, chosen("b")],
  ["the last choice decides", { memberships: member("a", "b"), current: "b" }, chosen("b")],
  ["a pick beats a hint", { memberships: member("a", "b"), picked: "a", hinted: "b" }, chosen("a")],
  ["a hint beats the last choice", { memberships: member("a", "b"), hinted: "a", current: "b" }, chosen("a")],
  [
    "a required tenant beats everything",
    { memberships: member("a", "b"), required: "a", picked: "b" },
    chosen("a"),
  ],
  [
    "a required tenant is a refusal for a stranger",
    { memberships: member("a", "b"), required: "c", picked: "a" },
    { kind: "refused", reason: "not_a_member" },
  ],
  ["a stranger's pick is a question", { memberships: member("a", "b"), picked: "c" }, { kind: "undecided" }],
  ["a stranger's hint does not count", { memberships: member("a"), hinted: "c" }, chosen("a")],
  [
    "an ended membership does not count",
    { memberships: member("a", "b"), current: "c" },
    { kind: "undecided" },
  ],
];

for (const [name, facts, decision] of rows) {
  test(name, () => assert.deepEqual(decideTenant(facts), decision));
}
