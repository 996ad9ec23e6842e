// What is to be done about an error is written once: in the tables that give it to the error itself and to whoever explains
// the error later. No place that throws has words of its own.

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { otherCodes } from "../../src/error_codes.ts";
import { otherFixes } from "../../src/failures/other_fixes.ts";
import { explainKeyFault } from "../../src/id_token/key_faults.ts";
import { explainCode, failureCatalogue, idTokenRules } from "../../src/index.ts";

const source = fileURLToPath(new URL("../../src/", import.meta.url));
const read = (path: string): string => readFileSync(join(source, path), "utf8");

/** The tables: AWS's failures (and what is none of them), those of setting up, of a token's rules, of an issuer's keys, and all others. */
const tables =
  /^(?:failures\/(?:\w+_failures|other_fixes|explain_failure)|decoder\/set_up_failures|id_token\/(?:advice|content_rules|id_token_rules|time_rules|key_faults|tenant_lock|id_token))\.ts$/;

test("a fix is written in the tables only", () => {
  const written = globSync("**/*.ts", { cwd: source })
    .filter((path) => !tables.test(path))
    .filter((path) => /\bfix(?:es)?(?:: string)?\s*[:=]\s*(?:\([^)]*\)\s*=>\s*)?["'`]/.test(read(path)));
  assert.deepEqual(written, []);
});

test("each place that throws an error of the family takes its fix from there", () => {
  const throwing = globSync("**/*.ts", { cwd: source }).filter((path) =>
    /new (?:ExchangeSettingsError|IdTokenError|AwsStepError|ExchangeDeadlineError|SignInRequiredError|AuthorizationError)\(/.test(
      read(path),
    ),
  );
  assert.ok(throwing.length > 8, throwing.join());
  const takes =
    /otherFixes|withoutIdTokenFixes|explainFailure|explainKeyFault|\bfix\b\s*[,}(]|\.fix\b|tooLargeFix/;
  assert.deepEqual(
    throwing.filter((path) => !takes.test(read(path))),
    [],
  );
});

test("what explains a code says the same as the error of that code", () => {
  const faults = [
    { kind: "not-found" },
    { kind: "ambiguous", count: 2 },
    { kind: "unusable", why: "" },
    { kind: "does-not-verify" },
  ] as const;
  const ofKeys = faults.map((fault) => explainKeyFault(fault, "of the token", "of the token"));
  const nothing = {
    compact: "",
    header: {},
    claims: {},
    expected: { issuer: "the issuer", audience: undefined },
    nowSeconds: 0,
  };
  for (const code of Object.keys(otherCodes)) {
    const rule = idTokenRules.find(({ name, level }) => level === "required" && code === `id_token_${name}`);
    const own =
      Reflect.get(otherFixes, code) ?? rule?.fix(nothing) ?? ofKeys.find((one) => one.code === code)?.fix;
    assert.equal(explainCode(code)?.fix, own, code);
    assert.ok(typeof own === "string" && own.length > 10, code);
  }
  for (const { code, fix } of failureCatalogue) {
    assert.equal(typeof fix, "function", code);
    assert.ok((explainCode(code)?.fix.length ?? 0) > 10, code);
  }
});
