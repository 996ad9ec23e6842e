// In a store that was made a moment ago nobody has counted rows, and a plan that PostgreSQL makes for any values is kept while the
// tables grow. Statements for many look up by an index then what they bring, and are planned once, not at each time.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import pg from "pg";
import { createUsesWithEvents } from "../../../src/provider/grants/assertion_use_store.ts";
import { createVoucherReader } from "../../../src/provider/sessions/voucher_reader_store.ts";
import { createCodeKeeper } from "../../../src/provider/storage/code_store.ts";
import { createExchanger } from "../../../src/provider/storage/exchange_store.ts";
import { createRecordReader } from "../../../src/provider/storage/record_reader_store.ts";
import { readSubjects } from "../../../src/provider/subjects/subject_store.ts";
import type { TestDatabase } from "../../support/databases.ts";
import { type Statement, sentBy } from "../../support/plans.ts";
import { useStore } from "../../support/use_store.ts";

const now = new Date(1_000_000);
/** How often a statement is sent before PostgreSQL chooses between a plan for these values and one for any. */
const tries = 5;

describe("a young store", () => {
  const store = useStore("postgres", async () => {});
  const event = (id: string) =>
    ({ type: "sign_in.continued", actor: "nobody", accountId: id, tenantId: "t", clientId: "c" }) as const;
  const acts: Readonly<Record<string, (db: TestDatabase["db"]) => Promise<unknown>>> = {
    "looking records up": (db) => {
      const { byId } = createRecordReader(db);
      return Promise.all(["a", "b", "c"].map((id) => byId("Session", id)));
    },
    "looking sessions up": (db) => {
      const { byUid } = createRecordReader(db);
      return Promise.all(["a", "b", "c"].map((uid) => byUid("Session", uid)));
    },
    "looking refresh tokens up, with what they hang on": (db) => {
      const { byId } = createRecordReader(db);
      return Promise.all(["a", "b", "c"].map((id) => byId("RefreshToken", id)));
    },
    "reading logins": (db) => {
      const read = createVoucherReader(db);
      return Promise.all(["a", "b", "c"].map((id) => read({ sessionUid: id, accountId: id }, now)));
    },
    "reading people": (db) =>
      readSubjects(
        db,
        ["a", "b"].map((accountId) => ({ accountId, tenantId: "t", clientId: "c", nowMs: now.getTime() })),
      ),
    exchanging: (db) => {
      const exchange = createExchanger(db);
      const given = [{ model: "AccessToken", id: "new", payload: {}, expiresAtMs: 1 }];
      return exchange({ used: { model: "RefreshToken", id: "x" }, given, event: event("a"), now });
    },
    "giving codes": (db) => {
      const code = { model: "AuthorizationCode", id: "new", payload: {}, expiresAtMs: 1 };
      return createCodeKeeper(db)({ code, event: event("a"), now });
    },
    "using assertions": (db) =>
      createUsesWithEvents(db, [
        {
          use: { issuer: "i", id: "u", expiresAtSeconds: 1, parameter: "assertion" },
          ...{ event: event("a"), now, origin: { address: undefined, requestId: undefined } },
        },
      ]),
  };

  for (const [name, act] of Object.entries(acts)) {
    const forMany = async (): Promise<Statement> => {
      const statement = (await sentBy(store, act)).find(({ sql }) => sql.includes("unnest"));
      assert.ok(statement, "a statement for many");
      return statement;
    };

    test(`${name}: a plan of before reads no table as a whole once there is much in it`, async () => {
      const statement = await forMany();
      await asking(store, async (client) => {
        await client.query("set plan_cache_mode = force_generic_plan");
        await run(client, statement);
        await client.query(`insert into oidc_records (model, id_hash, payload)
          select 'AccessToken', 'full' || i, '{}' from generate_series(1, 2000) i`);
        const before = await readAsAWhole(client);
        await run(client, statement);
        assert.equal((await readAsAWhole(client)) - before, 0);
      });
    });

    test(`${name}: is planned once`, async () => {
      const statement = await forMany();
      await asking(store, async (client) => {
        for (let time = 0; time < tries + 2; time += 1) await run(client, statement);
        const { rows } = await client.query<{ planned: number }>(
          "select custom_plans as planned from pg_prepared_statements where name = 'asked'",
        );
        assert.equal(Number(rows[0]?.planned), tries);
      });
    });
  }
});

// Twice is no conflict here: what is given has an id of its own each time.
const run = async (client: pg.Client, { sql, values }: Statement) => {
  await client.query("savepoint here");
  await client.query({ name: "asked", text: sql, values: [...values] });
  await client.query("rollback to savepoint here");
};

async function readAsAWhole(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ read: number }>(
    "select seq_tup_read as read from pg_stat_xact_user_tables where relname = 'oidc_records'",
  );
  return Number(rows[0]?.read ?? 0);
}

async function asking(store: TestDatabase, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: (store.location as { databaseUrl: string }).databaseUrl });
  await client.connect();
  try {
    await client.query("begin");
    await work(client);
  } finally {
    await client.end();
  }
}
