// What people, applications and back ends do all day reads no table as a whole, and no more rows of one than a page shows: not
// among thousands, and not for a person in whose name a program has signed in thousands of times. The statements are those that
// the flows really send, so that a new one is judged at once; on PostgreSQL by the plan for these values and by the one for any.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startTrailKeeper } from "../../../src/audit/chain/keeper.ts";
import { type Database, isPostgres } from "../../../src/db/connect.ts";
import { usualWindow } from "../../../src/db/prefix_search.ts";
import { silentLog } from "../../../src/log.ts";
import { startSweeper } from "../../../src/provider/assembly/sweeper.ts";
import { accountPages } from "../../../src/provider/self_service/account_tabs.ts";
import { type CrowdSize, fillCrowd } from "../../support/crowd.ts";
import { storeKinds, type TestDatabase } from "../../support/databases.ts";
import {
  isOfSubquery,
  isWholeScan,
  largeTables,
  mostRowsRead,
  plansOf,
  type Statement,
  sentDuring,
} from "../../support/plans.ts";
import { addMintingClients, exchange, setTenant, signSubject } from "../grants/mint_support.ts";
import { addApis, introspect, opaqueApi, tokensFor } from "../resources/resource_support.ts";
import { authorizationUrl, codeOf, getUserinfo, redeem, refresh } from "../support/authorization.ts";
import { addPerson, signInAt, useProvider } from "../support/provider_fixture.ts";
import { UserAgent } from "../support/user_agent.ts";

const crowd: CrowdSize = { people: 6_000, tenants: 3_000 };
/** How often the person was signed in before, by a program. */
const times = 1_500;
/** The most rows a step of a plan may read; an index that leads to all of the person's would read them all. */
const mostRead = 500;

for (const kind of storeKinds) {
  describe(`flows in ${kind}`, () => {
    const email = "busy@acme.example";
    const environment = { TTI_CLIENT_ID: "tti-demo" };
    const fixture = useProvider({ kind, environment, writesMeanwhile: true }, async () => {
      await fillCrowd(fixture.db, crowd);
      busyId = (await addPerson(fixture.db, { email, tenants: ["acme"] })).id;
      await addMintingClients(fixture.db);
      const presencePolicy = { name: "within", hours: 12 } as const;
      await setTenant(fixture.db, "acme", { loginMethod: "both", presencePolicy });
      await addApis(fixture);
      await signInAt(agent, authorizationUrl(fixture), email);
      await repeat(fixture.store, busyId);
    });
    let busyId = "";
    const agent = new UserAgent();
    const signedIn = () => new UserAgent();

    // Their own pages show people what is theirs, of a window.
    const pagesOfAccount = "the pages of the account";
    const flows: Readonly<Record<string, () => Promise<void>>> = {
      "a login, its tokens, a refresh, and userinfo": async () => {
        const code = codeOf(
          await signInAt(
            signedIn(),
            authorizationUrl(fixture, { scope: "openid offline_access", prompt: "consent" }),
            email,
          ),
        );
        const tokens = await redeem(fixture, code);
        assert.equal(tokens.status, 200);
        const next = await refresh(fixture, tokens.body["refresh_token"]);
        assert.equal(next.status, 200);
        assert.equal((await getUserinfo(fixture, next.body["access_token"])).status, 200);
      },
      "a mint": async () => {
        const { issuer } = fixture;
        const auth_time = Math.floor(Date.now() / 1000);
        for (const sub of ["named", "named", busyId]) {
          const claims = { sub, email: sub === busyId ? email : "named@acme.example", auth_time };
          const { status, body } = await exchange(issuer, await signSubject(issuer, claims));
          assert.equal(status, 200, JSON.stringify(body));
        }
      },
      "a token for an API, and introspection": async () => {
        const tokens = await tokensFor(fixture, email, opaqueApi);
        assert.equal((await introspect(fixture, tokens.body["access_token"])).body["active"], true);
      },
      [pagesOfAccount]: async () => {
        for (const { path } of Object.values(accountPages)) {
          const page = await agent.follow(new URL(path, fixture.issuer));
          assert.equal(page.status, 200, path);
        }
      },
      sweeping: async () => {
        const policy = { intervalMs: 3_600_000, keepMs: 3_600_000, batchSize: 200 };
        const sweeper = startSweeper(
          { db: fixture.server.db, clock: () => new Date(), log: silentLog },
          policy,
        );
        await sweeper.sweep();
        await sweeper.stop();
      },
      "sealing the trail": async () => {
        const { db } = fixture.server;
        await db.batchInsert("audit_events", manyEvents(700), 50);
        const secrets = [new Uint8Array(32).fill(7)];
        const keeper = startTrailKeeper({
          db,
          clock: () => new Date(),
          log: silentLog,
          secrets,
          retentionDays: 1,
        });
        await keeper.keep();
        await keeper.stop();
      },
    };

    for (const [name, flow] of Object.entries(flows)) {
      test(`${name}: reads no table as a whole, and not all of a person's`, async () => {
        const sent = await sentDuring(fixture.server.db, flow);
        assert.ok(sent.length > 5, `${sent.length} statements`);
        const faults: string[] = [];
        const most = name === pagesOfAccount ? usualWindow : mostRead;
        for (const statement of sent) faults.push(...(await faultsOf(fixture.store, statement, most)));
        assert.deepEqual(faults, []);
      });
    }

    test("a statement that reads a table as a whole, or all of a person's, is told", async () => {
      // What the server does meanwhile by itself is seen, too.
      const sent = await sentDuring(fixture.server.db, async () => {
        await fixture.server.db("oidc_records").where("payload", "x").first();
        await fixture.server.db("oidc_records").where("account_id", "x").first();
      });
      const judge = async (asked: RegExp) => {
        const statement = sent.find(({ sql }) => asked.test(sql));
        assert.ok(statement);
        return faultsOf(fixture.store, statement);
      };
      const [whole, indexed] = [await judge(/where .payload. = /), await judge(/where .account_id. = /)];
      assert.notDeepEqual(whole, []);
      assert.deepEqual(indexed, []);
    });
  });
}

// Few, whoever is there: keys, kinds of hashes, and the instances that run.
const few = /\b(?:signing_keys|key_instances|login_name_keys|imported_hash_kinds)\b/;
// What a statement brings along.
const isBrought = /SCAN (?:put|\d+ CONSTANT ROWS?|\d+-ROW VALUES CLAUSE)$/;

async function faultsOf(store: TestDatabase, statement: Statement, most = mostRead): Promise<string[]> {
  const { sql } = statement;
  const scansIn = async (ifPossible: boolean) =>
    (await plansOf(store, statement, ifPossible))
      .flatMap((plan) => plan.split("\n"))
      .filter(
        (line) => isWholeScan(line) && !few.test(line) && !isBrought.test(line) && !isOfSubquery(line, sql),
      )
      // In the order of an index, as far as the limit goes.
      .filter((line) => !(/\bSCAN \w+ USING INDEX/.test(line) && /\blimit\b/i.test(sql)));
  const faults = await scansIn(true);
  if (store.kind === "postgres") {
    const large = await largeTables(store, 1_000);
    const tableIn = (line: string) => /Seq Scan on (\w+)/.exec(line)?.[1] ?? "";
    faults.push(...(await scansIn(false)).filter((line) => large.has(tableIn(line))));
    if (/^\s*(?:select|with)/i.test(sql) && !/\b(?:insert|update|delete)\b/i.test(sql)) {
      const { rows, step } = await mostRowsRead(store, statement);
      if (rows > most) faults.push(`${step} read ${rows} rows`);
    }
  }
  return [...new Set(faults)].map((line) => `${line.trim()}: ${sql.replace(/\s+/g, " ").slice(0, 300)}`);
}

const manyEvents = (count: number) =>
  Array.from({ length: count }, (_, place) => ({
    ...{ id: `new-${place}`, at_ms: place, type: "token.minted", actor: "client:c", details: "{}" },
  }));

/** What the person has once they get so many times more: sessions with their logins, and refresh tokens. */
async function repeat({ db }: { db: Database }, accountId: string): Promise<void> {
  const numbers = `with recursive numbers(i) as (select 1 union all select i + 1 from numbers where i < ${times})`;
  const copies = async (table: string, which: string, own: Readonly<Record<string, string>>) => {
    const columns = Object.keys(await db(table).columnInfo());
    await db.raw(`insert into ${table} (${columns.join(", ")}) ${numbers}
      select ${columns.map((column) => own[column] ?? `r.${column}`).join(", ")}
      from (select * from ${table} where account_id = '${accountId}' and ${which} limit 1) r cross join numbers`);
  };
  await copies("oidc_records", "model = 'Session'", { id_hash: "'busy' || i", uid_hash: "'session' || i" });
  await copies("session_vouchers", "method = 'password'", { session_uid_hash: "'session' || i" });
  await copies("oidc_records", "model = 'Grant'", { id_hash: "'busy' || i" });
  // Nobody does it to an SQLite file.
  if (isPostgres(db)) await db.raw("analyze");
}
