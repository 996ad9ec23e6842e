// A code and the event that says it was given stand both, or neither; many at one moment are one statement.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createCodeKeeper } from "../../../src/provider/storage/code_store.ts";
import { findRecord } from "../../../src/provider/storage/record_reader_store.ts";
import { storeKinds } from "../../support/databases.ts";
import { useStore } from "../../support/use_store.ts";

const now = new Date(1_000_000);

for (const kind of storeKinds) {
  describe(`codes in ${kind}`, () => {
    const store = useStore(kind, async () => {});
    const given = (id: string, accountId: string) => ({
      code: {
        ...{ model: "AuthorizationCode", id, expiresAtMs: 2_000_000 },
        payload: { accountId, grantId: "g", sessionUid: "s" },
      },
      event: {
        type: "sign_in.continued",
        actor: `account:${accountId}`,
        accountId,
        tenantId: "t",
        clientId: "c",
      } as const,
      now,
    });
    const codeOf = (id: string) => findRecord(store.db, "AuthorizationCode", id);
    const eventsOf = (accountId: string) => store.db("audit_events").where("account_id", accountId);

    test("a code is written with its event, and alone where the trail tells of it otherwise", async () => {
      const keep = createCodeKeeper(store.db);
      await Promise.all(["a", "b", "c"].map((name) => keep(given(name, `of-${name}`))));
      for (const name of ["a", "b", "c"]) {
        assert.equal((await codeOf(name))?.accountId, `of-${name}`);
        assert.equal((await eventsOf(`of-${name}`)).length, 1);
      }
      await keep({ ...given("d", "of-d"), event: undefined });
      assert.equal((await codeOf("d"))?.accountId, "of-d");
      assert.equal((await eventsOf("of-d")).length, 0);
    });

    test("where the event cannot be written there is no code; others of that moment have theirs", async () => {
      const keep = createCodeKeeper(store.db);
      const bad = { ...given("bad", "of-bad"), event: { ...given("", "of-bad").event, type: undefined } };
      const asked = [given("first", "of-first"), bad as never, given("good", "of-good")];
      const became = await Promise.allSettled(asked.map(keep));
      assert.deepEqual(
        became.map(({ status }) => status),
        ["fulfilled", "rejected", "fulfilled"],
      );
      assert.equal(await codeOf("bad"), undefined);
      assert.equal((await eventsOf("of-bad")).length, 0);
      assert.equal((await codeOf("good"))?.accountId, "of-good");
    });

    if (kind === "sqlite") return;
    test("codes of one moment share a statement", async () => {
      const keep = createCodeKeeper(store.db);
      const pool = store.db.client as { acquireConnection(): Promise<unknown> };
      const acquire = pool.acquireConnection.bind(pool);
      let statements = 0;
      pool.acquireConnection = () => {
        statements += 1;
        return acquire();
      };
      await Promise.all(["1", "2", "3", "4"].map((name) => keep(given(`many-${name}`, "of-many"))));
      pool.acquireConnection = acquire;
      assert.equal(statements, 2, "the first goes alone, the others together");
      assert.equal((await eventsOf("of-many")).length, 4);
    });
  });
}
