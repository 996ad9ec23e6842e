// The two samples that need no library: each mints a token and searches against the real provider and local AWS,
// registered by the commands their README names.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { addressesOf, type ExampleWorld, examples, openExampleWorld, runExample } from "./example_world.ts";

const folder = join(examples, "curl");
const script = join(folder, "mint_and_search.mjs");
const shell = join(folder, "mint_and_search.sh");
const query = "plan for 2027";

let world: ExampleWorld;
let nodeClient: Record<string, string>;
let shellClient: Record<string, string>;

before(async () => {
  world = await openExampleWorld();
  const file = (name: string) => join(world.terminal.dataDir, name);
  const purposes = "--mint-for acme --search-for acme";
  await world.tti("tenant update acme --login both --presence 'within 12'");
  await world.tti(`client create --id back-end ${purposes} --key-out ${file("back-end.json")}`);
  nodeClient = { ...addressesOf(world), KEY_FILE: file("back-end.json") };

  shellClient = { ...addressesOf(world), KEY_FILE: file("back-end.pem"), CLIENT_ID: "shell" };
  const made = await runExample("openssl", ["genrsa", "-out", file("back-end.pem"), "2048"], {});
  assert.equal(made.exitCode, 0, made.stderr);
  const keys = await runExample("bash", [shell, "--jwks"], shellClient);
  writeFileSync(file("back-end.jwks"), keys.stdout);
  await world.tti(
    `client create --id shell ${purposes} --jwks ${file("back-end.jwks")} --auth-method private_key_jwt`,
  );
});
after(() => world.close());

const asNode = (words: string[]) => runExample(process.execPath, [script, ...words], nodeClient);
const asShell = (words: string[]) => runExample("bash", [shell, ...words], shellClient);

for (const [name, run, client, ada, ben] of [
  ["fetch", asNode, "back-end", "n-ada", "n-ben"],
  ["curl", asShell, "shell", "s-ada", "s-ben"],
] as const) {
  test(`${name}: the token names the user and the tenant, and each user finds their own documents`, async () => {
    const first = await run(["acme", ada, "ada@acme.example", query]);
    assert.equal(first.exitCode, 0, first.stderr);
    const claims = JSON.parse(first.stdout.split("\n")[0] ?? "");
    const { aud, sub, email, tenant_id, act } = claims;
    assert.deepEqual(
      { aud, sub, email, tenant_id, act },
      {
        aud: "tti-demo",
        sub: ada,
        email: "ada@acme.example",
        tenant_id: "acme",
        act: { sub: client },
      },
    );
    assert.match(first.stdout, /Engineering plan for 2027/);
    assert.doesNotMatch(first.stdout, /People plan for 2027/);
    const second = await run(["acme", ben, "ben@acme.example", query]);
    assert.match(second.stdout, /People plan for 2027/);
    assert.doesNotMatch(second.stdout, /Engineering plan for 2027/);
  });

  test(`${name}: a tenant the client may not act for is refused, in words, with an exit code`, async () => {
    const refused = await run(["globex", "x-dana", "dana@globex.example", query]);
    assert.notEqual(refused.exitCode, 0);
    assert.match(refused.stderr, /tenant_not_allowed/);
    assert.doesNotMatch(refused.stdout, /2027/);
  });

  test(`${name}: a query with quotes and backslashes arrives as it is`, async () => {
    const found = await run(["acme", ada, "ada@acme.example", 'the "plan" \\ for 2027']);
    assert.equal(found.exitCode, 0, found.stderr + found.stdout);
  });
}

test("each sample is shorter than 60 lines and imports nothing but Node itself", () => {
  for (const path of [script, shell]) {
    assert.ok(existsSync(path));
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    assert.ok(lines.length < 60, `${path}: ${lines.length} lines`);
  }
  const imports = [...readFileSync(script, "utf8").matchAll(/from "([^"]+)"/g)].map(([, name]) => name ?? "");
  assert.ok(imports.length > 0 && imports.every((name) => name.startsWith("node:")), imports.join());
});
