// A provider whose store fails: it says so in the protocol's words, with a time to try again, its readiness
// notices, and it goes on by itself.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { poolStateOf } from "../src/db/connect.ts";
import type { StoreLimits } from "../src/db/dialects.ts";
import { storeFaultKinds } from "../src/db/store_fault_kinds.ts";
import { openLog } from "../src/log.ts";
import type { RunningServer } from "../src/running_server.ts";
import {
  addMintingClients,
  backEndId,
  exchange,
  setTenant,
  signSubject,
} from "./provider/grants/mint_support.ts";
import { authorizationUrl } from "./provider/support/authorization.ts";
import {
  addPerson,
  clientSecret,
  type ProviderFixture,
  startProvider,
} from "./provider/support/provider_fixture.ts";
import { startTcpProxy, type TcpProxy } from "./support/tcp_proxy.ts";

const metricsKey = "TheKeyOfWhoeverReadsTheMetrics-0123456789";

/** As in life, with shorter times. */
const storeLimits: StoreLimits = {
  connectMs: 500,
  acquireMs: 1_000,
  statementMs: 600,
  lockMs: 500,
  idleInTransactionMs: 1_000,
  silentMs: 900,
};

/** A log whose lines are read. */
function readLog() {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line));
  const of = (msg: string) => lines.filter((line) => line["msg"] === msg);
  return { log: openLog({ level: "info", stream: { write } }), lines, of };
}

// Every route has the line that docs/faults.md names, whoever serves it: the library's too.
function toldAsDocumented(lines: readonly Record<string, unknown>[], routes: readonly string[]): void {
  const failed = lines.filter(({ msg }) => msg === "request failed");
  for (const route of routes) {
    const line = failed.find((one) => one["route"] === route);
    assert.ok(line, `${route}: ${JSON.stringify(lines.map(({ msg }) => msg))}`);
    assert.equal(line["code"], "temporarily_unavailable", route);
    assert.equal(line["level"], "error", route);
    assert.match(String(line["requestId"]), /^[0-9a-f-]{36}$/, route);
    assert.ok(Object.hasOwn(storeFaultKinds, String(line["kind"])), `${route}: ${line["kind"]}`);
    assert.ok(line["err"] !== undefined, route);
  }
  for (const { msg, level } of lines)
    if (level === "error") assert.doesNotMatch(String(msg), /^(?:\w+\.error|server_error)$/);
}

describe("a provider whose PostgreSQL fails", () => {
  const told = readLog();
  let fixture: ProviderFixture;
  let proxy: TcpProxy;
  let issuer: string;
  let adminUrl: string;
  let sub: string;
  let server: RunningServer;

  before(async () => {
    const bare = await startProvider({ kind: "postgres" });
    assert.ok("databaseUrl" in bare.store.location);
    proxy = await startTcpProxy(bare.store.location.databaseUrl);
    server = await bare.startAnother(
      { DATABASE_URL: proxy.url, TTI_ISSUER: "http://localhost:0", TTI_METRICS: metricsKey },
      { storeLimits, log: told.log },
    );
    fixture = bare;
    issuer = server.issuer;
    adminUrl = server.adminUrl;
    await addMintingClients(fixture.db);
    sub = (await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] })).id;
    await setTenant(fixture.db, "acme", {
      loginMethod: "both",
      presencePolicy: { name: "within", hours: 12 },
    });
  });
  after(async () => {
    await fixture.close();
    await proxy.close();
  });

  const mint = async () =>
    exchange(issuer, await signSubject(issuer, { sub, auth_time: Math.floor(Date.now() / 1000) }));
  const ready = () => fetch(`${issuer}/health/ready`);
  const until = async (holds: () => Promise<boolean>) => {
    const deadlineMs = performance.now() + 60_000;
    while (!(await holds())) {
      assert.ok(performance.now() < deadlineMs, "it did not come to pass in time");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };

  test("mints before anything fails", async () => {
    const answer = await mint();
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.equal((await ready()).status, 200);
  });

  test("goes on minting when one connection falls silent: only who waits on it is told to come again", async () => {
    await Promise.all(Array.from({ length: 8 }, mint));
    proxy.silence(1);
    const answers: { status: number; body: Record<string, unknown> }[] = [];
    for (let wave = 0; wave < 10; wave += 1) {
      answers.push(...(await Promise.all(Array.from({ length: 4 }, mint))));
    }
    const failed = answers.filter(({ status }) => status !== 200);
    assert.ok(failed.length <= 4, `${failed.length} of ${answers.length} failed`);
    for (const { status, body } of failed)
      assert.deepEqual([status, body["error"]], [503, "temporarily_unavailable"]);
  });

  test("is not ready while nothing answers, says 503 with a time everywhere, and serves again by itself", async () => {
    await Promise.all(Array.from({ length: 4 }, mint));
    const agent = await fetch(authorizationUrl({ issuer }, { client_id: "tti-demo" }), {
      redirect: "manual",
    });
    const interaction = new URL(agent.headers.get("location") ?? "", issuer);
    told.lines.length = 0;
    proxy.silence();
    proxy.silenceNew(true);
    const credentials = Buffer.from(`${backEndId}:${clientSecret}`).toString("base64");
    const token = await fetch(`${issuer}/token`, {
      method: "POST",
      headers: { authorization: `Basic ${credentials}` },
      body: new URLSearchParams({
        grant_type: "authorization_code",
        code: "x",
        redirect_uri: "https://rp.example/callback",
      }),
    });
    assert.equal(token.status, 503);
    assert.equal(((await token.json()) as { error: string }).error, "temporarily_unavailable");
    assert.ok(Number(token.headers.get("retry-after")) > 0);
    const administered = await fetch(`${adminUrl}/v1/tenants`, { headers: { authorization: "Bearer x" } });
    assert.equal(administered.status, 503);
    assert.ok(Number(administered.headers.get("retry-after")) > 0, "a program is told when to come again");
    const minted = await mint();
    assert.deepEqual([minted.status, minted.body["error"]], [503, "temporarily_unavailable"]);
    assert.doesNotMatch(JSON.stringify(minted.body), /oops|invalid_grant|DATABASE_URL/);
    const cookie = agent.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
    const authorization = `Bearer ${"a".repeat(43)}`;
    for (const [path, accept] of [
      ["/me", "application/json"],
      [`${interaction.pathname}`, "text/html"],
      ["/account", "text/html"],
      ["/auth?client_id=nobody&response_type=code", "text/html"],
    ] as const) {
      const answer = await fetch(new URL(path, issuer), {
        redirect: "manual",
        headers: { accept, authorization, cookie: path === "/account" ? "_session=x" : cookie },
      });
      const text = await answer.text();
      if (path === "/account" && answer.status < 500) continue;
      assert.equal(answer.status, 503, `${path} ${text}`);
      assert.ok(Number(answer.headers.get("retry-after")) > 0, path);
      assert.doesNotMatch(text, /oops|DATABASE_URL|PostgreSQL/);
    }
    const live = await fetch(`${issuer}/health/live`);
    assert.equal(live.status, 200);
    // Several at once share one look at the store.
    const scrapes = await Promise.all(
      Array.from({ length: 5 }, () =>
        fetch(`${adminUrl}/metrics`, { headers: { authorization: `Bearer ${metricsKey}` } }),
      ),
    );
    for (const scrape of scrapes) {
      assert.equal(scrape.status, 200);
      const text = await scrape.text();
      assert.match(text, /^tti_scrape_source_up\{source="store"\} 0$/m);
      assert.match(text, /^tti_http_requests_total\{port="public",status="503"\} [1-9]/m);
      assert.doesNotMatch(text, /^tti_ready\{check="store"\} 1$/m);
      assert.doesNotMatch(text, /^tti_mails\{/m);
      assert.match(text, /^tti_store_faults_total\{kind="(?:silent|cut|unreachable)"\} [1-9]/m);
    }
    const notReady = await ready();
    assert.equal(notReady.status, 503);
    assert.ok(Number(notReady.headers.get("retry-after")) > 0);
    toldAsDocumented(told.lines, ["token", "authorization"]);
    const [silent] = told.of("the store does not serve");
    assert.equal(silent?.["level"], "error");
    assert.match(String(silent?.["kind"]), /^(?:silent|cut|unreachable)$/);
    proxy.silenceNew(false);
    proxy.cut();
    // Nobody asks for its readiness: it looks by itself.
    await until(async () => told.of("the store serves again").length > 0);
    const [again] = told.of("the store serves again");
    assert.equal(again?.["reason"], told.of("the store does not serve").at(-1)?.["reason"]);
    assert.ok(Number.isInteger(again?.["seconds"]));
    await until(async () => (await ready()).status === 200);
    await until(async () => (await mint()).status === 200);
  });

  test("whose connections are all in use says how it is, publishes its keys and follows them, without waiting in line", async () => {
    const { most } = poolStateOf(server.db);
    const held = await Promise.all(Array.from({ length: most }, () => server.db.transaction()));
    try {
      const waiting = Promise.all(Array.from({ length: 5 }, mint));
      const scrape = () =>
        fetch(`${adminUrl}/metrics`, { headers: { authorization: `Bearer ${metricsKey}` } });
      const asked = await Promise.all([
        ready(),
        fetch(`${issuer}/health/live`),
        fetch(`${issuer}/jwks`),
        scrape(),
      ]);
      assert.deepEqual(
        asked.map(({ status }) => status),
        [200, 200, 200, 200],
      );
      assert.match((await asked[3]?.text()) ?? "", /^tti_scrape_source_up\{source="store"\} 1$/m);
      await server.keyRing.poll();
      assert.deepEqual(new Set((await waiting).map(({ status }) => status)), new Set([503]));
    } finally {
      await Promise.allSettled(held.map((trx) => trx.rollback()));
    }
    await until(async () => (await mint()).status === 200);
    assert.match(
      await (
        await fetch(`${adminUrl}/metrics`, { headers: { authorization: `Bearer ${metricsKey}` } })
      ).text(),
      /^tti_store_faults_total\{kind="pool_used_up"\} [1-9]/m,
    );
  });

  test("is not ready while the server refuses connections, and goes on once it is there", async () => {
    told.lines.length = 0;
    await proxy.refuse();
    assert.equal((await mint()).status, 503);
    // Nobody asks for its readiness: what a request met is looked into.
    await until(async () => told.of("the store does not serve").length > 0);
    assert.equal(told.of("the store does not serve")[0]?.["kind"], "unreachable");
    assert.equal((await ready()).status, 503);
    toldAsDocumented(told.lines, ["token"]);
    await proxy.accept();
    await until(async () => (await ready()).status === 200);
    assert.equal((await mint()).status, 200);
  });
});

describe("a provider whose SQLite file fails", () => {
  test("answers 503 with a time for a full disk and a held lock, and its process goes on", async () => {
    const told = readLog();
    const fixture = await startProvider({ storeLimits: { ...storeLimits, lockMs: 1_500 }, log: told.log });
    try {
      const { issuer, server } = fixture;
      await addMintingClients(fixture.db);
      const { id } = await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
      await setTenant(fixture.db, "acme", {
        loginMethod: "both",
        presencePolicy: { name: "within", hours: 12 },
      });
      const mint = async () =>
        exchange(issuer, await signSubject(issuer, { sub: id, auth_time: Math.floor(Date.now() / 1000) }));
      assert.equal((await mint()).status, 200);

      await server.db.raw("pragma query_only = on");
      const refused = await mint();
      assert.deepEqual([refused.status, refused.body["error"]], [503, "temporarily_unavailable"]);
      toldAsDocumented(told.lines, ["token"]);
      assert.equal(told.of("request failed")[0]?.["kind"], "read_only");
      await server.db.raw("pragma query_only = off");
      assert.equal((await mint()).status, 200);

      const holder = await fixture.store.openAnother().transaction();
      try {
        await holder.raw("update tenants set name = name");
        let ended = false;
        const waiting = mint().finally(() => {
          ended = true;
        });
        assert.equal((await fetch(`${issuer}/health/live`)).status, 200);
        assert.ok(!ended, "it answers while another request waits for the lock");
        assert.equal((await waiting).status, 503);
      } finally {
        await holder.rollback();
      }
      assert.equal((await mint()).status, 200);
    } finally {
      await fixture.close();
    }
  });
});
