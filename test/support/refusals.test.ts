// What the suites lean on: a refusal that leaves a row behind is found, and what is exempt is not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openTestDatabase, storeKinds } from "./databases.ts";
import { comparedCommands, lookBefore } from "./refused_commands.ts";
import { differencesOf, readWholeStore } from "./whole_store.ts";

for (const kind of storeKinds) {
  test(`a row that a request left, changed or took is told apart, on ${kind}`, async () => {
    const store = await openTestDatabase(kind);
    try {
      const { db } = store;
      const empty = await readWholeStore(db);
      await db("tenants").insert({ id: "acme", name: "Acme", created_at_ms: 1, updated_at_ms: 1 });
      const [added, ...others] = differencesOf(empty, await readWholeStore(db));
      assert.match(added ?? "", /^\+ tenants \{.*"Acme"/);
      assert.deepEqual(others, []);
      const one = await readWholeStore(db);
      await db("tenants").where({ id: "acme" }).update({ name: "Other" });
      assert.deepEqual(
        differencesOf(one, await readWholeStore(db)).map((line) => line.slice(0, 9)),
        ["+ tenants", "- tenants"],
      );
      // By another connection, as a server's is.
      const other = store.openAnother();
      await other("tenants").where({ id: "acme" }).update({ name: "Third" });
      assert.match([...(await readWholeStore(db))].join("\n"), /"Third"/);
      // Of a PostgreSQL that other tests write to meanwhile it is not known that nothing was written.
      if (kind === "sqlite") assert.equal(await readWholeStore(db), await readWholeStore(db));
      await db("tenants").where({ id: "acme" }).delete();
      assert.deepEqual(differencesOf(empty, await readWholeStore(db)), []);
    } finally {
      await store.close();
    }
  });
}

for (const kind of storeKinds) {
  test(`a command that is refused and wrote is found, one that did what it was asked is not, on ${kind}`, async () => {
    const store = await openTestDatabase(kind);
    const dataDir = "dataDir" in store.location ? store.location.dataDir : "";
    const look = () => lookBefore(dataDir, kind === "postgres" ? store.db : undefined);
    try {
      const { db } = store;
      const compared = comparedCommands();
      const before = await look();
      await before.assertSame(["tenant", "create"], 2);
      await db("audit_events").insert({
        id: "e",
        at_ms: 1,
        actor: "cli:test",
        type: "tenant.created",
        details: "{}",
      });
      await before.assertSame(["tenant", "create"], 1);
      await db("tenants").insert({ id: "acme", name: "Acme", created_at_ms: 1, updated_at_ms: 1 });
      await assert.rejects(
        before.assertSame(["tenant", "create", "acme"], 1),
        /tti tenant create acme ended with 1 and wrote/,
      );
      await before.assertSame(["tenant", "create", "acme"], 0);
      assert.equal(comparedCommands(), compared + 3);
    } finally {
      await store.close();
    }
  });
}
