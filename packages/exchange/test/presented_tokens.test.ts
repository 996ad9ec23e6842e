// One ID token is one exchange: the memory of what was presented.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { IdToken } from "../src/id_token/id_token.ts";
import { PresentedTokens } from "../src/id_token/presented_tokens.ts";

const now = new Date("2026-11-24T12:00:00Z");
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const token = (compact: string, claims: Readonly<Record<string, unknown>> = {}): IdToken => ({
  compact,
  header: {},
  claims: { exp: now.getTime() / 1000 + 300, ...claims },
});

test("the same token is refused the second time", () => {
  const presented = new PresentedTokens();
  presented.present(token("a"), now);
  assert.throws(() => presented.present(token("a"), now), { code: "id_token_presented_before" });
  assert.throws(() => presented.assertUnseen(token("a")), { code: "id_token_presented_before" });
  presented.assertUnseen(token("b"));
});

test("another token with the same issuer and jti is refused", () => {
  const presented = new PresentedTokens();
  presented.present(token("a", { iss: "https://i", jti: "1" }), now);
  assert.throws(() => presented.present(token("b", { iss: "https://i", jti: "1" }), now));
  presented.present(token("c", { iss: "https://other", jti: "1" }), now);
});

test("tokens are forgotten when their own exp refuses them", () => {
  const presented = new PresentedTokens();
  for (let index = 0; index < 100; index += 1) presented.present(token(`t${index}`), now);
  assert.equal(presented.size, 100);
  presented.present(token("late", { exp: now.getTime() / 1000 + 900 }), later(301));
  assert.equal(presented.size, 1);
});

test("a token that expired while it waited is not presented", () => {
  const presented = new PresentedTokens();
  assert.throws(() => presented.present(token("a"), later(300)), {
    code: "id_token_expired_waiting",
    retryable: true,
  });
  assert.equal(presented.size, 0);
});
