import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { keyPolicy, keyPolicyOf } from "../../../src/provider/keys/policy.ts";

describe("the key policy", () => {
  test("publishes for a day, signs for 90 days, and keeps keys a day beyond the longest token", () => {
    const policy = keyPolicy({ longestTokenSeconds: 3600 });
    assert.equal(policy.publishLeadSeconds, 86_400);
    assert.equal(policy.signingPeriodSeconds, 90 * 86_400);
    assert.equal(policy.retentionSeconds, 3600 + 86_400);
  });

  test("counts logout tokens among the tokens that must stay verifiable", () => {
    const settings = { keyPublishLeadSeconds: 86_400, keySigningPeriodSeconds: 86_400 };
    assert.equal(keyPolicyOf({ ...settings, idTokenTtlSeconds: 30 }).longestTokenSeconds, 120);
    assert.equal(keyPolicyOf({ ...settings, idTokenTtlSeconds: 300 }).longestTokenSeconds, 300);
  });

  const refused = [
    { change: { publishLeadSeconds: 334 }, field: "publishLeadSeconds", message: /at least 335/ },
    {
      change: { signingPeriodSeconds: 86_399 },
      field: "signingPeriodSeconds",
      message: /shorter than publishLead/,
    },
    { change: { retentionSeconds: 634 }, field: "retentionSeconds", message: /at least 635/ },
    { change: { pollIntervalSeconds: 0 }, field: "pollIntervalSeconds", message: /positive number/ },
    { change: { clockSkewSeconds: Number.NaN }, field: "clockSkewSeconds", message: /positive number/ },
  ];
  for (const { change, field, message } of refused) {
    test(`with ${JSON.stringify(change)} is refused, naming ${field} and the rule`, () => {
      const expected = { code: "invalid_config", field, message };
      assert.throws(() => keyPolicy({ longestTokenSeconds: 300, ...change }), expected);
    });
  }

  test("at the edge of every rule is accepted", () => {
    keyPolicy({
      longestTokenSeconds: 300,
      publishLeadSeconds: 335,
      signingPeriodSeconds: 335,
      retentionSeconds: 635,
    });
  });
});
