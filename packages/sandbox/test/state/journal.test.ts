// What was acknowledged is on disk: a copy of the files, taken after any answer, holds it, and so does what a killed
// sandbox leaves. The journal alone is tried without a sandbox, cut off at every byte.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, copyFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { BatchPutDocumentCommand, QBusinessClient } from "@aws-sdk/client-qbusiness";
import { type Sandbox, SandboxSetupError } from "../../src/index.ts";
import { createWorld } from "../../src/state/index.ts";
import { openJournal, readJournal } from "../../src/state/journal.ts";
import { watchWorld } from "../../src/state/watch_world.ts";
import { createSigningKey, startIssuer, type TestIssuer } from "../support/issuer.ts";
import { exampleSeed, Q_REGION, startExample, stepsOf } from "../support/world.ts";

let issuer: TestIssuer;
let directory: string;
let files = 0;

before(async () => {
  issuer = await startIssuer(await createSigningKey("k1"));
  directory = await mkdtemp(join(tmpdir(), "sandbox-journal-"));
});

after(async () => {
  await issuer.close();
  await rm(directory, { recursive: true });
});

function freshPath(): string {
  files += 1;
  return join(directory, `state-${files}.json`);
}

/** Starts another sandbox on what is on disk at this moment, as if the first had been killed now. */
async function startFromDisk(statePath: string): Promise<Sandbox> {
  const copy = freshPath();
  await copyFile(statePath, copy);
  await copyFile(`${statePath}.journal`, `${copy}.journal`);
  return startExample(issuer.url, { statePath: copy });
}

test("after each answer the disk has what was answered: sessions, contexts, used tokens, documents, the clock", async () => {
  const statePath = freshPath();
  const first = await startExample(issuer.url, { statePath });
  const { assumeRole, exchange, enhanced, search, connection } = stepsOf(first);
  const session = await assumeRole();
  let copy = await startFromDisk(statePath);
  await stepsOf(copy).exchange(await issuer.token({ email: "ada@acme.example" }), { credentials: session });
  await copy.close();

  const token = await issuer.token({ email: "ada@acme.example" });
  const context = (await exchange(token)).awsAdditionalDetails?.identityContext ?? "";
  copy = await startFromDisk(statePath);
  await stepsOf(copy).enhanced(context);
  await assert.rejects(stepsOf(copy).exchange(token), { error_description: "JWT is already redeemed" });
  await copy.close();

  const customer = first.seedResult.credentials["customer"] ?? assert.fail();
  const qBusiness = new QBusinessClient({ region: Q_REGION, endpoint: first.url, credentials: customer });
  const { applicationId = "", indexId = "" } = connection ?? {};
  await qBusiness.send(
    new BatchPutDocumentCommand({
      applicationId,
      indexId,
      documents: [{ id: "new", title: "New", content: { blob: Buffer.from("a vacation in the journal") } }],
    }),
  );
  qBusiness.destroy();
  const moved = await fetch(`${first.url}/_sandbox/clock`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"advanceSeconds":60}',
  });
  assert.equal(moved.status, 200);
  copy = await startFromDisk(statePath);
  assert.equal(copy.control.clock().offsetSeconds, 60);
  copy.control.setClockOffset(0);
  const keys = await stepsOf(copy).enhanced(context);
  const found = await stepsOf(copy).search(keys, "journal");
  assert.deepEqual(
    found.relevantContent?.map(({ documentId }) => documentId),
    ["new"],
  );
  await copy.close();

  assert.equal((await search(await enhanced(context), "journal")).relevantContent?.length, 1);
  assert.ok((await stat(`${statePath}.journal`)).size > 0);
  await first.control.reset();
  copy = await startFromDisk(statePath);
  await assert.rejects(stepsOf(copy).enhanced(context));
  assert.equal(copy.control.clock().offsetSeconds, 0);
  await copy.close();
  await first.close();
});

test("a sandbox that is killed while many create loses nothing it acknowledged", async () => {
  const statePath = freshPath();
  const seedPath = `${statePath}.seed`;
  await writeFile(seedPath, JSON.stringify(exampleSeed(issuer.url)));
  const main = fileURLToPath(new URL("../../src/command/main.ts", import.meta.url));
  const child = spawn(
    process.execPath,
    [main, "--seed", seedPath, "--state", statePath, "--port", "0", "--allow-local-issuers", "--json"],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  const exited = once(child, "exit");
  let printed = "";
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    printed += line;
    if (line === "}") break;
  }
  const { url, seed } = JSON.parse(printed) as { url: string; seed: Sandbox["seedResult"] };
  const credentials = seed.credentials["customer"] ?? assert.fail();
  const client = new IAMClient({ region: "us-east-1", endpoint: url, credentials, maxAttempts: 1 });
  const acknowledged: string[] = [];
  const createMany = async (prefix: string) => {
    for (let count = 0; ; count += 1) {
      const RoleName = `${prefix}-${count}`;
      const answered = await client
        .send(
          new CreateRoleCommand({
            RoleName,
            AssumeRolePolicyDocument:
              '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"*"}}}',
          }),
        )
        .catch(() => undefined);
      if (answered === undefined) return;
      acknowledged.push(RoleName);
      if (acknowledged.length === 20) child.kill("SIGKILL");
    }
  };
  await Promise.all(["a", "b", "c", "d"].map(createMany));
  await exited;
  client.destroy();
  assert.ok(acknowledged.length >= 20);

  const next = await startExample(issuer.url, { statePath });
  const kept = await readFile(statePath, "utf8");
  for (const name of acknowledged) assert.ok(kept.includes(`role/${name}\\"`), name);
  await next.close();
});

test("a journal that was cut off anywhere gives back the lines that were whole; one of another state gives none", async () => {
  const path = freshPath();
  const journal = await openJournal(path);
  await journal.begin("one");
  await journal.append(['["first"]', '["second"]']);
  await journal.append(['["third"]']);
  await journal.close();
  const whole = await readFile(`${path}.journal`);
  assert.deepEqual(await readJournal(path, "one"), [["first"], ["second"], ["third"]]);
  assert.deepEqual(await readJournal(path, "two"), []);
  assert.deepEqual(await readJournal(path, undefined), []);
  const ends = [...whole.entries()].filter(([, byte]) => byte === 10).map(([at]) => at + 1);
  for (let length = 0; length < whole.length; length += 1) {
    await writeFile(`${path}.journal`, whole.subarray(0, length));
    const lines = Math.max(0, ends.filter((end) => end <= length).length - 1);
    assert.equal((await readJournal(path, "one")).length, lines, `cut at ${length}`);
  }
});

test("a journal that is damaged in its middle is refused with the line, and left alone", async () => {
  const statePath = freshPath();
  await (await startExample(issuer.url, { statePath })).close();
  const before = await readFile(`${statePath}.journal`, "utf8");
  await appendFile(`${statePath}.journal`, '["set","acc\n["clock",1]\n');
  await assert.rejects(startExample(issuer.url, { statePath }), (error: unknown) => {
    assert.ok(error instanceof SandboxSetupError);
    assert.equal(error.code, "SANDBOX_STATE_INVALID");
    assert.match(error.message, /Line 2 of .*\.journal is damaged/);
    return true;
  });
  await writeFile(`${statePath}.journal`, `${before}["clock",5000]\n["set","accou`);
  const again = await startExample(issuer.url, { statePath });
  assert.equal(again.control.clock().offsetSeconds, 5);
  await again.close();
});

test("a state file of a version without a journal is read as it is", async () => {
  const statePath = freshPath();
  const first = await startExample(issuer.url, { statePath });
  const keys = await stepsOf(first).assumeRole();
  await first.close();
  const { id: _, ...state } = JSON.parse(await readFile(statePath, "utf8")) as Record<string, unknown>;
  await writeFile(statePath, JSON.stringify(state));
  await rm(`${statePath}.journal`);
  const second = await startExample(issuer.url, { statePath });
  await stepsOf(second).exchange(await issuer.token({ email: "ada@acme.example" }), { credentials: keys });
  await second.close();
});

test("a change that cannot be written is not acknowledged, and is written once it can be", async (t) => {
  const statePath = freshPath();
  const warnings: string[] = [];
  const sandbox = await startExample(issuer.url, { statePath, onWarning: (text) => warnings.push(text) });
  t.after(() => sandbox.close());
  const lock = await readFile(`${statePath}.lock`, "utf8");
  await writeFile(`${statePath}.lock`, "{}");
  await assert.rejects(stepsOf(sandbox).assumeRole(), { name: "InternalFailure" });
  const moved = await fetch(`${sandbox.url}/_sandbox/clock`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"advanceSeconds":7}',
  });
  assert.equal(moved.status, 500);
  assert.match(await moved.text(), /SANDBOX_STATE_UNSAVED/);
  assert.ok(warnings.length > 0);
  await writeFile(`${statePath}.lock`, lock);
  await stepsOf(sandbox).assumeRole();
  const copy = await startFromDisk(statePath);
  assert.equal(copy.control.clock().offsetSeconds, 7);
  await copy.close();
});

test("a reset that cannot be written is answered and told like any other change, and written once it can be", async (t) => {
  const statePath = freshPath();
  const warnings: string[] = [];
  const sandbox = await startExample(issuer.url, { statePath, onWarning: (text) => warnings.push(text) });
  t.after(() => sandbox.close());
  const { connection } = stepsOf(sandbox);
  const customer = sandbox.seedResult.credentials["customer"] ?? assert.fail();
  const qBusiness = new QBusinessClient({ region: Q_REGION, endpoint: sandbox.url, credentials: customer });
  const { applicationId = "", indexId = "" } = connection ?? {};
  const documents = [{ id: "gone", title: "Gone", content: { blob: Buffer.from("before the reset") } }];
  await qBusiness.send(new BatchPutDocumentCommand({ applicationId, indexId, documents }));
  qBusiness.destroy();
  const lock = await readFile(`${statePath}.lock`, "utf8");
  await writeFile(`${statePath}.lock`, "{}");
  const reset = await fetch(`${sandbox.url}/_sandbox/reset`, { method: "POST" });
  assert.equal(reset.status, 500);
  assert.match(await reset.text(), /SANDBOX_STATE_UNSAVED/);
  assert.match(warnings.join(), /could not be saved: Another sandbox/);
  await assert.rejects(sandbox.control.reset(), { code: "SANDBOX_STATE_UNSAVED" });
  const health = await fetch(`${sandbox.url}/_sandbox/health`);
  assert.equal(health.status, 500);
  assert.match(await health.text(), /SANDBOX_STATE_UNSAVED/);
  await writeFile(`${statePath}.lock`, lock);
  // It tries again. No line of a journal says that a document went with a reset: the whole state must.
  assert.equal((await fetch(`${sandbox.url}/_sandbox/health`)).status, 200);
  const copy = await startFromDisk(statePath);
  t.after(() => copy.close());
  const searched = stepsOf(copy);
  const { awsAdditionalDetails } = await searched.exchange(await issuer.token({ email: "ada@acme.example" }));
  const keys = await searched.enhanced(awsAdditionalDetails?.identityContext ?? "");
  assert.deepEqual((await searched.search(keys, "before")).relevantContent ?? [], []);
});

test("what changes in place is noticed, also by one who took it long before", () => {
  const world = createWorld();
  world.accounts.set("1", { accountId: "1", name: "one" });
  world.accounts.set("2", { accountId: "2", name: "two" });
  const watch = watchWorld(world);
  assert.deepEqual(watch.take(), []);
  const end = watch.begin();
  const held = world.accounts.get("1") ?? assert.fail();
  assert.deepEqual(watch.take(), []);
  assert.deepEqual(watch.take(), []);
  held.name = "uno";
  assert.deepEqual(watch.take(), [
    { collection: "accounts", key: "1", text: '{"accountId":"1","name":"uno"}' },
  ]);
  held.name = "ein";
  assert.equal(watch.take().length, 1);
  end();
  for (const account of world.accounts.values()) account.name = "all";
  assert.equal(watch.take().length, 2);
  world.accounts.delete("1");
  world.accounts.clear();
  assert.deepEqual(
    watch.take().map(({ text }) => text),
    [undefined, undefined],
  );
  assert.deepEqual(watch.take(), []);
});
