// Backups of the embedded store: one moment of it, whole, while others write; nothing overwritten, nothing deleted in it, and said
// what is not in it.
import assert from "node:assert/strict";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { createBlockSeals } from "../../src/audit/chain/hashes.ts";
import { verifyChain } from "../../src/audit/chain/verify.ts";
import { connectDatabase } from "../../src/db/connect.ts";
import { makeBackup } from "../../src/upkeep/backup.ts";
import { openTestDatabase, type TestDatabase } from "../support/databases.ts";
import { openTerminal } from "../support/terminal.ts";
import { openTypedTerminal } from "../support/typed.ts";
import { furnish, secrets } from "./furnished_store.ts";

let store: TestDatabase;
let dataDir: string;
let folder: string;
before(async () => {
  store = await openTestDatabase("sqlite");
  dataDir = (store.location as { dataDir: string }).dataDir;
  folder = mkdtempSync(join(tmpdir(), "tti-backup-"));
  await furnish(store.db);
});
after(async () => {
  rmSync(folder, { recursive: true });
  await store.close();
});

const make = (out: string) =>
  makeBackup({
    ...{ dataDir, secrets, out, actor: "cli:test", say: () => undefined },
    note: { madeAtMs: Date.now(), version: "1.2.3" },
  });

async function countIn(file: string, table: string): Promise<number> {
  const opened = mkdtempSync(join(tmpdir(), "tti-opened-"));
  copyFileSync(file, join(opened, "tti.sqlite"));
  const db = connectDatabase({ dataDir: opened });
  try {
    const [row] = await db(table).count({ rows: "*" });
    return Number(row?.["rows"]);
  } finally {
    await db.destroy();
    rmSync(opened, { recursive: true });
  }
}

test("a backup holds one moment, does not wait for who writes, and says what it holds", async () => {
  const file = join(folder, "one.backup");
  const other = store.openAnother();
  const writing = await other.transaction();
  await writing("tenants").insert({ id: "half", name: "Half", created_at_ms: 1, updated_at_ms: 1 });
  // The trail's own row could not be written beside it: the backup is made all the same.
  const report = await make(file);
  await writing.rollback();
  assert.equal(await countIn(file, "tenants"), 1);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(report.bytes, statSync(file).size);
  assert.deepEqual(report.holds?.keys, { sealed: 1, kms: 0, opened: true });
  const { head } = await verifyChain(store.db, createBlockSeals(secrets));
  assert.equal(report.holds?.anchor, `${head?.number}:${head?.hash}`);
  assert.ok(report.holds?.trail.intact);
  const empty = Object.entries(report.holds?.tables ?? {}).filter(([, rows]) => rows === 0);
  assert.deepEqual(empty, [["store_marks", 0]]);
  assert.deepEqual(readdirSync(folder), ["one.backup"]);
});

test("nothing is overwritten, and what fails leaves nothing behind", async () => {
  const there = join(folder, "there");
  writeFileSync(there, "mine");
  await assert.rejects(make(there), { code: "store_not_empty" });
  assert.equal(readFileSync(there, "utf8"), "mine");
  await assert.rejects(make(join(folder, "nowhere", "x")), { code: "invalid_input", field: "out" });
  const strange = {
    dataDir,
    secrets: [Buffer.alloc(32, 5)],
    out: join(folder, "strange"),
    actor: "cli:test",
  };
  const note = { madeAtMs: 1, version: "1" };
  await assert.rejects(makeBackup({ ...strange, note, say: () => undefined }), {
    code: "signing_key_unreadable",
  });
  const absent = join(folder, "absent");
  await assert.rejects(makeBackup({ ...strange, dataDir: absent, note, say: () => undefined }), {
    code: "unavailable",
    field: "TTI_DATA_DIR",
  });
  assert.ok(!existsSync(absent), "no store was made by looking for one");
  assert.deepEqual(readdirSync(folder).toSorted(), ["one.backup", "there"]);
});

test("what was deleted is not in it", async () => {
  const marker = "who-was-erased-is-in-no-backup";
  await store.db("login_name_keys").insert({ key_id: marker, first_seen_at_ms: 1 });
  await store.db("login_name_keys").where("key_id", marker).delete();
  await store.db.raw("pragma wal_checkpoint(truncate)");
  const live = readFileSync(join(dataDir, "tti.sqlite"));
  assert.ok(live.includes(marker), "SQLite leaves what was deleted in its file");
  await make(join(folder, "without.backup"));
  assert.ok(!readFileSync(join(folder, "without.backup")).includes(marker));
});

test("a damaged store is told, and makes no backup", async () => {
  const damaged = mkdtempSync(join(folder, "damaged-"));
  const bytes = readFileSync(join(folder, "one.backup"));
  bytes.fill(7, 40_960, 81_920);
  writeFileSync(join(damaged, "tti.sqlite"), bytes);
  const order = { dataDir: damaged, secrets, out: join(folder, "of-damaged"), actor: "cli:test" };
  await assert.rejects(makeBackup({ ...order, note: { madeAtMs: 1, version: "1" }, say: () => undefined }), {
    code: /^(backup_unusable|unavailable)$/,
  });
  assert.ok(!existsSync(order.out));
});

test("at the terminal it says what is not in it, and of PostgreSQL what to run, without the password", async () => {
  const terminal = openTypedTerminal({
    ...{
      TTI_MODE: "development",
      TTI_DATA_DIR: dataDir,
      TTI_SECRETS: (secrets[0] as Buffer).toString("base64"),
    },
  });
  try {
    const made = await terminal.tti(`backup --out ${join(folder, "typed.backup")} --json`);
    assert.equal(made.exitCode, 0, made.stderr);
    const { notHeld, holds } = made.json<{ notHeld: string[]; holds: { anchor: string } }>();
    assert.match(notHeld.join("\n"), /TTI_SECRETS/);
    assert.match(holds.anchor, /^\d+:[0-9a-f]{64}$/);
    assert.match(
      JSON.stringify(await store.db("audit_events").where("type", "store.backed_up")),
      /typed\.backup/,
    );
  } finally {
    terminal.close();
  }
  const postgres = openTypedTerminal({
    DATABASE_URL: "postgres://tti:hidden@db.example/tti?password=hidden",
  });
  try {
    // What the guide says, to the option.
    const guide = readFileSync(join(import.meta.dirname, "../../docs/guides/backup.md"), "utf8");
    const [options = "none"] = /pg_restore .*(?= --dbname)/.exec(guide) ?? [];
    const restoreLine = new RegExp(
      `${options} --dbname='postgres://tti@db\\.example/tti' tti\\.dump && tti migrate up && tti store after-restore --yes`,
    );
    for (const [words, program] of [
      ["backup", /pg_dump --format=custom --file=tti\.dump 'postgres:\/\/tti@db\.example\/tti'/],
      ["restore x", restoreLine],
    ] as const) {
      const told = await postgres.tti(words);
      assert.equal(told.exitCode, 1);
      assert.match(told.stderr, /store_not_embedded/);
      assert.match(told.stderr, program);
      assert.doesNotMatch(told.stderr, /hidden/);
    }
  } finally {
    postgres.close();
  }
});

test("who writes while another process makes a backup waits for nothing, and is in it wholly or not at all", async () => {
  const out = join(folder, "beside.backup");
  const environment = { TTI_MODE: "development", TTI_SECRETS: (secrets[0] as Buffer).toString("base64") };
  const terminal = openTerminal({ ...environment, TTI_DATA_DIR: dataDir });
  let written = 0;
  let over = false;
  const made = terminal.tti(`backup --out ${out}`).finally(() => {
    over = true;
  });
  while (!over) {
    await store.db.transaction(async (trx) => {
      await trx("login_name_keys").insert({ key_id: `pair-${written}`, first_seen_at_ms: 1 });
      await trx("passkey_challenges").insert({ challenge_hash: `pair-${written}`, expires_at_ms: 1 });
    });
    written += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  terminal.close();
  assert.equal((await made).exitCode, 0, (await made).stderr);
  const pairs = [await countIn(out, "login_name_keys"), await countIn(out, "passkey_challenges")];
  assert.equal(pairs[0], pairs[1], `${pairs} of ${written}`);
  assert.ok(written > 10 && dirname(out) === folder);
});
