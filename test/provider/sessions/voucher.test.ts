// What a login opens, as a pure decision.
import assert from "node:assert/strict";
import { test } from "node:test";
import { opensTenant, type Voucher, voucherFor } from "../../../src/provider/sessions/voucher.ts";
import type { LoginMethod } from "../../../src/provider/tenants/tenant_store.ts";

const password = { method: "password", tenantId: null } as const;
const handoff = (tenantId: string) => ({ method: "handoff", tenantId }) as const;

const rows: [string, Parameters<typeof opensTenant>[0], LoginMethod, boolean][] = [
  ["a password opens a local tenant", password, "local", true],
  ["a password opens a tenant of both", password, "both", true],
  ["a password opens no tenant whose users log in at the ISV", password, "handoff", false],
  ["a handoff for the tenant opens it", handoff("acme"), "handoff", true],
  ["a handoff for the tenant opens it, if it is of both", handoff("acme"), "both", true],
  ["a handoff opens no local tenant", handoff("acme"), "local", false],
  ["a handoff for another tenant opens nothing", handoff("globex"), "handoff", false],
  ["a handoff for another tenant opens nothing of both either", handoff("globex"), "both", false],
  ["a handoff for * is none", { method: "handoff", tenantId: "*" }, "handoff", false],
  ["a handoff for no tenant opens nothing", { method: "handoff", tenantId: null }, "both", false],
  ["a password for one tenant is none", { method: "password", tenantId: "acme" }, "local", false],
];
for (const [name, vouched, loginMethod, opens] of rows) {
  test(name, () => assert.equal(opensTenant(vouched, { tenantId: "acme", loginMethod }), opens));
}

test("a session speaks for a tenant by its newest login that opens it", () => {
  const made = (one: Pick<Voucher, "method" | "tenantId">, authTimeMs: number): Voucher => ({
    ...one,
    clientId: null,
    amr: [],
    acr: undefined,
    authTimeMs,
  });
  const logins = [made(password, 2), made(handoff("acme"), 1), made(handoff("globex"), 3)];
  const forMethod = (loginMethod: LoginMethod) => voucherFor(logins, { tenantId: "acme", loginMethod });
  assert.equal(forMethod("both")?.authTimeMs, 2);
  assert.equal(forMethod("handoff")?.authTimeMs, 1);
  assert.equal(voucherFor([], { tenantId: "acme", loginMethod: "both" }), undefined);
});
