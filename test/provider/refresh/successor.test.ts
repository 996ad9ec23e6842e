// When a repeat is honest, as a table; and that a successor cannot be found without the secret.
import assert from "node:assert/strict";
import type { KeyObject } from "node:crypto";
import { test } from "node:test";
import { servingLimits } from "../../../src/db/dialects.ts";
import { soonSeconds } from "../../../src/errors.ts";
import {
  deriveSuccessorKeys,
  judgePresentation,
  successorOf,
} from "../../../src/provider/refresh/successor.ts";
import { settings } from "../../../src/settings.ts";

const now = 1_000_000;
const grace = 10_000;
const table: [string, number | null | undefined, number | null | undefined, number, string][] = [
  ["never used", null, undefined, grace, "first"],
  ["used now, its successor not", now, null, grace, "repeat"],
  ["used at the edge of the grace", now - grace, null, grace, "repeat"],
  ["used a millisecond earlier", now - grace - 1, null, grace, "reused"],
  ["used now, its successor too", now, now, grace, "reused"],
  ["used now, its successor revoked or of another kind", now, undefined, grace, "reused"],
  ["used now, without a grace", now, null, 0, "reused"],
  ["used on an instance whose clock is ahead", now + 2_000, null, grace, "repeat"],
];
for (const [what, usedAtMs, successorUsedAtMs, graceMs, expected] of table) {
  test(`a token ${what} is ${expected}`, () => {
    assert.equal(judgePresentation(usedAtMs, successorUsedAtMs, now, graceMs), expected);
  });
}

test("the grace outlasts a client that meets a silent connection twice and comes again when it was told", () => {
  const onceMs = servingLimits.silentMs + soonSeconds * 1000;
  assert.ok(settings.refreshGraceSeconds.fallback("production") * 1000 > 2 * onceMs);
});

test("the successor is one for each token and secret, and as long as any other token", () => {
  const secrets = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const [key, other] = deriveSuccessorKeys(secrets) as [KeyObject, KeyObject];
  assert.equal(successorOf(key, "a"), successorOf(key, "a"));
  // Every version must find the same.
  assert.equal(successorOf(key, "a"), "cHmSlrV5djicW2RcVzhkplBXyr5LMcQWep9bp6-3vpA");
  const values = [successorOf(key, "a"), successorOf(key, "b"), successorOf(other, "a")];
  assert.equal(new Set(values).size, 3);
});
