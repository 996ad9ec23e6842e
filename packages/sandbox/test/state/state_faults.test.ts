// What the start says of a state that is not as it should be: files that are no state, disks that take none, a moved clock.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { SandboxSetupError, startSandbox } from "../../src/index.ts";
import { createSearchEngine } from "../../src/search/search_engine.ts";
import { keepState } from "../../src/start/keep_state.ts";
import { createWorld } from "../../src/state/index.ts";
import { stateUnwritable } from "../../src/state/state_faults.ts";
import { exampleSeed, startExample } from "../support/world.ts";

const ISSUER_URL = "http://localhost:3000";
let directory: string;
let files = 0;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "sandbox-faults-"));
});

after(() => rm(directory, { recursive: true }));

function freshPath(): string {
  files += 1;
  return join(directory, `state-${files}.json`);
}

test("a file that cannot be the state is refused with its own cause and fix, and left alone", async () => {
  const statePath = freshPath();
  await (await startExample(ISSUER_URL, { statePath })).close();
  const whole = await readFile(statePath, "utf8");
  const { searchSecret: _, ...lacking } = JSON.parse(whole) as Record<string, unknown>;
  const damagedSearch = { ...JSON.parse(whole), search: { version: 7 } };
  const damagedWorld = { ...JSON.parse(whole), world: "{}" };
  for (const [text, message] of [
    ["", /is empty\. Restore it and .*\.journal from a backup/],
    [whole.slice(0, -100), /cut off or damaged: it is not JSON\. Restore/],
    ["not json", /is no state file, or was cut off.*name another file/],
    ['{"format":99}', /newer sandbox \(format 99; this one reads 1\)\. Update tti-sandbox/],
    [JSON.stringify(exampleSeed(ISSUER_URL)), /is a seed, and no state file\. Give it after --seed/],
    ["{}", /is no state file\. Name another file/],
    ["[]", /is no state file\. Name another file/],
    ["null", /is no state file\. Name another file/],
    [JSON.stringify(lacking), /lacks a part\. Restore/],
    [JSON.stringify(damagedSearch), /cannot be taken: a part of it.*newer.*Restore/],
    [JSON.stringify(damagedWorld), /cannot be taken: a part of it.*newer.*Restore/],
  ] as const) {
    await writeFile(statePath, text);
    await assert.rejects(startExample(ISSUER_URL, { statePath }), (error: unknown) => {
      assert.ok(error instanceof SandboxSetupError);
      assert.equal(error.code, "SANDBOX_STATE_INVALID");
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /delete/i);
      return true;
    });
    assert.equal(await readFile(statePath, "utf8"), text);
  }
  await assert.rejects(startSandbox({ port: 0, statePath: directory }), {
    code: "SANDBOX_STATE_UNREADABLE",
    message: /it is a folder \(EISDIR\)\. Name a file in it/,
  });
});

test("a start that cannot write says so with a code, whichever of its files it is", async () => {
  const statePath = freshPath();
  await mkdir(`${statePath}.journal`);
  await assert.rejects(startExample(ISSUER_URL, { statePath }), {
    code: "SANDBOX_STATE_UNWRITABLE",
    message: /a folder stands where it, its journal or its lock belongs/,
  });
  await assert.rejects(stat(`${statePath}.lock`), { code: "ENOENT" });
  for (const [code, message] of [
    ["ENOSPC", /the disk is full \(ENOSPC\)\. Free space/],
    ["EACCES", /this user may not write there \(EACCES\)\. Give it the right/],
    ["EROFS", /read-only \(EROFS\)\. Mount it writable/],
    ["EIO", /cannot be written: EIO\. Name another file/],
  ] as const) {
    const { message: said, code: told } = stateUnwritable(statePath, Object.assign(new Error(), { code }));
    assert.equal(told, "SANDBOX_STATE_UNWRITABLE");
    assert.match(said, message);
    assert.doesNotMatch(said, /Make it first/);
  }
});

test("a state that is written anew at the start and cannot be is told with a code", async () => {
  const world = createWorld();
  const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  const search = createSearchEngine({ secret: "s", clock: () => new Date(0) });
  const keeping = keepState({
    path: freshPath(),
    lock: { assertHeld: () => Promise.reject(full), release: () => Promise.resolve() },
    world,
    search,
    searchChanges: [],
    clockOffsetMs: () => 0,
    snapshot: () => assert.fail("asked for no state"),
    onError: () => assert.fail("thrown, not told"),
  });
  await assert.rejects(keeping, { code: "SANDBOX_STATE_UNWRITABLE", message: /disk is full \(ENOSPC\)/ });
});

test("a start on a moved clock says so, with the way back; on the machine's it says nothing", async () => {
  const statePath = freshPath();
  const first = await startExample(ISSUER_URL, { statePath });
  first.control.advanceClock(864_000);
  await first.close();
  const warnings: string[] = [];
  const onWarning = (text: string) => warnings.push(text);
  const second = await startExample(ISSUER_URL, { statePath, onWarning });
  assert.match(warnings.join("\n"), /^The clock is 10 days ahead of the machine's .*"offsetSeconds": 0\}\.$/);
  second.control.setClockOffset(-90);
  await second.close();
  const third = await startExample(ISSUER_URL, { statePath, onWarning });
  assert.match(warnings[1] ?? "", /^The clock is 1\.5 minutes behind the machine's/);
  third.control.setClockOffset(0);
  await third.close();
  await (await startExample(ISSUER_URL, { statePath, onWarning })).close();
  assert.equal(warnings.length, 2);
});
