// A store moves only to a database whose schema the migrations make: nothing waits there for what arrives.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { migrateDown, migrateUp } from "../../src/db/migrate.ts";
import { type MoveOrder, moveStore, recordMove } from "../../src/upkeep/move.ts";
import { assertOwnPostgres } from "../../src/upkeep/own_postgres_store.ts";
import { countRows, listTables } from "../../src/upkeep/tables_store.ts";
import { openEmptyStore, openTestDatabase, type TestDatabase } from "../support/databases.ts";
import { furnish, secrets } from "./furnished_store.ts";

let source: TestDatabase;
let target: TestDatabase;
let order: MoveOrder;
before(async () => {
  source = await openTestDatabase("sqlite");
  await furnish(source.db);
  await source.db.destroy();
  target = await openTestDatabase("postgres");
  const { dataDir } = source.location as { dataDir: string };
  const { databaseUrl } = target.location as { databaseUrl: string };
  const rest = { secrets, actor: "cli:test", now: () => new Date(), say: () => undefined };
  order = { dataDir, databaseUrl, ...rest };
});
after(async () => {
  await source?.close();
  await target?.close();
});

test("a database that went up step by step, and down and up again, has the schema of a fresh one", async () => {
  const store = await openEmptyStore("postgres");
  try {
    while ((await migrateUp(store.db, { onlyNext: true })).length > 0);
    await assertOwnPostgres(store.db);
    while ((await migrateDown(store.db)).length > 0);
    await migrateUp(store.db);
    await assertOwnPostgres(store.db);
  } finally {
    await store.close();
  }
});

const evil = "create function evil() returns trigger language plpgsql as 'begin return new; end'";
for (const [what, sql, away] of [
  ["a function", [evil], ["drop function evil"]],
  [
    "a trigger whose function is elsewhere",
    [
      "create schema hidden",
      evil.replace("evil", "hidden.evil"),
      "create trigger evil after insert on audit_events for each row execute function hidden.evil()",
    ],
    ["drop schema hidden cascade"],
  ],
  [
    "a rule",
    ["create rule evil as on insert to audit_events do also delete from consents"],
    ["drop rule evil on audit_events"],
  ],
  ["a policy", ["create policy evil on accounts"], ["drop policy evil on accounts"]],
  [
    "row security",
    ["alter table accounts enable row level security"],
    ["alter table accounts disable row level security"],
  ],
  ["a view", ["create view evil as select 1 as one"], ["drop view evil"]],
  ["a table", ["create table evil (id text)"], ["drop table evil"]],
  ["a sequence", ["create sequence evil"], ["drop sequence evil"]],
  ["a type", ["create type evil as enum ('a')"], ["drop type evil"]],
  [
    "an operator",
    ["create operator public.=== (leftarg = text, rightarg = text, function = texteq)"],
    ["drop operator public.=== (text, text)"],
  ],
  [
    "a default",
    ["alter table accounts alter name set default 'x'"],
    ["alter table accounts alter name drop default"],
  ],
  [
    "a generated column",
    ["alter table accounts add evil text generated always as ('x') stored"],
    ["alter table accounts drop evil"],
  ],
  [
    "a check",
    ["alter table accounts add constraint evil check (true)"],
    ["alter table accounts drop constraint evil"],
  ],
  ["an index", ["create index evil on accounts (name)"], ["drop index evil"]],
  [
    "a column that may be nothing",
    ["alter table tenants alter name drop not null"],
    ["alter table tenants alter name set not null"],
  ],
  ["an unlogged table", ["alter table mails set unlogged"], ["alter table mails set logged"]],
  [
    "an event trigger",
    [
      "create schema hidden",
      "create function hidden.evil() returns event_trigger language plpgsql as 'begin end'",
      "create event trigger evil on ddl_command_end execute function hidden.evil()",
    ],
    ["drop event trigger evil", "drop schema hidden cascade"],
  ],
] as const) {
  test(`a database with ${what} that no migration makes is no target`, async () => {
    for (const one of sql) await target.db.raw(one);
    try {
      await assert.rejects(moveStore(order), { code: "store_differs", message: /which no migration/ });
    } finally {
      for (const one of away) await target.db.raw(one);
    }
  });
}

test("what comes there while rows go over is told before the new store serves", async () => {
  let done: Promise<unknown> | undefined;
  const say = (line: string) => {
    if (!line.startsWith("Comparing")) return;
    const sql = "create rule late as on insert to audit_events do also delete from consents";
    done = Promise.resolve(target.db.raw(sql));
  };
  await assert.rejects(moveStore({ ...order, say }), { code: "store_differs", message: /the rule late/ });
  await done;
  assert.equal((await target.db("audit_events").where("type", "store.moved")).length, 0);
  await target.db.raw("drop rule late on audit_events");
});

test("rows are counted once more with the record of the move, which stands only if they are right", async () => {
  const tables = await listTables(target.db);
  const counted = await countRows(target.db, tables);
  const mark = { id: "id", place: "here", schema: "s" };
  const report = (more: number) => {
    const tenants = (counted["tenants"] ?? 0) + more;
    return { from: "here", rows: 1, tables: { ...counted, tenants } };
  };
  const marked = tables.filter(({ name }) => name !== "store_marks");
  const record = (more: number) =>
    recordMove(target.db, mark, { actor: "cli:test", now: order.now, tables: marked }, report(more));
  for (const more of [-1, 1]) {
    await assert.rejects(record(more), { code: "store_differs", message: /tenants has/ });
    assert.equal((await target.db("audit_events").where("type", "store.moved")).length, 0);
  }
});

test("a database to which nobody added anything is a target, though a move to it was refused before", async () => {
  assert.ok((await moveStore(order)).rows > 40);
});
