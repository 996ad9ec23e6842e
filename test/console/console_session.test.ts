// Which logins open the console, by what stands at the provider: decided without a store.
import assert from "node:assert/strict";
import { test } from "node:test";
import { lacksFactor, openedAtMs, type Standing } from "../../src/console/sign_in/console_session.ts";
import type { Voucher } from "../../src/provider/sessions/voucher.ts";

const nowMs = Date.UTC(2026, 10, 26, 12);
const hourMs = 3_600_000;
const voucher = (method: Voucher["method"], hoursAgo: number) =>
  ({ method, authTimeMs: nowMs - hoursAgo * hourMs }) as unknown as Voucher;
const twice = (madeHoursAgo: number): Voucher => ({
  ...voucher("password", 1),
  level: "mfa",
  madeAtMs: nowMs - madeHoursAgo * hourMs,
});
const standing = (vouchers: Voucher[], more: Partial<Standing> = {}): Standing => ({
  session: { accountId: "a", exp: nowMs / 1000 + 60 },
  account: { id: "a", disabledAtMs: null } as Standing["account"],
  vouchers,
  factorSinceMs: undefined,
  ...more,
});

test("a password of the last twelve hours opens it; an application's word never does", () => {
  assert.equal(openedAtMs("a", standing([voucher("password", 1)]), "optional", nowMs), nowMs - hourMs);
  assert.equal(openedAtMs("a", standing([voucher("handoff", 1)]), "optional", nowMs), undefined);
  assert.equal(
    openedAtMs("a", standing([voucher("handoff", 1), voucher("password", 13)]), "optional", nowMs),
    undefined,
  );
  assert.equal(openedAtMs("a", standing([]), "optional", nowMs), undefined);
});

test("neither does a session of somebody else, one that ended, nor a disabled account", () => {
  const fresh = [voucher("password", 1)];
  assert.equal(openedAtMs("b", standing(fresh), "optional", nowMs), undefined);
  assert.equal(openedAtMs("a", standing(fresh, { session: undefined }), "optional", nowMs), undefined);
  assert.equal(
    openedAtMs("a", standing(fresh, { session: { accountId: "a", exp: nowMs / 1000 } }), "optional", nowMs),
    undefined,
  );
  const disabled = { id: "a", disabledAtMs: 1 } as Standing["account"];
  assert.equal(openedAtMs("a", standing(fresh, { account: disabled }), "optional", nowMs), undefined);
});

test("where two factors are demanded, a login opens it that proved two, while its person has one of then", () => {
  const opened = (login: Voucher, factorSinceMs?: number) =>
    openedAtMs("a", standing([login], { factorSinceMs }), "required", nowMs);
  const hoursAgo = (hours: number) => nowMs - hours * hourMs;
  assert.equal(opened(twice(1), hoursAgo(48)), hoursAgo(1));
  assert.equal(opened(twice(1), hoursAgo(1)), hoursAgo(1), "set up in that very login");
  assert.equal(opened(twice(1)), undefined, "it was taken away");
  assert.equal(opened(twice(1), hoursAgo(0.5)), undefined, "it is another one");
  assert.equal(opened({ ...twice(1), level: "pwd" }, hoursAgo(48)), undefined);
  assert.equal(opened({ ...twice(1), method: "handoff" }, hoursAgo(48)), undefined);
  assert.ok(lacksFactor("a", standing([twice(1)]), nowMs));
  assert.ok(!lacksFactor("a", standing([twice(1)], { factorSinceMs: hoursAgo(48) }), nowMs));
  assert.ok(!lacksFactor("a", standing([voucher("handoff", 1)]), nowMs), "a sign-in, and no step-up");
});
