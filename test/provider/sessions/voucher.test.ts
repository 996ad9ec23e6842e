// What a login opens, as a pure decision.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type LoginLevel, loginLevels, type RequiredFactor } from "../../../src/login_levels.ts";
import {
  lackingFor,
  opensTenant,
  readVouched,
  type Vouched,
  type Voucher,
  voucherFor,
} from "../../../src/provider/sessions/voucher.ts";
import type { LoginMethod } from "../../../src/provider/tenants/tenant_store.ts";

const stands = { generation: 2, memberSinceMs: null, membershipEndings: 1, level: "pwd" } as const;
const byNobody = { clientId: null, clientGeneration: null } as const;
const password = {
  method: "password",
  tenantId: null,
  ...stands,
  ...byNobody,
  tenantGeneration: null,
} as const;
const byIsv = { clientId: "isv", clientGeneration: 4 } as const;
const handoff = (tenantId: string) =>
  ({ method: "handoff", tenantId, ...stands, memberSinceMs: 7, ...byIsv, tenantGeneration: 3 }) as const;
const door = (loginMethod: LoginMethod, formerEnding = 0, requiredFactor: RequiredFactor = "none") => ({
  tenantId: "acme",
  loginMethod,
  requiredFactor,
  generation: 2,
  memberSinceMs: 7,
  formerEnding,
  ...{ nowMs: 1_000_000, sessionLifeMs: null, sessionIdleMs: null },
  reopenedAtMs: null,
  tenantGeneration: 3,
  vouchingClient: { clientId: "isv", generation: 4 },
});

const rows: [string, Parameters<typeof opensTenant>[0], LoginMethod, boolean][] = [
  ["a password opens a local tenant", password, "local", true],
  ["a password opens a tenant of both", password, "both", true],
  ["a password opens no tenant whose users log in at the ISV", password, "handoff", false],
  ["a handoff for the tenant opens it", handoff("acme"), "handoff", true],
  ["a handoff for the tenant opens it, if it is of both", handoff("acme"), "both", true],
  ["a handoff opens no local tenant", handoff("acme"), "local", false],
  ["a handoff for another tenant opens nothing", handoff("globex"), "handoff", false],
  ["a handoff for another tenant opens nothing of both either", handoff("globex"), "both", false],
  ["a handoff for * is none", { ...handoff("*") }, "handoff", false],
  ["a handoff for no tenant opens nothing", { ...handoff("acme"), tenantId: null }, "both", false],
  ["a password for one tenant is none", { ...password, tenantId: "acme" }, "local", false],
  ["a password of before all was ended opens nothing", { ...password, generation: 1 }, "local", false],
  ["a handoff of before all was ended opens nothing", { ...handoff("acme"), generation: 1 }, "both", false],
  ["a generation that is yet to come opens nothing", { ...password, generation: 3 }, "local", false],
  ["a login for this very membership opens it", { ...password, memberSinceMs: 7 }, "local", true],
  ["a login for a membership that ended opens nothing", { ...password, memberSinceMs: 6 }, "local", false],
  [
    "a handoff for a membership that ended opens nothing",
    { ...handoff("acme"), memberSinceMs: 6 },
    "both",
    false,
  ],
  [
    "a handoff of before the tenant was ended opens nothing",
    { ...handoff("acme"), tenantGeneration: 2 },
    "both",
    false,
  ],
  [
    "a handoff of no generation of the tenant is none",
    { ...handoff("acme"), tenantGeneration: null },
    "both",
    false,
  ],
  ["a password for the tenant as it is opens it", { ...password, tenantGeneration: 3 }, "both", true],
  ["a password for the tenant of before opens nothing", { ...password, tenantGeneration: 2 }, "both", false],
  [
    "a handoff of before its client was ended opens nothing",
    { ...handoff("acme"), clientGeneration: 3 },
    "both",
    false,
  ],
  [
    "a handoff of no generation of its client is none",
    { ...handoff("acme"), clientGeneration: null },
    "both",
    false,
  ],
  [
    "a handoff by a client that may not be used opens nothing",
    { ...handoff("acme"), clientId: "other" },
    "both",
    false,
  ],
  ["a handoff of before its client was kept opens it", { ...handoff("acme"), ...byNobody }, "both", true],
];
for (const [name, vouched, loginMethod, opens] of rows) {
  test(name, () => assert.equal(opensTenant(vouched, door(loginMethod)), opens));
}

for (const [name, vouched, formerEnding, opens] of [
  ["a password of before an earlier membership ended does not open the later one", password, 2, false],
  ["a password of after it ended does", password, 1, true],
  ["a password for the later membership itself does", { ...password, memberSinceMs: 7 }, 2, true],
  ["a handoff for the later membership does", handoff("acme"), 2, true],
] as const) {
  test(name, () => assert.equal(opensTenant(vouched, door("both", formerEnding)), opens));
}

const wants: readonly [RequiredFactor, readonly LoginLevel[]][] = [
  ["none", ["pwd", "mfa", "phr"]],
  ["any", ["mfa", "phr"]],
  ["passkey", ["phr"]],
];
for (const [requiredFactor, opening] of wants) {
  test(`a tenant that requires "${requiredFactor}" is opened by a login that has proven it, by whoever vouched`, () => {
    for (const vouched of [password, handoff("acme")]) {
      for (const level of loginLevels) {
        const login = { ...vouched, level };
        const opens = opening.includes(level);
        assert.equal(opensTenant(login, door("both", 0, requiredFactor)), opens);
        const made = { ...login, amr: [], acr: undefined, authTimeMs: 1 };
        assert.equal(lackingFor([made], door("both", 0, requiredFactor)), opens ? undefined : made);
        assert.equal(lackingFor([{ ...made, generation: 1 }], door("both", 0, requiredFactor)), undefined);
      }
    }
  });
}

test("a session speaks for a tenant by its newest login that opens it", () => {
  const made = (one: Vouched, authTimeMs: number): Voucher => ({
    ...one,
    amr: [],
    acr: undefined,
    authTimeMs,
  });
  const logins = [made(password, 2), made(handoff("acme"), 1), made(handoff("globex"), 3)];
  const forMethod = (loginMethod: LoginMethod) => voucherFor(logins, door(loginMethod));
  assert.equal(forMethod("both")?.authTimeMs, 2);
  assert.equal(forMethod("handoff")?.authTimeMs, 1);
  assert.equal(voucherFor([], door("both")), undefined);
});

test("what a carrier does not say is of before anything was ended", () => {
  const kept = { method: "handoff", tenantId: "acme", clientId: "isv" } as const;
  const numbers = { generation: 0, membershipEndings: 0, tenantGeneration: 0, clientGeneration: 0 };
  const first = { ...numbers, memberSinceMs: null, level: "pwd" };
  assert.deepEqual(readVouched(kept), { ...kept, ...first });
  assert.deepEqual(readVouched(handoff("acme")), handoff("acme"));
  const typed = { method: "password", tenantId: null, clientId: null } as const;
  assert.deepEqual(readVouched(typed), {
    ...typed,
    ...first,
    tenantGeneration: null,
    clientGeneration: null,
  });
});

test("a password typed before the tenant was enabled again opens it no more", () => {
  const typed = { ...password, amr: [], acr: undefined, authTimeMs: 5_000 };
  assert.equal(voucherFor([typed], { ...door("local"), reopenedAtMs: 5_000 })?.authTimeMs, 5_000);
  assert.equal(voucherFor([typed], { ...door("local"), reopenedAtMs: 6_000 }), undefined);
});
