// Migrations as they happen in life: with rows in every table, one step at a time, several at once, and beside a
// version that is newer.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { migrations } from "../../migrations/index.ts";
import { connectDatabase, type Database } from "../../src/db/connect.ts";
import { migrationLimits } from "../../src/db/dialects.ts";
import { migrateDown, migrateUp, newestMigration, readMigrationStatus } from "../../src/db/migrate.ts";
import { openEmptyStore, openTestDatabase, storeKinds } from "../support/databases.ts";
import { columnsOf, plant } from "../support/planted_rows.ts";
import { schemaOf } from "../support/whole_schema.ts";

const tablesOf = async (db: Database): Promise<string[]> => [
  ...new Set((await columnsOf(db)).map(({ table }) => table)),
];

/** What a version may count on: every column as `table.column`, and which of them a writer must name. */
async function shapeOf(db: Database): Promise<Map<string, { mustBeNamed: boolean }>> {
  const columns = await columnsOf(db);
  return new Map(columns.map(({ table, name, mustBeNamed }) => [`${table}.${name}`, { mustBeNamed }]));
}

for (const kind of storeKinds) {
  describe(`migrations on ${kind}`, () => {
    test("go up and down one step at a time with rows in every table", async () => {
      const store = await openTestDatabase(kind);
      try {
        while ((await migrateDown(store.db)).length > 0);
        for (const { name } of migrations) {
          assert.deepEqual(await migrateUp(store.db, { onlyNext: true }), [name]);
          await plant(store.db);
        }
        for (const { name } of [...migrations].reverse()) {
          await plant(store.db);
          assert.deepEqual(await migrateDown(store.db), [name]);
        }
        assert.deepEqual(await tablesOf(store.db), []);
        assert.equal((await migrateUp(store.db)).length, migrations.length);
      } finally {
        await store.close();
      }
    });

    test("take no column or table away, and put none into an old table that a writer of before would have to name", async () => {
      const store = await openTestDatabase(kind);
      try {
        while ((await migrateDown(store.db)).length > 0);
        let before = await shapeOf(store.db);
        for (const { name } of migrations) {
          await migrateUp(store.db, { onlyNext: true });
          const after = await shapeOf(store.db);
          const gone = [...before.keys()].filter((column) => !after.has(column));
          const tables = new Set([...before.keys()].map((column) => column.split(".")[0]));
          const demanded = [...after]
            .filter(([column]) => tables.has(column.split(".")[0]))
            .filter(([column, { mustBeNamed }]) => mustBeNamed && !before.get(column)?.mustBeNamed)
            .map(([column]) => column);
          assert.deepEqual({ gone, demanded }, { gone: [], demanded: [] }, name);
          before = after;
        }
        assert.ok(before.size > 100, "the shape was read");
      } finally {
        await store.close();
      }
    });

    test("of a newer version are no business of this one, which does not take them back", async () => {
      const store = await openTestDatabase(kind);
      try {
        const newer = { name: "9999_of_tomorrow", batch: 99, migration_time: new Date().toISOString() };
        await store.db("schema_migrations").insert(newer);
        const status = await readMigrationStatus(store.db);
        assert.deepEqual([status.pending, status.newer], [[], ["9999_of_tomorrow"]]);
        assert.deepEqual(await migrateUp(store.db), []);
        await assert.rejects(migrateDown(store.db), { code: "unavailable", message: /9999_of_tomorrow/ });
      } finally {
        await store.close();
      }
    });

    test("wait for one another, and say who is in the way when it takes too long", async () => {
      const store = await openTestDatabase(kind);
      try {
        await migrateDown(store.db);
        await store.db("schema_migrations_lock").update({ is_locked: 1 });
        await assert.rejects(migrateUp(store.db, { waitMs: 300 }), {
          code: "unavailable",
          fix: /migrate unlock/,
        });
        const waiting = migrateUp(store.db, { waitMs: 5_000 });
        await new Promise((resolve) => setTimeout(resolve, 300));
        await store.db("schema_migrations_lock").update({ is_locked: 0 });
        assert.equal((await waiting).length, 1);
      } finally {
        await store.close();
      }
    });
  });
}

for (const kind of storeKinds) {
  test(`several processes bring a fresh store up at once on ${kind}, and of two locks one stays`, async () => {
    const store = await openEmptyStore(kind);
    const pools = [1, 2, 3].map(() => connectDatabase(store.location, migrationLimits));
    try {
      const applied = await Promise.all(pools.map((db) => migrateUp(db)));
      assert.equal(applied.flat().length, migrations.length);
      const [db] = pools as [Database];
      await migrateDown(db);
      await db("schema_migrations_lock").del();
      // Each of two that met an empty store put one there.
      await db("schema_migrations_lock").insert({ is_locked: 0 });
      await db("schema_migrations_lock").insert({ is_locked: 0 });
      assert.deepEqual(await migrateUp(db, { waitMs: 2_000 }), [newestMigration]);
    } finally {
      await Promise.all(pools.map((db) => db.destroy()));
      await store.close();
    }
  });

  test(`whoever comes late goes on with what is left, on ${kind}`, async () => {
    const store = await openEmptyStore(kind);
    const pools = [1, 2, 3].map(() => connectDatabase(store.location, migrationLimits));
    try {
      const [db] = pools as [Database];
      for (let step = 0; step < migrations.length - 9; step += 1) await migrateUp(db, { onlyNext: true });
      const applied = await Promise.all(pools.map((pool) => migrateUp(pool)));
      assert.deepEqual(
        applied.flat().sort(),
        migrations.slice(-9).map(({ name }) => name),
      );
    } finally {
      await Promise.all(pools.map((db) => db.destroy()));
      await store.close();
    }
  });
}

test("a way back after which a row refers to nothing is not gone, on SQLite", async () => {
  const store = await openTestDatabase("sqlite");
  try {
    await store.db.raw("pragma foreign_keys = off");
    const membership = { tenant_id: "nobody", account_id: "nobody", role: "member", created_at_ms: 1 };
    await store.db("memberships").insert(membership);
    await store.db.raw("pragma foreign_keys = on");
    await assert.rejects(migrateDown(store.db), /2 rows that refer to nothing/);
    assert.deepEqual((await readMigrationStatus(store.db)).pending, []);
  } finally {
    await store.close();
  }
});

test("a migration that waits for a table holds nobody up for long, and says what it waited for", async () => {
  const store = await openTestDatabase("postgres");
  const migrating = connectDatabase(store.location, migrationLimits);
  const serving = store.openAnother();
  try {
    // 0089 changes a table that a backup reads meanwhile.
    while ((await migrateDown(store.db))[0] !== "0089_account_language");
    const backup = await store.db.transaction();
    await backup("accounts").select("id");
    const refused = assert.rejects(migrateUp(migrating, { waitMs: 2_500 }), {
      code: "unavailable",
      message: /in use by another session/,
    });
    let over = false;
    const told = refused.finally(() => {
      over = true;
    });
    // Whoever serves waits behind it, and is served: with its own limits, none fails.
    while (!over) await serving("accounts").select("id");
    await told;
    await backup.rollback();
    assert.equal((await migrateUp(migrating))[0], "0089_account_language");
  } finally {
    await migrating.destroy();
    await store.close();
  }
});

test("an index on a large table is made beside those that write, and a useless one made anew", async () => {
  const store = await openTestDatabase("postgres");
  const migrating = connectDatabase(store.location, migrationLimits);
  const serving = store.openAnother();
  const write = (db: Database, id: string) =>
    db("session_vouchers").insert({
      session_uid_hash: id,
      account_id: "a",
      method: "password",
      tenant_id: "acme",
      amr: "[]",
      auth_time_ms: 1,
      created_at_ms: 1,
      checked_at_ms: 1,
    });
  const ofIndex = async () =>
    (await schemaOf(store.db)).filter((line) => line.includes("vouchers_of_account:"));
  try {
    while ((await migrateDown(store.db))[0] !== "0094_logins_of_a_person");
    const another = await store.db.transaction();
    await write(another, "under way");
    let over = false;
    const migrated = migrateUp(migrating, { onlyNext: true }).finally(() => {
      over = true;
    });
    const isMade = async () => {
      const { rows } = await serving.raw(
        "select 1 from pg_stat_activity where query like 'create index concurrently%' and state = 'active' and datname = current_database()",
      );
      return rows.length > 0;
    };
    while (!(await isMade())) assert.ok(!over, "it waits for who writes");
    for (let place = 0; place < 5; place += 1) await write(serving, `meanwhile ${place}`);
    assert.ok(await isMade());
    await another.commit();
    assert.deepEqual(await migrated, ["0094_logins_of_a_person"]);
    const whole = await ofIndex();
    assert.equal(whole.length, 1);

    // As one whose making was killed.
    await migrateDown(store.db);
    await store.db.raw("create index session_vouchers_of_account on session_vouchers (account_id)");
    await store.db.raw(
      "update pg_index set indisvalid = false where indexrelid = 'session_vouchers_of_account'::regclass",
    );
    assert.match(String(await ofIndex()), /invalid/);
    await migrateUp(migrating, { onlyNext: true });
    assert.deepEqual(await ofIndex(), whole);
  } finally {
    await migrating.destroy();
    await store.close();
  }
});
