// A store is taken only with the schema that its own migrations make: whatever way it came there, and with nothing beside.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { migrateDown, migrateUp, migrationNames } from "../../src/db/migrate.ts";
import { makeBackup } from "../../src/upkeep/backup.ts";
import { assertOwnSchema } from "../../src/upkeep/own_schema_store.ts";
import { restoreBackup } from "../../src/upkeep/restore.ts";
import { openEmptyStore, openTestDatabase } from "../support/databases.ts";
import { furnish, secrets } from "./furnished_store.ts";

let folder: string;
let backup: string;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "tti-schema-"));
  backup = join(folder, "tti.backup");
  const made = await openTestDatabase("sqlite");
  await furnish(made.db);
  const { dataDir } = made.location as { dataDir: string };
  const note = { madeAtMs: 1, version: "1" };
  await makeBackup({ dataDir, secrets, out: backup, note, actor: "cli:test", say: () => undefined });
  await made.close();
});
after(() => rmSync(folder, { recursive: true, force: true }));

let restores = 0;
const restore = (file: string) => {
  restores += 1;
  const dataDir = join(folder, `restored-${restores}`);
  const order = { file, dataDir, secrets, replace: false, keep: true, actor: "cli:test", now: new Date() };
  return restoreBackup({ ...order, say: () => undefined }).finally(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });
};

function changed(...sql: readonly string[]): string {
  const file = join(mkdtempSync(join(folder, "changed-")), "tti.backup");
  copyFileSync(backup, file);
  const db = new DatabaseSync(file, { defensive: false });
  for (const one of sql) db.exec(one);
  db.exec("pragma journal_mode = delete");
  db.close();
  return file;
}

test("a store that went up step by step, at whatever step, and down and up again, has the schema of a fresh one", async () => {
  const store = await openEmptyStore("sqlite");
  try {
    for (let steps = 0; (await migrateUp(store.db, { onlyNext: true })).length > 0; steps += 1) {
      if (steps % 6 === 0) await assertOwnSchema(store.db, migrationNames);
    }
    await assertOwnSchema(store.db, migrationNames);
    for (let steps = 0; (await migrateDown(store.db)).length > 0; steps += 1) {
      if (steps % 6 === 0) await assertOwnSchema(store.db, migrationNames);
    }
    await migrateUp(store.db);
    await store.db.raw("analyze");
    await assertOwnSchema(store.db, migrationNames);
  } finally {
    await store.close();
  }
});

const tampered = (like: string) => [
  "pragma writable_schema = on",
  `update sqlite_schema set sql = replace(sql, ${like}) where name = 'api_credentials'`,
  "pragma writable_schema = off",
];
for (const [what, sql] of [
  ["a trigger", ["create trigger evil after insert on audit_events begin delete from accounts; end"]],
  ["a view", ["create view evil as select 1"]],
  ["a virtual table", ["create virtual table evil using fts5(a)"]],
  ["a table", ["create table evil (a text)"]],
  ["an index", ["create index evil on accounts (name)"]],
  ["a column", ["alter table accounts add column evil text default 'x'"]],
  ["a generated column", ["alter table accounts add column evil text as (name) virtual"]],
  ["a table less", ["drop table store_marks"]],
  ["a default in a schema written by hand", tampered("'not null', 'not null default ''x'''")],
  ["a check in a schema written by hand", tampered("'not null,', 'not null check (1),'")],
  ["another note", ["alter table tti_backup add column evil text"]],
  ["a user_version", ["pragma user_version = 7"]],
  ["an application_id", ["pragma application_id = 7"]],
  ["migrations in another order", ["update schema_migrations set id = -id"]],
] as const) {
  test(`a backup with ${what} that no migration makes is refused`, async () => {
    await assert.rejects(restore(changed(...sql)), {
      code: "backup_unusable",
      message: /no migration|damaged/,
    });
  });
}

test("a backup whose schema is malformed is refused as damaged", async () => {
  const sql = "update sqlite_schema set sql = 'create trigger nonsense' where name = 'accounts'";
  const file = changed("pragma writable_schema = on", sql);
  await assert.rejects(restore(file), { code: "backup_unusable" });
});

test("a backup that nobody changed is taken", async () => {
  assert.ok((await restore(backup)).note !== undefined);
  assert.ok((await restore(changed("analyze"))).note !== undefined);
});

test("a file beside a backup is refused, and what is no regular file", async () => {
  for (const end of ["-wal", "-shm", "-journal"]) {
    const file = changed();
    writeFileSync(`${file}${end}`, "x");
    await assert.rejects(restore(file), {
      code: "backup_unusable",
      message: new RegExp(`${end} lies beside`),
    });
  }
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  for (const file of [pipe, folder, "/dev/zero"]) {
    await assert.rejects(restore(file), { code: "invalid_input", field: "file" });
  }
  assert.ok(readdirSync(folder).every((name) => !name.startsWith("restored-")));
});
