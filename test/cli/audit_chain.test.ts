// The chain at the terminal: export in lines that go on from a place, follow until stopped, verify with its exit code,
// prune only after a yes.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { createBlockSeals } from "../../src/audit/chain/hashes.ts";
import { sealNextBlock } from "../../src/audit/chain/seal.ts";
import { openTestDatabase, type TestDatabase } from "../support/databases.ts";
import type { TestTerminal } from "../support/terminal.ts";
import { openTypedTerminal } from "../support/typed.ts";

interface Line {
  type: string;
  place: string;
  tenantId?: string;
}

const secret = randomBytes(32);
let store: TestDatabase;
let terminal: TestTerminal;
const seal = (now = new Date()) => sealNextBlock(store.db, createBlockSeals([secret]), now);
const linesOf = (stdout: string): Line[] =>
  stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
const typesOf = (stdout: string) => linesOf(stdout).map(({ type, tenantId }) => `${type} ${tenantId}`);

before(async () => {
  store = await openTestDatabase("postgres");
  terminal = openTypedTerminal({ ...store.environment, TTI_SECRETS: secret.toString("base64") });
  for (const words of ["tenant create acme", "tenant create globex"]) {
    assert.equal((await terminal.tti(words)).exitCode, 0);
  }
});
after(async () => {
  terminal.close();
  await store.close();
});

test("what is not sealed is said with its age, and exported once it is", async () => {
  const first = await terminal.tti("audit verify");
  assert.equal(first.exitCode, 0, first.stderr);
  assert.match(first.stdout, /not sealed yet +2 events, the oldest \d+ s old/);
  assert.equal((await terminal.tti("audit export")).stdout, "");
  assert.equal(await seal(), 2);
  const all = await terminal.tti("audit export");
  assert.deepEqual(typesOf(all.stdout), ["tenant.created acme", "tenant.created globex"]);
  assert.match(all.stderr, /2 events\. The next export goes on with: --after 1\.1/);
  const one = await terminal.tti("audit export --limit 1");
  assert.deepEqual(typesOf(one.stdout), ["tenant.created acme"]);
  const rest = await terminal.tti("audit export --after 1.0 --tenant globex --outcome done");
  assert.deepEqual(typesOf(rest.stdout), ["tenant.created globex"]);
});

test("export's faults are told in the words that were typed", async () => {
  for (const [words, said, exitCode] of [
    ["--after yesterday", /--after is no place/, 1],
    ["--outcome bad", /--outcome/, 1],
    ["--until soon", /--until is no moment/, 2],
  ] as const) {
    const answer = await terminal.tti(`audit export ${words}`);
    assert.deepEqual([answer.exitCode, answer.stdout], [exitCode, ""], words);
    assert.match(answer.stderr, said);
  }
});

test("follow prints what is sealed, as it is, and ends when told to", async () => {
  const running = terminal.start("audit follow --after 1.0 --json");
  await running.printed("globex");
  assert.equal((await terminal.tti("tenant update acme --name Acme")).exitCode, 0);
  await seal();
  await running.printed("tenant.updated");
  const { exitCode, stdout, stderr } = await running.stop();
  assert.equal(exitCode, 0, stderr);
  assert.deepEqual(typesOf(stdout), ["tenant.created globex", "tenant.updated acme"]);
  assert.match(stderr, /To go on from here: --after 2\.0/);
});

test("verify holds the chain against an anchor, and exits with 1 when something was changed", async () => {
  const { json, exitCode } = await terminal.tti("audit verify --json");
  assert.equal(exitCode, 0);
  const { head } = json<{ head: { number: number; hash: string } }>();
  const anchor = `${head.number}:${head.hash}`;
  assert.equal((await terminal.tti(`audit verify --anchor ${anchor}`)).exitCode, 0);
  const other = await terminal.tti(`audit verify --anchor 1:${head.hash}`);
  assert.deepEqual([other.exitCode, /anchor_unmet/.test(other.stdout)], [1, true]);
  assert.match((await terminal.tti("audit verify --anchor 1:x")).stderr, /--anchor is no block/);
  const actor = (name: string) =>
    store.db("audit_events").where("tenant_id", "globex").update({ actor: name });
  const [event] = await store.db("audit_events").where("tenant_id", "globex");
  await actor("cli:somebody");
  const changed = await terminal.tti("audit verify");
  assert.equal(changed.exitCode, 1);
  assert.match(changed.stdout, /NOT intact[\s\S]*event_changed +event 1\.1 was changed/);
  await actor(event.actor);
  assert.equal((await terminal.tti("audit verify")).exitCode, 0);
});

test("prune does nothing without a yes, and needs to know how long", async () => {
  const unknown = await terminal.tti("audit prune");
  assert.equal(unknown.exitCode, 1);
  assert.match(unknown.stderr, /TTI_AUDIT_RETENTION/);
  assert.equal((await terminal.tti("audit prune --days 0")).exitCode, 2);
  // Everything here is of today: an event of long ago is sealed as the first of its own block.
  await store
    .db("audit_events")
    .insert({ id: "old", at_ms: 1, type: "key.rotated", details: "{}", actor: "x" });
  await seal();
  const trial = await terminal.tti("audit prune --days 2");
  assert.deepEqual([trial.exitCode, /would go +0 events/.test(trial.stdout)], [1, true]);
  const done = await terminal.tti("audit prune --days 2 --yes --json");
  assert.equal(done.exitCode, 0, done.stderr);
  assert.equal(done.json<{ events: number }>().events, 0);
  assert.equal((await terminal.tti("audit verify")).exitCode, 0);
});
