// What the doctor says of PostgreSQL's connections, as the server itself counts and bounds them.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readConfig } from "../../../src/config.ts";
import { readConnectionBounds } from "../../../src/db/connections_store.ts";
import { askNothing } from "../../../src/db/probe_store.ts";
import { checkConnections } from "../../../src/onboarding/doctor/connection_checks.ts";
import { examine } from "../../../src/onboarding/doctor/examine.ts";
import { openTestDatabase } from "../../support/databases.ts";

const settings = { databasePoolSize: 10, preparedStatements: true };

describe("connections to the store", () => {
  it("are enough while the tightest limit leaves room for one more process, and not one below", () => {
    const outcome = (used: number) =>
      checkConnections([{ of: "server", atMost: 97, used }], settings).map((finding) => finding.outcome);
    assert.deepEqual(outcome(85), ["passed"]);
    assert.deepEqual(outcome(86), ["warning"]);
  });

  it("are not judged behind a pooler, nor of an embedded store", () => {
    const full = [{ of: "server", atMost: 97, used: 97 } as const];
    const behind = checkConnections(full, { ...settings, preparedStatements: false });
    assert.deepEqual(
      behind.map(({ outcome }) => outcome),
      ["information"],
    );
    assert.deepEqual(checkConnections(undefined, settings), []);
  });

  it("are read with the database's own limit, and with everybody who is connected to it", async () => {
    const store = await openTestDatabase("postgres");
    try {
      const read = async () =>
        new Map((await readConnectionBounds(store.db))?.map((bound) => [bound.of, bound] as const));
      const [{ server, database, role }] = [Object.fromEntries(await read())];
      assert.ok(server !== undefined && server.atMost > 0 && server.used >= 0);
      assert.deepEqual([database, role], [undefined, undefined], "where there is no limit, none is told");
      const { rows } = await store.db.raw("select current_database() as name");
      await store.db.raw(`alter database ${rows[0].name} connection limit 7`);
      const before = (await read()).get("database");
      assert.deepEqual(before, { of: "database", atMost: 7, used: 0 }, "whoever asks is not counted");
      await askNothing(store.openAnother());
      assert.equal((await read()).get("database")?.used, (before?.used ?? 0) + 1);
      const config = readConfig({
        TTI_ISSUER: "http://127.0.0.1:9",
        TTI_SECRETS: Buffer.alloc(32, 1).toString("base64"),
      });
      const found = await examine({
        ...{
          issuer: config.issuer,
          clock: () => new Date(),
          own: { db: store.db, config },
          tenantClaim: "tenant_id",
        },
      });
      assert.equal(found.find(({ check }) => check === "store_connections")?.outcome, "warning");
    } finally {
      await store.close();
    }
  });

  it("are none that an embedded store has", async () => {
    const store = await openTestDatabase("sqlite");
    try {
      assert.equal(await readConnectionBounds(store.db), undefined);
    } finally {
      await store.close();
    }
  });
});
