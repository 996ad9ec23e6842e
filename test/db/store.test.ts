// The store itself: both kinds migrate up and down, answer hand-written statements alike, and enforce keys.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { migrations } from "../../migrations/index.ts";
import { migrateDown, migrateUp, readMigrationStatus } from "../../src/db/migrate.ts";
import { runStatement } from "../../src/db/statement.ts";
import { storeKinds } from "../support/databases.ts";
import { useStore } from "../support/use_store.ts";

for (const kind of storeKinds) {
  describe(`the store on ${kind}`, () => {
    const store = useStore(kind);

    test("answers a named statement with rows, and with none when nothing matched", async () => {
      const insert =
        "insert into tenants (id, name, created_at_ms, updated_at_ms) values (?, ?, ?, ?) on conflict (id) do nothing returning id, created_at_ms";
      const values = ["acme", "Acme", 1_900_000_000_000, 1_900_000_000_000];
      const first = await runStatement<{ id: string; created_at_ms: number }>(
        store.db,
        "t_insert",
        insert,
        values,
      );
      assert.deepEqual(first, [{ id: "acme", created_at_ms: 1_900_000_000_000 }]);
      assert.deepEqual(await runStatement(store.db, "t_insert", insert, values), []);
    });

    test("names no value of a statement in its errors, on any way to the driver", async () => {
      const canary = "eyJzZWFsZWQ-private-key-canary";
      const row = ["acme", canary, 1, 1];
      const insert =
        "insert into tenants (id, name, created_at_ms, updated_at_ms) values (?, ?, ?, ?) returning id";
      const ways: Record<string, () => Promise<unknown>> = {
        builder: () =>
          store.db("tenants").insert({ id: "acme", name: canary, created_at_ms: 1, updated_at_ms: 1 }),
        raw: async () => store.db.raw("insert into tenants (id, name) values (?, ?)", ["acme", canary]),
        statement: () => runStatement(store.db, "t_canary", insert, row),
        transaction: () => store.db.transaction((trx) => runStatement(trx, "t_canary", insert, row)),
      };
      for (const [way, run] of Object.entries(ways)) {
        await assert.rejects(run, (error: Error) => {
          assert.ok(!error.message.includes(canary), `${way}: ${error.message}`);
          assert.ok(!error.stack?.includes(canary), way);
          return true;
        });
      }
    });

    test("runs a statement inside a transaction and takes it back with it", async () => {
      const undone = store.db.transaction(async (trx) => {
        await runStatement(trx, "t_rename", "update tenants set name = ? where id = ? returning id", [
          "X",
          "acme",
        ]);
        throw new Error("undo");
      });
      await assert.rejects(undone, /undo/);
      const [row] = await store.db("tenants").where({ id: "acme" });
      assert.equal(row.name, "Acme");
    });

    test("refuses a membership of an account that does not exist", async () => {
      const orphan = { tenant_id: "acme", account_id: "nobody", role: "member", created_at_ms: 1 };
      await assert.rejects(async () => store.db("memberships").insert(orphan), /foreign key/i);
    });

    test("is the same store to a second instance", async () => {
      const another = store.openAnother();
      assert.equal((await another("tenants").select("id")).length, 1);
    });

    test("goes down to nothing and up again", async () => {
      for (let left = migrations.length; left > 0; left -= 1) {
        assert.equal((await readMigrationStatus(store.db)).applied.length, left);
        assert.equal((await migrateDown(store.db)).length, 1);
      }
      assert.deepEqual(await migrateDown(store.db), []);
      assert.deepEqual((await readMigrationStatus(store.db)).applied, []);
      await migrateUp(store.db);
      assert.deepEqual((await readMigrationStatus(store.db)).pending, []);
    });
  });
}
