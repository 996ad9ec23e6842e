// `tti sandbox` at the terminal: only the local AWS, with its seed, switches, state and documents.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { exampleSeed, simulatedServicesText } from "tti-sandbox";
import type { RunningCommand, TestTerminal } from "../support/terminal.ts";
import { openTypedTerminal } from "../support/typed.ts";

interface Started {
  url: string;
  seed: { credentials: Record<string, { accessKeyId: string; secretAccessKey: string }> };
}

describe("tti sandbox", () => {
  let terminal: TestTerminal;
  let seedFile: string;
  before(async () => {
    terminal = openTypedTerminal();
    seedFile = join(terminal.dataDir, "seed.json");
    const example = await terminal.tti("sandbox --example-seed");
    assert.equal(example.exitCode, 0);
    writeFileSync(seedFile, example.stdout);
  });
  after(() => terminal.close());

  const started = async (command: RunningCommand) => JSON.parse(await command.printed("\n}\n")) as Started;

  it("says in its help which services it simulates, by the sandbox's own list", async () => {
    const { stdout } = await terminal.tti("sandbox --help");
    assert.ok(stdout.includes(simulatedServicesText), stdout);
  });

  it("lists every switch with its default, certainty and source", async () => {
    const { rules } = (await terminal.tti("sandbox --rules --json")).json<{
      rules: Record<string, string>[];
    }>();
    assert.ok(rules.length > 20);
    for (const rule of rules)
      assert.ok(rule["name"] && rule["default"] && rule["certainty"] && rule["source"]);
    assert.match(
      (await terminal.tti("sandbox --rules")).stdout,
      /issuer\.allowLocal = deny {2}\(or allow, addressOnly\)/,
    );
  });

  it("prints the example seed of tti-sandbox, for the issuer that is named", async () => {
    for (const issuer of ["own", "https://idp.example.com"]) {
      const { stdout } = await terminal.tti(`sandbox --example-seed --issuer ${issuer}`);
      assert.deepEqual(JSON.parse(stdout), exampleSeed(issuer));
    }
    for (const words of ["sandbox --example-seed --issuer mine", "sandbox --issuer own"]) {
      const { exitCode, stderr } = await terminal.tti(words);
      assert.notEqual(exitCode, 0);
      assert.match(stderr, /--issuer/);
    }
  });

  it("starts from its own example seed and answers an AWS SDK client", async () => {
    const command = terminal.start(`sandbox --json --port 0 --seed ${seedFile}`);
    try {
      const { url, seed } = await started(command);
      const credentials = seed.credentials["isv"];
      assert.ok(credentials);
      const sts = new STSClient({ region: "us-east-1", endpoint: url, credentials });
      const identity = await sts.send(new GetCallerIdentityCommand({}));
      sts.destroy();
      assert.match(String(identity.Arn), /^arn:aws:sts::111122223333:assumed-role\/isv-application\//);
      // Mistakes of the vendor are mended in the vendor's account.
      assert.ok(seed.credentials["isv-admin"]);
    } finally {
      assert.equal((await command.stop()).exitCode, 0);
    }
  });

  it("tells on standard error why it refused, with the rule and the fix", async () => {
    const command = terminal.start(`sandbox --json --port 0 --seed ${seedFile}`);
    const { url } = await started(command);
    const sts = new STSClient({
      region: "us-east-1",
      endpoint: url,
      credentials: { accessKeyId: "AKIAUNKNOWNUNKNOWN00", secretAccessKey: "canary-secret" },
    });
    await assert.rejects(sts.send(new GetCallerIdentityCommand({})), { name: "InvalidClientTokenId" });
    sts.destroy();
    const { stderr } = await command.stop();
    assert.match(stderr, /403 sts .*InvalidClientTokenId\n\s+why: .+\n(\s+rule: .+\n)?\s+fix: /);
    assert.ok(!stderr.includes("canary"));
  });

  it("indexes a folder into a running one", async () => {
    const folder = join(terminal.dataDir, "handbook");
    mkdirSync(folder);
    writeFileSync(join(folder, "holidays.md"), "# Holidays\n\nThirty days a year.\n");
    writeFileSync(join(folder, "picture.png"), "no text");
    const command = terminal.start(`sandbox --json --port 0 --seed ${seedFile}`);
    try {
      const { url } = await started(command);
      const words = `sandbox load ${folder} --application acme-search --as acme-admin --url ${url}`;
      const loaded = await terminal.tti(words);
      assert.equal(loaded.exitCode, 0, loaded.stderr);
      assert.equal(loaded.stdout, "Indexed 1 documents in acme-search.\n");
      assert.match(loaded.stderr, /left out picture\.png: /);
      const wrong = await terminal.tti(`sandbox load ${folder} --application nix --url ${url}`);
      assert.equal(wrong.exitCode, 2);
      assert.match(wrong.stderr, /It has: acme-search/);
    } finally {
      await command.stop();
    }
  });

  for (const [words, problem] of [
    ["sandbox --seed /nowhere.json", /\/nowhere\.json cannot be read: ENOENT/],
    ["sandbox --rule issuer.allowLocl=allow", /issuer\.allowLocl/],
    ["sandbox --rule issuer.allowLocal=perhaps", /perhaps/],
    ["sandbox load . --application x --url http://127.0.0.1:1", /No local AWS answers at/],
  ] as const) {
    it(`refuses "tti ${words}"`, async () => {
      const { exitCode, stdout, stderr } = await terminal.tti(words);
      assert.notEqual(exitCode, 0);
      assert.equal(stdout, "");
      assert.match(stderr, problem);
    });
  }

  it("names every fault of a seed", async () => {
    const path = join(terminal.dataDir, "wrong.json");
    writeFileSync(path, JSON.stringify({ accounts: [{ id: "12", name: "x" }], isvz: [] }));
    const { exitCode, stderr } = await terminal.tti(`sandbox --port 0 --seed ${path}`);
    assert.equal(exitCode, 1);
    assert.match(stderr, /accounts\[0\]\.id: must be twelve digits/);
    assert.match(stderr, /isvz/);
  });
});
