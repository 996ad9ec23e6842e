// Which failures are worth another exchange with a fresh ID token.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type FailedAttempt, mayTryAgain, pauseMs } from "../src/another_attempt.ts";
import { AwsStepError, ExchangeSettingsError, IdTokenError } from "../src/index.ts";

const words = { message: "m", fix: "f" };
const refused = (code: "slow_down" | "token_rejected", retryable: boolean) =>
  new AwsStepError({ ...words, code, step: "create-token-with-iam", retryable });
const ask = (error: unknown, more: Partial<FailedAttempt> = {}) =>
  mayTryAgain({ error, number: 1, maxAttempts: 3, byCode: false, ...more });

test("only what another token or the whole way again can mend is tried again, as often as allowed", () => {
  const stale = new AwsStepError({
    ...words,
    code: "identity_context_expired",
    step: "assume-role-with-context",
  });
  const denied = new AwsStepError({
    ...words,
    code: "assume_role_denied",
    step: "assume-role-with-tag",
    retryable: true,
  });
  const waited = new IdTokenError({ ...words, code: "id_token_expired_waiting", step: "id-token" });
  const wrong = new IdTokenError({ ...words, code: "id_token_issuer", step: "id-token", retryable: true });
  const settings = new ExchangeSettingsError({ ...words, code: "client_closed", step: "settings" });
  for (const error of [refused("slow_down", true), stale, waited]) {
    assert.ok(ask(error));
    assert.ok(ask(error, { number: 2 }) && !ask(error, { number: 3 }));
  }
  for (const error of [
    refused("token_rejected", false),
    denied,
    wrong,
    settings,
    new Error("x"),
    undefined,
  ]) {
    assert.ok(!ask(error));
  }
});

test("a code from the browser is not presented again", () => {
  assert.ok(!ask(refused("slow_down", true), { byCode: true }));
});

test("pauses grow, and stay short", () => {
  const longest = [1, 2, 3, 9].map((number) => pauseMs(number, () => 1));
  assert.deepEqual(longest, [200, 400, 800, 2000]);
  assert.equal(
    pauseMs(1, () => 0),
    100,
  );
});
