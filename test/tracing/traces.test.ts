// Traces of a running instance, as a real collector gets them: one trace a request, from the port over store, password, key and AWS
// to the answer; whose trace is joined; what the log names; and that a collector that is slow, gone or wrong holds nobody up.
import assert from "node:assert/strict";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createClient } from "../../src/admin/operations/clients.ts";
import { operationContext } from "../../src/cli/administration.ts";
import { type DevEnvironment, startDevEnvironment } from "../../src/cli/dev/dev_environment.ts";
import { systemClock } from "../../src/clock.ts";
import { readConfig } from "../../src/config.ts";
import { openLog } from "../../src/log.ts";
import { createOutgoingFetch } from "../../src/provider/edge/outgoing_fetch.ts";
import { saveOfflineConsent } from "../../src/provider/presence/offline_consent_store.ts";
import { followSpan } from "../../src/tracing/active_span.ts";
import { spanAttributes, spans as spanTable } from "../../src/tracing/span_table.ts";
import { addMintingClients, exchange, signSubject } from "../provider/grants/mint_support.ts";
import { authorizationUrl, codeOf, redeem } from "../provider/support/authorization.ts";
import {
  addClient,
  addPerson,
  type ProviderFixture,
  signInAt,
  startProvider,
} from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { storeKinds } from "../support/databases.ts";
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from "../support/otlp_receiver.ts";

const root = dirname(dirname(import.meta.dirname));

const roles = { internal: 1, server: 2, client: 3, consumer: 5 };

const named = (spans: readonly ReceivedSpan[], name: string | RegExp) =>
  spans.filter((one) => (typeof name === "string" ? one.name === name : name.test(one.name)));

const below = (spans: readonly ReceivedSpan[], root: ReceivedSpan) =>
  spans.filter((one) => one.traceId === root.traceId && one.spanId !== root.spanId);

for (const kind of storeKinds) {
  describe(`a request is one trace, on ${kind}`, () => {
    let receiver: OtlpReceiver;
    let fixture: ProviderFixture;
    const lines: string[] = [];
    before(async () => {
      receiver = await startOtlpReceiver();
      fixture = await startProvider({
        kind,
        log: openLog({ level: "info", stream: { write: (line: string) => lines.push(line) } }),
        environment: {
          OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/`,
          OTEL_EXPORTER_OTLP_HEADERS: "x-key=one%2Ctwo",
          OTEL_BSP_SCHEDULE_DELAY: "5",
          OTEL_SERVICE_NAME: "login",
          OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
          TTI_TRACE_JOIN_NETWORKS: "203.0.113.0/24",
          TTI_TRUSTED_PROXIES: "1",
          TTI_ACCESS_LOG: "on",
        },
      });
      await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
      await addClient(fixture.db, { client_id: "app" });
      await addMintingClients(fixture.db);
    });
    after(async () => {
      await fixture.close();
      await receiver.close();
    });

    test("a sign-in: statements by name, the password, the signature; the log names trace and span", async () => {
      const agent = new UserAgent();
      const code = codeOf(await signInAt(agent, authorizationUrl(fixture), "ann@acme.example"));
      await redeem(fixture, code);
      await receiver.until((spans) => named(spans, "POST /token").length === 1);
      const [login] = receiver.spans.filter(
        (one) => /^POST .*\/login$/.test(one.name) && below(receiver.spans, one).length > 0,
      );
      assert.ok(login);
      assert.equal(login.kind, roles.server);
      assert.equal(login.parentSpanId, "");
      assert.equal(login.attributes["http.route"], login.name.slice(5));
      const its = below(receiver.spans, login);
      assert.equal(named(its, "password verify").length, 1);
      const statements = its.filter((one) => one.attributes["db.system.name"] !== undefined);
      assert.ok(statements.length > 3);
      assert.deepEqual(
        [...new Set(statements.map((one) => one.attributes["db.system.name"]))],
        [kind === "sqlite" ? "sqlite" : "postgresql"],
      );
      assert.ok(
        statements.some((one) => /_/.test(one.name)),
        "some go by their names",
      );
      for (const one of statements) assert.match(one.name, /^[\w ]{2,60}$/);
      const [token] = named(receiver.spans, "POST /token");
      assert.ok(token);
      const [signature] = named(below(receiver.spans, token), "sign");
      const [{ kid }] = await fixture.db("signing_keys").select("kid");
      assert.equal(signature?.attributes["tti.key.id"], kid);
      assert.equal(token.attributes["tti.client.id"], "app");
      // Each child began no earlier than the request and ended no later than its parent's parent did.
      for (const one of below(receiver.spans, token)) assert.ok(one.startNs >= token.startNs, one.name);

      const told = lines
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter((line) => line["requestId"] === token.attributes["tti.request.id"]);
      assert.ok(told.length >= 1);
      for (const line of told) assert.equal(line["trace_id"], token.traceId, JSON.stringify(line));
      assert.equal(told.find((line) => line["msg"] === "request")?.["span_id"], token.spanId);
    });

    test("what is sent says whose it is, and goes where OpenTelemetry's settings say", () => {
      assert.equal(receiver.headers[0]?.["path"], "/v1/traces");
      assert.equal(receiver.headers[0]?.["x-key"], "one,two");
      assert.equal(receiver.headers[0]?.["content-type"], "application/x-protobuf");
      const [{ resource } = { resource: {} as Record<string, unknown> }] = receiver.spans;
      assert.equal(resource["service.name"], "login");
      assert.equal(resource["deployment.environment.name"], "test");
      assert.match(String(resource["service.instance.id"]), /^[0-9a-f-]{36}$/);
    });

    test("a mint is a span; what failed says why by its code", async () => {
      const now = Math.floor(Date.now() / 1000);
      const { id } = await fixture.db("accounts").first("id");
      const assertion = await signSubject(fixture.issuer, { sub: id, auth_time: now });
      const before = receiver.spans.length;
      await exchange(fixture.issuer, assertion);
      await exchange(fixture.issuer, assertion);
      await receiver.until((spans) => named(spans.slice(before), "POST /token").length === 2);
      const mints = named(receiver.spans.slice(before), "mint");
      assert.deepEqual(
        mints.map((one) => [one.attributes["tti.mint.by"], one.status, one.attributes["error.type"]]),
        [
          ["assertion", 0, undefined],
          ["assertion", 2, "subject_token_replayed"],
        ],
      );
      for (const one of receiver.spans) assert.equal(one.statusMessage, "");
    });

    test("the caller's trace is joined if it is one of ours, and makes a link if it is anybody else", async () => {
      const theirs = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" };
      const ask = async (from: string, traceparent: string) => {
        const tracestate = from.startsWith("203.") ? "ours=1" : "theirs=secret-canary";
        const answer = await fetch(new URL("/account", fixture.issuer), {
          redirect: "manual",
          headers: { traceparent, "x-forwarded-for": from, tracestate },
        });
        return answer.headers.get("x-request-id");
      };
      const of = async (id: string | null): Promise<ReceivedSpan> => {
        const is = (one: ReceivedSpan) => one.attributes["tti.request.id"] === id;
        await receiver.until((spans) => spans.some(is));
        return receiver.spans.find(is) as ReceivedSpan;
      };
      const parent = `00-${theirs.traceId}-${theirs.spanId}-01`;
      const joined = await of(await ask("203.0.113.9", parent));
      assert.deepEqual(
        [joined.traceId, joined.parentSpanId, joined.links],
        [theirs.traceId, theirs.spanId, []],
      );
      // Our own are sampled or not by what a back end says; a stranger says nothing.
      const unsampled = await ask("203.0.113.9", parent.replace(/01$/, "00"));
      const linked = await of(await ask("198.51.100.7", parent.replace(/01$/, "00")));
      assert.notEqual(linked.traceId, theirs.traceId);
      assert.deepEqual([linked.parentSpanId, linked.links], ["", [theirs]]);
      for (const odd of [
        "00-0-0-01",
        `${parent}, ${parent}`,
        `ff${parent.slice(2)}`,
        `00-${"0".repeat(32)}-${theirs.spanId}-01`,
      ]) {
        const span = await of(await ask("198.51.100.7", odd));
        assert.deepEqual([span.parentSpanId, span.links], ["", []], odd);
      }
      assert.ok(!receiver.spans.some((one) => one.attributes["tti.request.id"] === unsampled));
      assert.ok(!Buffer.concat(receiver.bodies).includes("secret-canary"));
    });

    test("health checks and scrapes are not traced; a method of nobody's names none", async () => {
      await fetch(new URL("/health/ready", fixture.issuer));
      await fetch(new URL("/metrics", fixture.server.adminUrl));
      const odd = await fetch(new URL("/account", fixture.issuer), { method: "PROPFIND" });
      const id = odd.headers.get("x-request-id");
      await receiver.until((spans) => spans.some((one) => one.attributes["tti.request.id"] === id));
      assert.equal(
        receiver.spans.find((one) => one.attributes["tti.request.id"] === id)?.attributes[
          "http.request.method"
        ],
        "_OTHER",
      );
      assert.deepEqual(named(receiver.spans, /health|metrics|PROPFIND/), []);
    });
  });
}

describe("a search", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "tti-traces-"));
  const secret = "a-secret-of-the-tests-that-is-long-enough";
  let receiver: OtlpReceiver;
  let environment: DevEnvironment;
  before(async () => {
    receiver = await startOtlpReceiver();
    const config = readConfig({
      ...{ TTI_MODE: "development", PORT: "0", TTI_ADMIN_PORT: "0", TTI_DATA_DIR: dataDir },
      ...{ TTI_LOG_LEVEL: "fatal", OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces` },
      OTEL_BSP_SCHEDULE_DELAY: "5",
    });
    environment = await startDevEnvironment({ config, sandboxPort: 0, demoPort: 0, onStep: () => undefined });
  });
  after(async () => {
    await environment.close();
    await receiver.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test("is one trace over mint, exchange and AWS, each call with the id AWS gave it", async () => {
    const config = readConfig({ TTI_MODE: "development", TTI_DATA_DIR: dataDir });
    const { connectDatabase } = await import("../../src/db/connect.ts");
    const context = operationContext(connectDatabase({ dataDir }), config);
    try {
      await createClient(context, {
        clientId: "php-app",
        purposes: ["search"],
        allowedTenants: ["acme"],
        secret,
      });
      const accountId = await environment.subjectOf("ada@acme.example");
      await saveOfflineConsent(
        context.db,
        { tenantId: "acme", accountId, clientId: "php-app" },
        systemClock(),
      );
      const authorization = `Basic ${btoa(`php-app:${secret}`)}`;
      const answer = await fetch(`${environment.issuer}/token`, {
        method: "POST",
        headers: { authorization },
        body: new URLSearchParams({ grant_type: "client_credentials", scope: "tti:search" }),
      });
      const { access_token: token } = (await answer.json()) as { access_token: string };
      const found = await fetch(`${environment.issuer}/v1/tenants/acme/search`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ user: "ada@acme.example", query: "search-text-canary" }),
      });
      assert.equal(found.status, 200, await found.text());
    } finally {
      await context.db.destroy();
    }
    await receiver.until(
      (spans) =>
        named(spans, "POST /v1/tenants/:tenant/search").length === 1 ||
        named(spans, /^POST \/v1\/tenants/).length === 1,
    );
    const [request] = named(receiver.spans, /^POST \/v1\/tenants/);
    assert.ok(request);
    const its = below(receiver.spans, request);
    assert.equal(named(its, "mint").length, 1);
    for (const [name, service, method] of [
      ["exchange assume-role-with-tag", "STS", "AssumeRole"],
      ["exchange create-token-with-iam", "SSO OIDC", "CreateTokenWithIAM"],
      ["exchange assume-role-with-context", "STS", "AssumeRole"],
      ["exchange search-relevant-content", "QBusiness", "SearchRelevantContent"],
    ] as const) {
      const [span, another] = named(its, name);
      assert.ok(span && another === undefined, name);
      assert.equal(span.kind, roles.client);
      assert.deepEqual([span.attributes["rpc.service"], span.attributes["rpc.method"]], [service, method]);
      assert.match(String(span.attributes["aws.request_id"]), /^[0-9a-f-]{36}$/);
      assert.equal(span.attributes["tti.tenant.id"], "acme");
      assert.ok(
        span.startNs >= request.startNs && span.endNs <= request.endNs && span.endNs > span.startNs,
        name,
      );
    }
    const [whole] = named(its, "exchange credentials");
    assert.equal(whole?.attributes["tti.exchange.cache"], "miss");
    assert.ok(!Buffer.concat(receiver.bodies).includes("search-text-canary"));
    assert.ok(!Buffer.concat(receiver.bodies).includes("ada@"));
  });

  test("whatever arrived is of the tables: attributes, roles, nothing beside", () => {
    const known = new Set(Object.keys(spanAttributes));
    const usedRoles = new Set<number>(Object.values(spanTable).map(({ role }) => roles[role]));
    for (const { name, attributes, kind } of receiver.spans) {
      for (const attribute of Object.keys(attributes))
        assert.ok(known.has(attribute), `${name}: ${attribute}`);
      assert.ok(usedRoles.has(kind));
    }
  });
});

describe("a collector in trouble", () => {
  test("holds nobody up, is told once, and once more when it is back; a stop waits for it within its bound", async () => {
    const receiver = await startOtlpReceiver();
    receiver.answers(400);
    const lines: string[] = [];
    const log = openLog({ level: "info", stream: { write: (line: string) => lines.push(line) } });
    const { openTraces } = await import("../../src/observability/open_traces.ts");
    const policy = { mostKept: 8, mostAtOnce: 2, answerMs: 300, lastMs: 50 };
    const settings = {
      ...{
        endpoint: `${receiver.url}/v1/traces`,
        headers: {},
        resource: {},
        ratio: 1,
        joins: [],
        delayMs: 5,
      },
      sampler: "always_on",
    } as const;
    const tracing = await openTraces(settings, { log, policy });
    const say = () => tracing.begin("upkeep", "sweep", {})?.end();
    const told = (words: RegExp) => lines.filter((line) => words.test(line)).map((line) => JSON.parse(line));
    const next = async (requests: number) => {
      say();
      await receiver.until(() => receiver.bodies.length >= requests);
    };
    // The second answer is read before the third request leaves: one batch is under way at a time.
    for (const requests of [1, 2, 3]) await next(requests);
    assert.deepEqual(
      told(/cannot be handed over/).map((line) => [line.level, line.fault, line.host]),
      [["warn", "status 400", new URL(receiver.url).host]],
    );
    receiver.answers(200);
    await next(4);
    await next(5);
    assert.deepEqual(
      told(/handed over again/).map((line) => line.lost),
      [3],
    );

    receiver.answers("silence");
    await next(6);
    for (let spans = 0; spans < 1_000; spans += 1) say();
    // Two are on their way, six wait; of all others one line tells.
    const slow = told(/cannot be handed over/).slice(1);
    assert.deepEqual(
      slow.map((line) => [line.level, line.fault]),
      [["warn", "too slow"]],
    );
    const begunMs = performance.now();
    await tracing.close();
    assert.ok(performance.now() - begunMs < 5_000, "a stop does not wait for a silent collector");
    // One batch is under way, and of all the others eight spans are kept.
    assert.ok(receiver.spans.length <= 2);
    await receiver.close();
  });

  test("a request to somebody's server is a span with its host, and tells that server nothing of the trace", async () => {
    const receiver = await startOtlpReceiver();
    const asked: Record<string, unknown>[] = [];
    const server = createServer((request, response) => {
      asked.push({ ...request.headers });
      response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const { openTraces } = await import("../../src/observability/open_traces.ts");
    const settings = {
      endpoint: `${receiver.url}/v1/traces`,
      headers: {},
      resource: {},
      joins: [],
      delayMs: 5,
    };
    const log = openLog({ level: "silent" });
    const tracing = await openTraces({ ...settings, sampler: "always_on", ratio: 1 }, { log });
    const root = tracing.begin("logout", "logout tell", {});
    assert.ok(root);
    const outgoing = createOutgoingFetch(["127.0.0.0/8"]);
    const url = `http://127.0.0.1:${port}/keys/path-canary?query=query-canary`;
    const answer = await followSpan(root, () => outgoing(url, { method: "POST" } as never));
    await answer.arrayBuffer();
    await assert.rejects(
      followSpan(tracing.begin("logout", "logout tell", {}) ?? root, () =>
        outgoing("http://10.0.0.1/", {} as never),
      ),
    );
    await tracing.close();
    assert.ok(asked[0]);
    assert.deepEqual(
      Object.keys(asked[0]).filter((name) => /trace|baggage|b3|sentry|datadog|request-id/.test(name)),
      [],
    );
    assert.ok(!JSON.stringify(asked).includes(root.traceId));
    const [span] = named(receiver.spans, "POST");
    assert.equal(span?.parentSpanId, root.spanId);
    assert.deepEqual(
      [span.attributes["server.address"], span.attributes["http.response.status_code"]],
      ["127.0.0.1", 404],
    );
    assert.equal(named(receiver.spans, "GET")[0]?.attributes["error.type"], "OutgoingRefused");
    assert.doesNotMatch(Buffer.concat(receiver.bodies).toString("latin1"), /canary/);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await receiver.close();
  });

  test("OpenTelemetry is loaded where traces or metrics are opened, and nowhere else", () => {
    const files = globSync("src/**/*.ts", { cwd: root });
    const loads = files.filter((path) =>
      /^import (?!type)[^;]*"@opentelemetry|import\("@opentelemetry/m.test(
        readFileSync(join(root, path), "utf8"),
      ),
    );
    assert.deepEqual(loads.sort(), ["src/observability/open_metrics.ts", "src/observability/open_traces.ts"]);
    // Those two on use: whoever imports them does so by import(), or they do so themselves.
    for (const path of loads)
      assert.doesNotMatch(readFileSync(join(root, path), "utf8"), /^import (?!type)[^;]*"@opentelemetry/m);
  });

  test("a rate chooses by trace, and off is off", async () => {
    const receiver = await startOtlpReceiver();
    const log = openLog({ level: "silent" });
    const { openTraces } = await import("../../src/observability/open_traces.ts");
    const settings = {
      endpoint: `${receiver.url}/v1/traces`,
      headers: {},
      resource: {},
      joins: [],
      delayMs: 5,
    };
    const begun = async (
      sampler: "always_off" | "traceidratio" | "parentbased_traceidratio",
      ratio: number,
    ) => {
      const tracing = await openTraces({ ...settings, sampler, ratio }, { log });
      const all = Array.from({ length: 400 }, () => tracing.begin("upkeep", "sweep", {}));
      await tracing.close();
      return all.filter((span) => span !== undefined).length;
    };
    assert.equal(await begun("always_off", 1), 0);
    assert.equal(await begun("traceidratio", 0), 0);
    assert.equal(await begun("parentbased_traceidratio", 1), 400);
    const half = await begun("traceidratio", 0.5);
    assert.ok(half > 120 && half < 280, `${half}`);
    await receiver.close();
  });
});
