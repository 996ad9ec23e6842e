// The grammar of policy documents: what is taken, what is refused and why.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { PolicyGrammarError, parsePolicy } from "../../src/policy/parse_policy.ts";
import "../../../../test/support/property_seed.ts";

const statement = { Effect: "Allow", Action: "sts:AssumeRole", Resource: "*" };

describe("parsePolicy", () => {
  it("takes text and JSON alike, one statement or a list", () => {
    const document = { Version: "2012-10-17", Statement: statement };
    assert.deepEqual(parsePolicy(JSON.stringify(document), "identity"), document);
    assert.deepEqual(parsePolicy({ Statement: [statement] }, "identity"), { Statement: [statement] });
  });

  it("turns condition values into text, which is what they are compared as", () => {
    const Condition = { Bool: { "aws:SecureTransport": true }, NumericLessThan: { "aws:x": [1, 2] } };
    const { Statement: parsed } = parsePolicy({ Statement: { ...statement, Condition } }, "identity");
    assert.ok(!Array.isArray(parsed));
    assert.deepEqual(parsed.Condition, {
      Bool: { "aws:SecureTransport": "true" },
      NumericLessThan: { "aws:x": ["1", "2"] },
    });
  });

  const refused: [string, unknown, "identity" | "resource", RegExp][] = [
    ["both Action and NotAction", { ...statement, NotAction: "a:b" }, "identity", /exactly one of Action/],
    ["an empty action list", { ...statement, Action: [] }, "identity", /Missing required field Action/],
    ["an action without service", { ...statement, Action: "AssumeRole" }, "identity", /prefaced by a vendor/],
    ["a Sid with a dash", { ...statement, Sid: "a-b" }, "identity", /alpha-numeric/],
    ["a condition that is no map", { ...statement, Condition: ["x"] }, "identity", /Condition/],
    [
      "a principal of an unknown kind",
      { ...statement, Principal: { Everyone: "*" } },
      "resource",
      /Invalid principal/,
    ],
    ["an empty principal", { ...statement, Principal: {} }, "resource", /Invalid principal/],
  ];
  for (const [what, value, kind, message] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(() => parsePolicy({ Statement: [value] }, kind), { name: "PolicyGrammarError", message });
    });
  }

  it("refuses two statements of one Sid", () => {
    const named = { ...statement, Sid: "same" };
    assert.throws(() => parsePolicy({ Statement: [named, named] }, "identity"), /must be unique: same/);
  });

  it("throws nothing but its own error, whatever it is given", () => {
    const anything = fc.oneof(fc.jsonValue(), fc.string(), fc.record({ Statement: fc.jsonValue() }));
    fc.assert(
      fc.property(anything, fc.constantFrom("identity", "resource"), (value, kind) => {
        try {
          parsePolicy(value, kind);
        } catch (error) {
          assert.ok(error instanceof PolicyGrammarError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
