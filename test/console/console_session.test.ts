// Which logins open the console, by what stands at the provider: decided without a store.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openedAtMs, type Standing } from "../../src/console/sign_in/console_session.ts";
import type { Voucher } from "../../src/provider/sessions/voucher.ts";

const nowMs = Date.UTC(2026, 10, 26, 12);
const hourMs = 3_600_000;
const voucher = (method: Voucher["method"], hoursAgo: number) =>
  ({ method, authTimeMs: nowMs - hoursAgo * hourMs }) as unknown as Voucher;
const standing = (vouchers: Voucher[], more: Partial<Standing> = {}): Standing => ({
  session: { accountId: "a", exp: nowMs / 1000 + 60 },
  account: { id: "a", disabledAtMs: null } as Standing["account"],
  vouchers,
  ...more,
});

test("a password of the last twelve hours opens it; an application's word never does", () => {
  assert.equal(openedAtMs("a", standing([voucher("password", 1)]), nowMs), nowMs - hourMs);
  assert.equal(openedAtMs("a", standing([voucher("handoff", 1)]), nowMs), undefined);
  assert.equal(openedAtMs("a", standing([voucher("handoff", 1), voucher("password", 13)]), nowMs), undefined);
  assert.equal(openedAtMs("a", standing([]), nowMs), undefined);
});

test("neither does a session of somebody else, one that ended, nor a disabled account", () => {
  const fresh = [voucher("password", 1)];
  assert.equal(openedAtMs("b", standing(fresh), nowMs), undefined);
  assert.equal(openedAtMs("a", standing(fresh, { session: undefined }), nowMs), undefined);
  assert.equal(
    openedAtMs("a", standing(fresh, { session: { accountId: "a", exp: nowMs / 1000 } }), nowMs),
    undefined,
  );
  const disabled = { id: "a", disabledAtMs: 1 } as Standing["account"];
  assert.equal(openedAtMs("a", standing(fresh, { account: disabled }), nowMs), undefined);
});
