// The doctor at a terminal, beside a running provider and without one: what it prints, and its exit code.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Finding } from "../../src/onboarding/doctor/finding.ts";
import { type ExampleWorld, openExampleWorld } from "../examples/example_world.ts";
import { openTypedTerminal } from "../support/typed.ts";

let world: ExampleWorld;
before(async () => {
  world = await openExampleWorld();
});
after(() => world.close());

interface Diagnosis {
  ok: boolean;
  findings: Finding[];
}

test("beside `tti dev` nothing fails, and what is wanting for production is a warning", async () => {
  const done = await world.terminal.tti("doctor");
  assert.equal(done.exitCode, 0, done.stdout + done.stderr);
  assert.match(done.stdout, /^✓ aws_client: tti-demo/m);
  assert.match(done.stdout, /^! domain_policy: .* is off\n {4}why: An address of one customer's domain/m);
  assert.match(done.stdout, /^i presence: acme is "offline"/m);
  assert.match(done.stdout, /^✓ discovery: .* \(I-4, I-5, I-6\)$/m);
  assert.match(
    done.stdout,
    /\nProfile \(docs\/tti-profile\.md\): \d+ rules kept; doubtful I-2, .*not looked at\.\n/,
  );
  assert.match(done.stdout, /\n0 failed, \d warnings, \d+ passed\.\n$/);
});

test("a token it minted passes every rule, from a file and from standard input", async () => {
  const { stdout: token } = await world.terminal.tti("token --tenant acme --user ada@acme.example");
  const path = join(world.terminal.dataDir, "token");
  writeFileSync(path, token);
  const fromFile = await world.terminal.tti(`doctor --token ${path} --json`);
  assert.equal(fromFile.exitCode, 0, fromFile.stdout);
  const { ok, findings } = fromFile.json<Diagnosis>();
  assert.ok(ok);
  const checked = findings.filter(({ check }) => check.startsWith("token."));
  // Nobody has logged in here, and a token that nobody logged in for names no time of it.
  const others = checked.filter(({ check }) => check !== "token.auth_time_missing");
  assert.equal(checked.length - others.length, 1);
  assert.ok(others.length > 10 && others.every(({ outcome }) => outcome === "passed"));
  const piped = await world.terminal.tti("doctor --token -", token);
  assert.equal(piped.exitCode, 0, piped.stdout);
});

test("a token of another issuer fails, with exit code 1", async () => {
  const done = await world.terminal.tti("doctor --token - --json", "e30.e30.c2ln");
  assert.equal(done.exitCode, 1);
  assert.equal(done.json<Diagnosis>().ok, false);
});

test("the URL of another issuer is looked at alone", async () => {
  const done = await world.terminal.tti(`doctor ${world.environment.demoUrl} --json`);
  assert.equal(done.exitCode, 1);
  const names = new Set(done.json<Diagnosis>().findings.map(({ check }) => check));
  assert.ok(names.has("discovery") && !names.has("aws_client"));
});

test("settings that cannot be used, and a store that is not there, are findings too", async () => {
  const place = openTypedTerminal({ TTI_ISSUER: "https://login.example.com" });
  const unset = await place.tti("doctor --json");
  assert.equal(unset.exitCode, 1);
  assert.deepEqual(
    unset.json<Diagnosis>().findings.map(({ check }) => check),
    ["secrets", "settings", "settings"],
  );
  place.close();
  const empty = openTypedTerminal({ TTI_MODE: "development", PORT: "1" });
  const done = await empty.tti("doctor --json");
  assert.equal(done.exitCode, 1);
  assert.equal(done.json<Diagnosis>().findings[0]?.check, "store");
  empty.close();
});

test("a file or URL that makes no sense is told as such", async () => {
  assert.equal((await world.terminal.tti("doctor ftp://x")).exitCode, 2);
  const missing = await world.terminal.tti("doctor --token ./not-there");
  assert.equal(missing.exitCode, 1);
  assert.match(missing.stderr, /code: invalid_input/);
});

test("your side of AWS and a customer's accessor are looked at, step by step", async () => {
  const done = await world.terminal.tti("doctor --aws --tenant acme --user ada@acme.example --json");
  assert.equal(done.exitCode, 0, done.stdout + done.stderr);
  const told = done
    .json<Diagnosis>()
    .findings.filter(({ check }) => /^(aws|tenant)\./.test(check))
    .map(({ check, outcome }) => `${check} ${outcome}`);
  assert.deepEqual(told, [
    "aws.identity passed",
    "aws.role passed",
    "aws.tag passed",
    "aws.context information",
    "aws.exchange passed",
    "tenant.state passed",
    "tenant.domains information",
    "tenant.people passed",
    "tenant.presence information",
    "tenant.accessors passed",
    "tenant.accessor passed",
    "tenant.token passed",
    "tenant.tag passed",
    "tenant.exchange passed",
    "tenant.context passed",
    // What it asks for stands nowhere in the demo: it was answered, with nothing.
    "tenant.search information",
  ]);
});

test("a user AWS does not know, and one nobody knows, fail with the step at which it ends", async () => {
  assert.equal(
    (
      await world.terminal.tti(
        "user create --tenant acme --email eve@acme.example --password-stdin",
        "Sunrise-over-9-hills",
      )
    ).exitCode,
    0,
  );
  const strange = await world.terminal.tti("doctor --tenant acme --user eve@acme.example");
  assert.equal(strange.exitCode, 1);
  assert.match(strange.stdout, /^✗ tenant\.(token|exchange): .*\n {4}why: .*\n {4}fix: /m);
  const nobody = await world.terminal.tti("doctor --tenant acme --user nobody@acme.example");
  assert.match(nobody.stdout, /^✗ tenant\.accessor: .*\n {4}why: .*\n {4}fix: /m);
  const missing = await world.terminal.tti("doctor --tenant acme");
  assert.equal(missing.exitCode, 2);
  assert.match(missing.stderr, /--user is missing/);
});
