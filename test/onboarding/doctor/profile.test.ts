// The profile and the doctor in step: every rule has a check that exists, every check of issuer and token a rule, numbers do
// not move, and each rule, broken by a fixture of its own, is told by its number and no other.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { idTokenRules } from "tti-exchange";
import { checkInstallation } from "../../../src/onboarding/doctor/installation_checks.ts";
import { conformanceOf, profileRules, rulesOf } from "../../../src/onboarding/doctor/profile.ts";
import { broken, installed, issuerFindings, tokenFindings } from "./broken_rules.ts";

// What another fault brings with it: a key that cannot be had verifies nothing.
const withIt: Readonly<Record<string, readonly string[]>> = {
  "K-2": ["K-5"],
  "T-4": ["T-2"],
  "T-5": ["T-2"],
  "T-6": ["T-2"],
};

for (const { number, level, rule } of profileRules) {
  test(`${number}, broken, is told by its number: ${rule}`, async () => {
    const findings = (await broken[number]?.()) ?? assert.fail("no fixture breaks it");
    const { broken: failed, doubtful } = conformanceOf(findings);
    const told = [...failed, ...doubtful].filter((other) => !withIt[number]?.includes(other));
    assert.deepEqual(
      told,
      [number],
      JSON.stringify(
        findings.filter(({ outcome }) => outcome !== "passed"),
        undefined,
        1,
      ),
    );
    // What ends by itself, and what would be a sin of AWS's users only, is no failure.
    const warns = level === "SHOULD" || number === "I-3";
    assert.equal(failed.includes(number), !warns);
    for (const finding of findings.filter((one) => rulesOf(one).includes(number) && one.outcome !== "passed"))
      assert.ok(finding.message && finding.cause && finding.fix, finding.check);
  });
}

test("an issuer and a token that keep every rule are told so, and nothing was left out", async () => {
  const findings = [...issuerFindings({}), ...(await tokenFindings({})), ...checkInstallation(installed())];
  const { kept, broken: failed, doubtful, unseen } = conformanceOf(findings);
  assert.deepEqual([failed, doubtful, unseen], [[], [], []]);
  assert.equal(kept.length, profileRules.length);
});

test("numbers are each one rule's, in order, and none has moved", () => {
  const numbers = profileRules.map(({ number }) => number);
  assert.deepEqual(numbers, Object.keys(broken));
  const count = (letter: string) => numbers.filter((number) => number.startsWith(letter)).length;
  assert.deepEqual([count("I"), count("K"), count("T")], [12, 7, 23]);
  const rows = profileRules.flatMap(({ number, checks }) => (number.startsWith("T-") ? checks : []));
  // Whoever was told T-16 last year looks for it here: new rows go to the end of the numbers, wherever they are asked.
  assert.deepEqual(rows.slice(0, 3), ["token.form", "token.signature", "token.too_large"]);
  assert.deepEqual(rows.slice(-2), ["token.long_lived", "token.auth_time_missing"]);
});

test("every check of issuer and token has a rule, and every rule a check that exists", () => {
  const folder = join(
    dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url))))),
    "src/onboarding/doctor",
  );
  const named = (pattern: string) =>
    globSync(pattern, { cwd: folder })
      .map((path) => readFileSync(join(folder, path), "utf8"))
      .flatMap((text) => [
        ...text.matchAll(/\b(?:passed|failed|warning|information|reachability)\(\s*"([\w.]+)"/g),
      ])
      .map(([, check = ""]) => check);
  const outside = new Set([
    ...named("{issuer_*,key_set_checks}.ts"),
    ...idTokenRules.map(({ name }) => `token.${name}`),
    "token.form",
    "token.signature",
  ]);
  const ruled = new Set(profileRules.flatMap(({ checks }) => checks));
  assert.deepEqual(
    [...outside].filter((check) => !ruled.has(check)),
    [],
  );
  const known = new Set([...outside, ...named("*.ts")]);
  assert.deepEqual(
    [...ruled].filter((check) => !known.has(check)),
    [],
  );
});
