// observed.json as a sandbox reads it: what it sets, and what is said of one that is not right.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readObserved } from "../../src/rules/observed.ts";

const file = {
  format: 1,
  observedAt: "2026-11-27T03:29:09.636Z",
  region: "us-east-1",
  rules: { "token.missingJti": { value: "accept" }, "token.clockSkewSeconds": { value: 60 } },
};

function refused(value: unknown): string {
  try {
    readObserved(value, "observed.json");
  } catch (error) {
    assert.equal((error as { code?: string }).code, "SANDBOX_OBSERVED_INVALID");
    return (error as Error).message;
  }
  return assert.fail("it was read");
}

test("switches are set, those this version does not have are told", () => {
  const rules = { ...file.rules, "token.ofTomorrow": { value: "yes" } };
  const read = readObserved({ ...file, rules }, "observed.json");
  assert.deepEqual(read.rules, { "token.missingJti": "accept", "token.clockSkewSeconds": "60" });
  assert.deepEqual(read.unknown, ["token.ofTomorrow"]);
  assert.match(read.origin, /us-east-1 at 2026-11-27/);
});

test("a fault names file, field and fix", () => {
  assert.match(refused([]), /^observed\.json: the document: .*tti-sandbox probe/);
  assert.match(refused({ ...file, format: 2 }), /format: it is 2, .*update tti-sandbox/);
  assert.match(refused({ ...file, observedAt: "yesterday" }), /observedAt: /);
  assert.match(refused({ ...file, colour: "red" }), /colour.* Take it out/);
  assert.match(
    refused({ ...file, rules: { "token.missingJti": { value: "perhaps" } } }),
    /rules\.token\.missingJti\.value: .*use reject or accept/,
  );
  assert.match(
    refused({ ...file, rules: { "token.clockSkewSeconds": { value: "much" } } }),
    /rules\.token\.clockSkewSeconds\.value: .*whole number/,
  );
  assert.match(refused({ ...file, rules: { "token.missingJti": "accept" } }), /rules\.token\.missingJti: /);
});
