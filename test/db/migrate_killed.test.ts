// A migration that dies in its middle, by a process killed and by a connection lost at each of its statements: it is
// wholly there or not at all, leaves no lock, and the next `tti migrate up` goes on without anybody's hand. By day a
// fifteenth of the migrations is cut off at each statement.
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { describe, test } from "node:test";
import { migrations } from "../../migrations/index.ts";
import { connectDatabase, type Database } from "../../src/db/connect.ts";
import { migrationLimits } from "../../src/db/dialects.ts";
import { migrateDown, migrateUp, readMigrationStatus } from "../../src/db/migrate.ts";
import { openEmptyStore, openTestDatabase, storeKinds, type TestDatabase } from "../support/databases.ts";
import { dieAtStatement } from "../support/dying_connection.ts";
import { shareOfToday } from "../support/share_of_day.ts";
import { schemaOf } from "../support/whole_schema.ts";

/** How far a store is, and a sum of its schema; a lock that somebody left is a fault of its own. */
async function stateOf(db: Database): Promise<string> {
  const locks = await db("schema_migrations_lock").select("is_locked");
  assert.deepEqual(locks, [{ is_locked: 0 }], "the lock is free");
  const { applied } = await readMigrationStatus(db);
  // What is made beside those that write is there before its migration is, and does nobody harm.
  const early = migrations
    .filter(({ name }) => !applied.includes(name))
    .flatMap(({ indexes = [] }) => indexes.map(({ name }) => `index ${name}:`));
  const lines = (await schemaOf(db)).filter((line) => !early.some((index) => line.startsWith(index)));
  const schema = createHash("sha256").update(lines.join("\n")).digest("hex");
  return `${applied.at(-1)} ${schema}`;
}

/** Does one step with a connection that is lost at each statement in turn, until the step is done. */
async function cutOffEverywhere(
  store: TestDatabase,
  step: (db: Database) => Promise<unknown>,
): Promise<{ cuts: number; states: string[] }> {
  const before = await stateOf(store.db);
  const states = [before];
  for (let nth = 1; ; nth += 1) {
    assert.ok(nth < 300, "it is never done");
    const dying = connectDatabase(store.location, migrationLimits);
    const asked = dieAtStatement(dying, nth);
    const outcome = await step(dying).then(
      () => "done",
      () => "dead",
    );
    await dying.destroy().catch(() => undefined);
    const after = await stateOf(store.db);
    if (!states.includes(after)) states.push(after);
    // The statement that commits may be the one that is lost, once it has arrived.
    if (after !== before) return { cuts: nth - 1, states };
    assert.equal(outcome, "dead", `nothing changed, after ${asked()} statements`);
  }
}

for (const kind of storeKinds) {
  describe(`a migration on ${kind}`, () => {
    test("cut off at any of its statements is wholly there or not at all, both ways", async () => {
      const store = await openTestDatabase(kind);
      try {
        const chosen = new Set(shareOfToday(migrations, 15).map(({ name }) => name));
        for (const { name } of [...migrations].reverse()) {
          if (chosen.has(name)) {
            const down = await cutOffEverywhere(store, migrateDown);
            const up = await cutOffEverywhere(store, (db) => migrateUp(db, { onlyNext: true }));
            assert.ok(down.cuts > 5 && up.cuts > 5, `${name} has statements`);
            assert.deepEqual(up.states, down.states.toReversed(), name);
          }
          await migrateDown(store.db);
        }
      } finally {
        await store.close();
      }
    });

    test("whose process is killed in the middle leaves nothing that the next call does not do", async () => {
      const store = await openEmptyStore(kind);
      try {
        const killed = async (direction: string, nth: number) => {
          const words = [direction, String(nth), JSON.stringify(store.location)];
          const child = fork(join(import.meta.dirname, "killed_migration.ts"), words, { stdio: "ignore" });
          assert.deepEqual(await once(child, "exit"), [null, "SIGKILL"]);
        };
        // In the one transaction of a fresh store; then in the middle of a way back and of a way up.
        await killed("up", 60);
        assert.equal((await migrateUp(store.db, { waitMs: 5_000 })).length, migrations.length);
        const whole = await stateOf(store.db);
        await killed("down", 12);
        assert.deepEqual(await stateOf(store.db), whole);
        for (let back = 0; back < 5; back += 1) await migrateDown(store.db);
        await killed("up", 45);
        const { applied } = await readMigrationStatus(store.db);
        assert.ok(applied.length > migrations.length - 5, "each is done by itself");
        assert.ok(applied.length < migrations.length, "it was killed before the last");
        await migrateUp(store.db, { waitMs: 5_000 });
        assert.deepEqual(await stateOf(store.db), whole);
      } finally {
        await store.close();
      }
    });
  });
}
