// What an SQLite connection keeps prepared: each text is read once, as many as are kept, and as the schema is now.
import assert from "node:assert/strict";
import { test } from "node:test";
import { keepStatements } from "../../src/db/kept_statements.ts";
import { useStore } from "../support/use_store.ts";

const store = useStore("sqlite");

test("a text is prepared once while it is among the last used, and those kept are bounded", () => {
  const prepared: string[] = [];
  const connection = {
    prepare(sql: string): object {
      prepared.push(sql);
      return { sql };
    },
  };
  keepStatements(connection);
  assert.equal(connection.prepare("first"), connection.prepare("first"));
  assert.deepEqual(prepared, ["first"]);
  for (let number = 0; number < 1_000; number += 1) connection.prepare(`select ${number}`);
  connection.prepare("select 999");
  assert.equal(prepared.length, 1_001);
  connection.prepare("first");
  assert.equal(prepared.at(-1), "first");
});

test("a kept text tells of the schema as it is, whoever changed it", async () => {
  const other = store.openAnother();
  await other.raw("create table kept (a integer)");
  await other.raw("insert into kept values (1)");
  const read = () => store.db.raw("select * from kept");
  assert.deepEqual(await read(), [{ a: 1 }]);
  await other.raw("alter table kept add column b integer default 2");
  assert.deepEqual(await read(), [{ a: 1, b: 2 }]);
  await other.raw("drop table kept");
  await assert.rejects(read, /no such table/);
  await other.raw("create table kept (c integer)");
  assert.deepEqual(await read(), []);
  await other.raw("insert into kept values (3)");
  assert.deepEqual(await read(), [{ c: 3 }]);
});
