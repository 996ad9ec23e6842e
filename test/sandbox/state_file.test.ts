// The state file: what survives a restart, when the state begins anew, and files that are no state.
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { SandboxSetupError, startSandbox } from "../../src/sandbox/index.ts";
import { createSigningKey, startIssuer, type TestIssuer } from "./support/issuer.ts";
import { exampleSeed, startExample, stepsOf } from "./support/world.ts";

let issuer: TestIssuer;
let directory: string;
let files = 0;
const ada = { email: "ada@acme.example" };

before(async () => {
  issuer = await startIssuer(await createSigningKey("k1"));
  directory = await mkdtemp(join(tmpdir(), "sandbox-state-"));
});

after(async () => {
  await issuer.close();
  await rm(directory, { recursive: true });
});

function freshPath(): string {
  files += 1;
  return join(directory, `state-${files}.json`);
}

test("sessions, identity contexts, documents and the moved clock survive a restart", async () => {
  const statePath = freshPath();
  const first = await startExample(issuer.url, { statePath });
  const { assumeRole, exchange, enhanced } = stepsOf(first);
  const session = await assumeRole();
  const context = (await exchange(await issuer.token(ada))).awsAdditionalDetails?.identityContext ?? "";
  const keys = await enhanced(context);
  first.control.advanceClock(60);
  await first.close();

  const second = await startExample(issuer.url, { statePath });
  assert.equal(second.control.clock().offsetSeconds, 60);
  assert.deepEqual(second.seedResult, first.seedResult);
  const again = stepsOf(second);
  assert.equal((await again.search(keys)).relevantContent?.length, 3);
  await again.enhanced(context);
  second.control.setClockOffset(0);
  await again.exchange(await issuer.token(ada), { credentials: session });
  await second.close();
});

test("a page token survives a restart", async () => {
  const statePath = freshPath();
  const first = await startExample(issuer.url, { statePath });
  const { exchange, enhanced, search } = stepsOf(first);
  const keys = await enhanced(
    (await exchange(await issuer.token(ada))).awsAdditionalDetails?.identityContext ?? "",
  );
  const page = await search(keys, "vacation", { maxResults: 1 });
  assert.ok(page.nextToken);
  await first.close();
  const second = await startExample(issuer.url, { statePath });
  assert.equal(
    (await stepsOf(second).search(keys, "vacation", { maxResults: 1, nextToken: page.nextToken }))
      .relevantContent?.length,
    1,
  );
  await second.close();
});

test("the file is written some time after a request, readable by its owner only, without leftovers", async () => {
  const statePath = freshPath();
  const sandbox = await startExample(issuer.url, { statePath });
  const before = await readFile(statePath, "utf8");
  await stepsOf(sandbox).assumeRole();
  const deadline = Date.now() + 5000;
  while ((await readFile(statePath, "utf8")) === before && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.notEqual(await readFile(statePath, "utf8"), before);
  assert.equal((await stat(statePath)).mode & 0o077, 0);
  await sandbox.close();
  assert.deepEqual(
    (await readdir(directory)).filter((name) => name.endsWith(".tmp")),
    [],
  );
});

test("another seed begins anew, with a warning", async () => {
  const statePath = freshPath();
  const first = await startExample(issuer.url, { statePath });
  await first.close();
  const warnings: string[] = [];
  const seed = exampleSeed(issuer.url, { externalId: "changed" });
  const second = await startExample(issuer.url, {
    statePath,
    seed,
    onWarning: (message) => warnings.push(message),
  });
  assert.equal(second.seedResult.connections["example-isv"]?.externalId, "changed");
  assert.equal(warnings.length, 1);
  await second.close();
});

test("a file that is no state is refused and left alone", async () => {
  for (const text of ["not json", "[]", '{"format":2}', "null"]) {
    const statePath = freshPath();
    await writeFile(statePath, text);
    await assert.rejects(startExample(issuer.url, { statePath }), (error: unknown) => {
      assert.ok(error instanceof SandboxSetupError);
      assert.equal(error.code, "SANDBOX_STATE_INVALID");
      assert.match(error.message, /Delete it to begin anew/);
      return true;
    });
    assert.equal(await readFile(statePath, "utf8"), text);
  }
  await assert.rejects(startSandbox({ port: 0, statePath: directory }), { code: "SANDBOX_STATE_UNREADABLE" });
});

test("ids of a seeded source do not repeat after a restart", async () => {
  const statePath = freshPath();
  const first = await startExample(issuer.url, { statePath, randomSeed: "r" });
  const one = await stepsOf(first).assumeRole();
  await first.close();
  const second = await startExample(issuer.url, { statePath, randomSeed: "r" });
  const two = await stepsOf(second).assumeRole();
  await second.close();
  assert.notEqual(one.accessKeyId, two.accessKeyId);
});
