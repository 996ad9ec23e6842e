// The tti-sandbox command: its seed, what it prints, files as editors and shells write them, and its faults.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { runSandboxCommand } from "../../src/command/sandbox_command.ts";
import { exampleSeed, startSandbox } from "../../src/index.ts";

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "sandbox-command-"));
});
after(() => rm(directory, { recursive: true }));

async function run(words: string[], whileItRuns: () => Promise<void> = async () => {}) {
  const out: string[] = [];
  const err: string[] = [];
  const exitCode = await runSandboxCommand(words, {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    stopped: whileItRuns,
  });
  return { exitCode, out: out.join("\n"), err: err.join("\n") };
}

test("its example seed starts, and prints credentials that are whole", async () => {
  const path = join(directory, "seed.json");
  await writeFile(path, (await run(["--example-seed"])).out);
  const { exitCode, out } = await run(["--seed", path, "--port", "0"]);
  assert.equal(exitCode, 0);
  assert.match(
    out,
    /export AWS_ACCESS_KEY_ID=ASIA\w+\n {2}export AWS_SECRET_ACCESS_KEY=\S+\n {2}export AWS_SESSION_TOKEN=\S+/,
  );
  assert.match(out, /export AWS_ENDPOINT_URL_SSO_OIDC=http:/);
  assert.doesNotMatch(out, /AWS_ENDPOINT_URL=/);
});

test("the example's application role, with its session token, assumes the registered role", async () => {
  const sandbox = await startSandbox({ port: 0, seed: exampleSeed() });
  const credentials = sandbox.seedResult.credentials["isv"];
  assert.ok(credentials?.sessionToken);
  const sts = new STSClient({ region: "us-east-1", endpoint: sandbox.url, credentials });
  const RoleArn = sandbox.seedResult.roles["isv"];
  const Tags = [{ Key: "qbusiness-dataaccessor:ExternalId", Value: "acme" }];
  await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "test", Tags }));
  sts.destroy();
  await sandbox.close();
});

test("a seed is read as editors and shells write it: with a byte order mark, or as UTF-16", async () => {
  const text = JSON.stringify(exampleSeed());
  const utf16 = Buffer.from(`\ufeff${text}`, "utf16le");
  for (const bytes of [Buffer.from(`\ufeff${text}`), utf16, Buffer.from(utf16).swap16()]) {
    const path = join(directory, "marked.json");
    await writeFile(path, bytes);
    assert.equal((await run(["--seed", path, "--port", "0"])).exitCode, 0);
  }
});

test("a file that is no seed is told with its place", async () => {
  const path = join(directory, "wrong.json");
  await writeFile(path, '{\n  "accounts": [,]\n}');
  assert.match((await run(["--seed", path])).err, /wrong\.json, line 2: is not JSON/);
  await writeFile(path, Buffer.from([0x7b, 0xe4, 0x7d]));
  assert.match((await run(["--seed", path])).err, /neither UTF-8 nor UTF-16/);
  assert.match((await run(["--seed", join(directory, "none.json")])).err, /cannot be read: ENOENT/);
});

test("a state that cannot be saved at the end is told, and ends with 1; one that can ends with 0", async () => {
  const state = join(directory, "state.json");
  const words = ["--port", "0", "--state", state];
  assert.equal((await run(words)).exitCode, 0);
  const { exitCode, err } = await run(words, () => writeFile(`${state}.lock`, "{}"));
  assert.equal(exitCode, 1);
  assert.match(err, /The state could not be saved: /);
});

test("words it does not know end with 2, faults with 1 and their code", async () => {
  assert.equal((await run(["--sed", "x"])).exitCode, 2);
  for (const words of [
    ["--port", "x"],
    ["--rule", "x"],
    ["--rule", "token.audienceArray=maybe"],
  ]) {
    const { exitCode, err } = await run(words);
    assert.equal(exitCode, 1);
    assert.match(err, /code: SANDBOX_/);
  }
});

test("the program itself runs from a clone", async () => {
  const program = fileURLToPath(new URL("../../bin/tti-sandbox.mjs", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program, "--rules"]);
  assert.match(stdout, /token\.missingJti = reject/);
});

test("an option without its value is told so, and a misspelt switch with the one that was meant", async () => {
  for (const words of [["--state"], ["--state", "--json"], ["--port", "0", "--state"]]) {
    const { exitCode, err } = await run(words);
    assert.equal(exitCode, 2);
    assert.match(err, /^error: --state has no value: write one after it\.\n {2}See: tti-sandbox --help$/);
  }
  const { err } = await run(["--rule", "token.missingJt=accept"]);
  assert.match(err, /There is no sandbox rule "token\.missingJt"\. Did you mean "token\.missingJti"\?/);
  assert.ok(err.length < 250, err);
});
