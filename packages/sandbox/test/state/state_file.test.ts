// The state file: what survives a restart, when the state begins anew, and who holds it.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname, platform, tmpdir } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { after, before, test } from "node:test";
import { SandboxSetupError } from "../../src/index.ts";
import { createSigningKey, startIssuer, type TestIssuer } from "../support/issuer.ts";
import { exampleSeed, lastRequest, startExample, stepsOf } from "../support/world.ts";

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

test("the files are readable by their owner only, without leftovers", async () => {
  const statePath = freshPath();
  const sandbox = await startExample(issuer.url, { statePath });
  await stepsOf(sandbox).assumeRole();
  for (const path of [statePath, `${statePath}.journal`]) assert.equal((await stat(path)).mode & 0o077, 0);
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

test("a second sandbox on the same file is refused and told who holds it; the first goes on", async () => {
  const statePath = freshPath();
  const first = await startExample(issuer.url, { statePath });
  await assert.rejects(startExample(issuer.url, { statePath }), (error: unknown) => {
    assert.ok(error instanceof SandboxSetupError);
    assert.equal(error.code, "SANDBOX_STATE_LOCKED");
    assert.ok(error.message.includes(String(process.pid)) && error.message.includes(statePath));
    return true;
  });
  await stepsOf(first).assumeRole();
  await first.close();
  const second = await startExample(issuer.url, { statePath });
  await second.close();
  await assert.rejects(stat(`${statePath}.lock`), { code: "ENOENT" });
});

test("a start that fails for another reason gives the file back", async () => {
  const statePath = freshPath();
  const other = await startExample(issuer.url);
  await assert.rejects(startExample(issuer.url, { statePath, port: other.port }), {
    code: "SANDBOX_PORT_IN_USE",
  });
  await other.close();
  await (await startExample(issuer.url, { statePath })).close();
});

test("the lock of a dead holder is taken over, that of a living one on another host is not", async () => {
  const statePath = freshPath();
  const lockOf = (holder: object) =>
    writeFile(`${statePath}.lock`, JSON.stringify({ token: "t", ...holder }));
  const { pid: deadPid } = spawnSync(process.execPath, ["-e", ""]);
  for (const dead of [
    { pid: deadPid, host: hostname() },
    // A container that was killed and started again has its own pid anew.
    { pid: process.pid, host: hostname() },
    {},
  ]) {
    await lockOf(dead);
    await (await startExample(issuer.url, { statePath })).close();
  }
  await lockOf({ pid: 1, host: "elsewhere" });
  await assert.rejects(startExample(issuer.url, { statePath }), {
    message: /elsewhere .*start again in 30 seconds/,
  });
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(`${statePath}.lock`, longAgo, longAgo);
  await (await startExample(issuer.url, { statePath })).close();
});

test("the lock of a holder that ended, whose parent never asked how, is taken over", {
  skip: platform() !== "linux" && "needs /proc",
}, async () => {
  const statePath = freshPath();
  // The shell's child ends when it is told to; what the shell became by then knows of no child, and leaves it a zombie.
  const parent = spawn("sh", ["-c", "read line <&3 & echo $!; exec sleep 600"], {
    stdio: ["ignore", "pipe", "ignore", "pipe"],
  });
  const until = async (file: string, holds: (text: string) => boolean) => {
    while (!holds(await readFile(file, "latin1"))) await new Promise(setImmediate);
  };
  try {
    const [said] = (await once(parent.stdout ?? assert.fail(), "data")) as [Buffer];
    const pid = Number(said.toString());
    await until(`/proc/${parent.pid}/cmdline`, (text) => text.startsWith("sleep\0"));
    (parent.stdio[3] as Writable).end("end\n");
    await until(`/proc/${pid}/stat`, (text) => text.includes(") Z"));
    process.kill(pid, 0);
    await writeFile(`${statePath}.lock`, JSON.stringify({ token: "t", pid, host: hostname() }));
    await (await startExample(issuer.url, { statePath })).close();
    // The parent lives, and so would a sandbox of that number.
    await writeFile(`${statePath}.lock`, JSON.stringify({ token: "t", pid: parent.pid, host: hostname() }));
    await assert.rejects(startExample(issuer.url, { statePath }), { code: "SANDBOX_STATE_LOCKED" });
  } finally {
    parent.kill("SIGKILL");
    await once(parent, "close");
  }
});

test("a sandbox that lost its lock says so, acknowledges no change and overwrites nothing", async () => {
  const statePath = freshPath();
  const warnings: string[] = [];
  const sandbox = await startExample(issuer.url, { statePath, onWarning: (text) => warnings.push(text) });
  await writeFile(`${statePath}.lock`, JSON.stringify({ pid: 1, host: hostname(), token: "other" }));
  await writeFile(statePath, "the other's");
  await assert.rejects(stepsOf(sandbox).assumeRole(), { name: "InternalFailure" });
  assert.equal(lastRequest(sandbox).rule, "sandbox.state");
  await sandbox.close();
  assert.equal(sandbox.isSaved, false);
  assert.match(warnings.join(), /could not be saved: The process 1/);
  assert.equal(await readFile(statePath, "utf8"), "the other's");
});

test("what a killed sandbox left half written is removed; a missing folder is told", async () => {
  const statePath = freshPath();
  await writeFile(`${statePath}.4711.tmp`, "");
  await (await startExample(issuer.url, { statePath })).close();
  await assert.rejects(stat(`${statePath}.4711.tmp`), { code: "ENOENT" });
  await assert.rejects(startExample(issuer.url, { statePath: join(directory, "missing", "state.json") }), {
    code: "SANDBOX_STATE_UNWRITABLE",
    message: /missing of the state file does not exist\. Make it first/,
  });
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
