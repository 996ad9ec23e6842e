// `tti-sandbox probe` as it is typed: against a sandbox in place of AWS, and what is said of words that are not right.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describeReport } from "../../src/command/probe_text.ts";
import { runSandboxCommand } from "../../src/command/sandbox_command.ts";
import { exampleSeed, listRules, startSandbox } from "../../src/index.ts";

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "probe-command-"));
});
after(() => rm(directory, { recursive: true }));

async function run(words: string[], ask?: (question: string) => Promise<boolean>) {
  const out: string[] = [];
  const err: string[] = [];
  const exitCode = await runSandboxCommand(words, {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    stopped: async () => {},
    ...(ask === undefined ? {} : { ask }),
  });
  return { exitCode, out: out.join("\n"), err: err.join("\n") };
}

test("a probe is asked of a sandbox, and another obeys what it saw", async () => {
  const sandbox = await startSandbox({
    port: 0,
    allowLocalIssuers: true,
    rules: { "token.missingJti": "accept" },
    seed: exampleSeed(),
  });
  const file = join(directory, "observed.json");
  const { accessKeyId = "", secretAccessKey = "" } = sandbox.seedResult.credentials["acme-admin"] ?? {};
  const program = fileURLToPath(new URL("../../bin/tti-sandbox.mjs", import.meta.url));
  const words = ["probe", "--endpoint-url", sandbox.url, "--region", "us-east-1", "--yes", "--out", file];
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [program, ...words, "--only", "token.missingJti", "--only", "token.replayScope", "--json"],
    { env: { ...process.env, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } },
  );
  await sandbox.close();
  assert.match(stderr, /token\.missingJti = accept\n.*: 200 OK, request [0-9a-f-]{36}/);
  assert.match(stderr, /makes, and removes again:\n.*a user, a trusted token issuer/);
  assert.match(stderr, /Left out:\n {2}token\.replayScope: .*--other-region/);
  assert.equal(JSON.parse(stdout).observed.rules["token.missingJti"].value, "accept");
  const obeyed = await run(["--rules", file, "--port", "0"]);
  assert.equal(obeyed.exitCode, 0);
  assert.match(obeyed.err, /Rules: 1 of .*observed\.json, observed at AWS in us-east-1/);
});

test("a file of a newer version, or with a fault, starts nothing and is told; switches it does not know are passed over", async () => {
  const file = join(directory, "other.json");
  const document = { format: 1, observedAt: "2026-11-27T03:29:09Z", region: "us-east-1", rules: {} };
  await writeFile(file, JSON.stringify({ ...document, format: 9 }));
  assert.match((await run(["--rules", file, "--port", "0"])).err, /format: it is 9.*update tti-sandbox/);
  await writeFile(file, JSON.stringify({ ...document, rules: { "token.type": { value: "some" } } }));
  assert.match((await run(["--rules", file, "--port", "0"])).err, /rules\.token\.type\.value/);
  await writeFile(file, JSON.stringify({ ...document, rules: { "token.new": { value: "some" } } }));
  const { exitCode, err } = await run(["--rules", file, "--port", "0"]);
  assert.equal(exitCode, 0);
  assert.match(err, /Passed over, because this version has no such switch: token\.new/);
  assert.match((await run([file])).err, /stands after --seed, --state or --rules/);
});

test("nothing is made without a yes", async () => {
  const words = ["probe", "--region", "us-east-1", "--endpoint-url", "http://127.0.0.1:9"];
  const { exitCode, err } = await run(words);
  assert.equal(exitCode, 1);
  assert.match(err, /there is no terminal: give --yes[\s\S]*code: PROBE_NOT_CONFIRMED/);
});

test("its help says which keys a trial needs; without them, and at a dead port, it says what to do", async (t) => {
  assert.match((await run(["probe", "--help"])).out, /AWS_SECRET_ACCESS_KEY of acme-admin/);
  const words = ["probe", "--region", "us-east-1", "--endpoint-url", "http://127.0.0.1:9", "--yes"];
  const names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;
  const before = names.map((name) => process.env[name]);
  t.after(() => {
    for (const [at, name] of names.entries()) {
      if (before[at] === undefined) delete process.env[name];
      else process.env[name] = before[at];
    }
  });
  for (const name of names) process.env[name] = "none";
  const dead = await run([...words, "--out", join(directory, "dead.json")]);
  assert.match(dead.err, /Check --endpoint-url http:\/\/127\.0\.0\.1:9: does a sandbox listen there\?/);
  assert.doesNotMatch(dead.err, /--region and the network/);
  const nobody = await run([...words, "--profile", "tti-nobody", "--out", join(directory, "nobody.json")]);
  assert.match(nobody.err, /[^.]\. Export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of acme-admin/);
});

test("a run that was stopped counts what it did not ask", () => {
  const result = { name: "token.type", outcome: "observed", value: "any", evidence: [] } as const;
  const report = { results: [result], left: [], wasStopped: true };
  assert.match(
    describeReport(report, undefined, { chosen: 11 }),
    /^1 of 11 switches observed; 10 not asked\.$/,
  );
  assert.match(describeReport(report, undefined, { chosen: 1 }), /^1 of 1 switches observed\.$/);
});

test("what is wrong with its words is told with the option and what to write", async () => {
  const good = ["probe", "--region", "us-east-1", "--yes", "--issuer-url", "https://probe.example.com"];
  for (const [words, expected] of [
    [["probe", "--yes"], /--region is missing/],
    [["probe", "--region", "us-east-1", "--yes"], /--issuer-url is missing: .*--listen PORT/],
    [good, /give --listen PORT or --publish DIR/],
    [[...good, "--listen", "x"], /--listen x is no port/],
    [[...good, "--listen", "1", "--publish", "."], /exclude each other/],
    [[...good, "--listen", "1", "--only", "token.nothing"], /there is no such switch: .*--list/],
    [[...good, "--listen", "1", "--only", "signature.clock"], /has no probe: the sandbox's own/],
    [[...good, "--listen", "1", "--wait", "long"], /--wait long is no number of seconds/],
    [
      ["probe", "--region", "r", "--issuer-url", "probe.example.com", "--listen", "1"],
      /is no URL of an issuer/,
    ],
  ] as const) {
    const { exitCode, err } = await run([...words]);
    assert.equal(exitCode, 1, words.join(" "));
    assert.match(err, expected);
    assert.match(err, /code: PROBE_OPTION_INVALID/);
  }
  const unknown = await run(["probe", "--profil", "x"]);
  assert.equal(unknown.exitCode, 2);
  assert.match(unknown.err, /See: tti-sandbox probe --help/);
});

test("its help has examples, and its list and its page name every switch", async () => {
  assert.match((await run(["probe", "--help"])).out, /Examples:\n {2}\$ tti-sandbox probe --list/);
  const { out } = await run(["probe", "--list", "--json"]);
  const { probes, unprobed } = JSON.parse(out) as Record<string, { switch: string; why?: string }[]>;
  const listed = [...(probes ?? []), ...(unprobed ?? [])].map((each) => each.switch);
  const names = listRules().map(({ name }) => name);
  assert.deepEqual([...listed].sort(), [...names].sort());
  const page = await readFile(new URL("../../docs/probes.md", import.meta.url), "utf8");
  const table = page.split("## Switches without a probe")[1]?.split("\n## ")[0] ?? "";
  for (const { switch: name, why = "" } of unprobed ?? []) {
    assert.ok(table.includes(`| \`${name}\` | ${why} |`), name);
  }
  assert.equal(table.match(/^\| `/gm)?.length, unprobed?.length);
});
