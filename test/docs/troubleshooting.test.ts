// The page of symptoms leads to everything there is: a new code of the decoder, or a new check of the doctor, fails here
// until a symptom stands on the page that leads to it.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  checksShown,
  codesKnown,
  codesShown,
  troubleshootingPage,
  unprinted,
} from "../../scripts/troubleshooting_page.ts";
import { checkAccessor, checkAwsSide } from "../../src/onboarding/doctor/aws_checks.ts";
import { profileRules } from "../../src/onboarding/doctor/profile.ts";
import { root } from "./checkout.ts";

/** Every name of a check, but those of a token's rules, which are shown by `--token`. */
function checksOfDoctor(): string[] {
  const sources = globSync("src/onboarding/doctor/*.ts", { cwd: root }).map((path) =>
    readFileSync(join(root, path), "utf8"),
  );
  const named = sources.flatMap((text) =>
    [...text.matchAll(/\b(?:failed|warning|passed|information)\(\s*"([\w.]+)"/g)].map(
      ([, name = ""]) => name,
    ),
  );
  const ofRules = profileRules.flatMap(({ checks }) => checks);
  const probes = (["identity", "role", "tag", "context", "exchange"] as const).map((name) => ({
    name,
    outcome: "passed" as const,
    seen: "",
  }));
  const ofAws = [...checkAwsSide(probes), ...checkAccessor({ passages: 1 })].map(({ check }) => check);
  return [...new Set([...named, ...ofRules, ...ofAws])].filter((name) => !name.startsWith("token."));
}

test("every code of the decoder has a printed text that leads to it", () => {
  const shown = codesShown();
  assert.ok(codesKnown.length > 35, String(codesKnown.length));
  assert.deepEqual(
    codesKnown.filter((code) => !shown.has(code) && !unprinted.includes(code)),
    [],
  );
  assert.deepEqual(
    unprinted.filter((code) => shown.has(code) || !codesKnown.includes(code)),
    [],
  );
});

test("every check of the doctor stands beside something that one sees", () => {
  const checks = checksOfDoctor();
  assert.ok(checks.length > 25, checks.join(" "));
  assert.deepEqual(
    checks.filter((name) => !checksShown.has(name)),
    [],
  );
  assert.deepEqual(
    [...checksShown].filter((name) => !checks.includes(name)),
    [],
  );
});

test("a row says what it means, the likeliest cause and what to do", () => {
  const rows = troubleshootingPage()
    .split("\n")
    .filter((line) => /^\| (`|the same)/.test(line));
  assert.ok(rows.length >= codesKnown.length - unprinted.length);
  for (const row of rows) {
    const cells = row.slice(2, -2).split(" | ");
    assert.equal(cells.length, 4, row);
    assert.ok(
      cells.every((cell) => cell.length > 3 && cell !== "undefined"),
      row,
    );
  }
});
