// GET /metrics: whom it answers, that it is well-formed, that nobody makes a series of it and nobody is named in it, and that it
// tells what the store and the process say. That each count moves with its act is every_event.test.ts's, a silent store
// server_outage.test.ts's.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { watchExchanges } from "../../src/accessors/exchange_watch.ts";
import { createCredential } from "../../src/admin/operations/credentials.ts";
import { createAuditEvent, listAuditEvents } from "../../src/audit/audit_store.ts";
import { createLoginNames } from "../../src/audit/login_names.ts";
import { systemClock } from "../../src/clock.ts";
import { mailPolicy } from "../../src/mail/attempts.ts";
import { createMail, mailStates } from "../../src/mail/outbox_store.ts";
import { MailNotTaken } from "../../src/mail/transport.ts";
import { entryOf, type MetricName, metrics } from "../../src/observability/metric_table.ts";
import { createSourceReader } from "../../src/observability/sources.ts";
import { attacks, type ThrottleKind, throttles } from "../../src/observability/throttle_kinds.ts";
import { type NoticedKind, noticedRates, noticeGuess } from "../../src/provider/accounts/attack_watch.ts";
import { createPasswords } from "../../src/provider/accounts/passwords.ts";
import { countAttempt } from "../../src/provider/accounts/sign_in_attempt_store.ts";
import { askForReset } from "../../src/provider/links/ask_for_reset.ts";
import { putLogouts } from "../../src/provider/storage/logout_store.ts";
import { runInRequest } from "../../src/request_context.ts";
import { authorizationUrl, basic, postForm } from "../provider/support/authorization.ts";
import {
  addClient,
  addPerson,
  clientSecret,
  signInAt,
  useProvider,
} from "../provider/support/provider_fixture.ts";
import { giveApp, typeCode } from "../provider/support/second_factor.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { type Family, parsePrometheusText, seriesValue } from "./prometheus_text.ts";

const key = "TheKeyOfWhoeverReadsTheMetrics-0123456789";
const formerKey = "TheFormerKeyOfWhoeverReadsThem-0123456789";
let mailTaken = true;
const fixture = useProvider(
  {
    environment: { TTI_METRICS: `${key}, ${formerKey}` },
    mail: {
      async send() {
        if (!mailTaken) throw new MailNotTaken("the mail server is away: ECONNREFUSED", false);
      },
      close() {},
    },
    mailPolicy: { ...mailPolicy, intervalMs: 20 },
    writesMeanwhile: true,
  },
  async () => {
    await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme", "globex"] });
    await addClient(fixture.db, { client_id: "app" });
    await addClient(fixture.db, {
      client_id: "administration",
      grant_types: ["client_credentials"],
      response_types: [],
      redirect_uris: [],
      scope: "openid tti:admin",
    });
  },
);

const ask = (bearer?: string, path = "/metrics") =>
  fetch(new URL(path, fixture.server.adminUrl), {
    ...(bearer === undefined ? {} : { headers: { authorization: `Bearer ${bearer}` } }),
  });

async function scrape(): Promise<Map<string, Family>> {
  const answer = await ask(key);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  return parsePrometheusText(await answer.text());
}

const until = async (holds: () => Promise<boolean>) => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
};

test("are for whoever holds the key, one that is being replaced too, and for nobody else", async () => {
  const token = await postForm(
    new URL("/token", fixture.issuer),
    { grant_type: "client_credentials", scope: "tti:admin" },
    basic("administration", clientSecret),
  );
  const operator = { db: fixture.db, clock: systemClock, passwords: createPasswords(), actor: "cli:op" };
  const credential = await createCredential({ ...operator, may: () => true }, { name: "all", role: "owner" });
  for (const [what, answer] of [
    ["nothing", await ask()],
    ["a wrong key", await ask(`${key}0`)],
    ["a part of the key", await ask(key.slice(0, -1))],
    ["both keys", await ask(`${key},${formerKey}`)],
    ["an access token of an owner", await ask(String(token.body["access_token"]))],
    ["an API credential of an owner", await ask(credential.key)],
    ["the key in the address", await ask(undefined, `/metrics?access_token=${key}&key=${key}`)],
  ] as const) {
    assert.equal(answer.status, 401, what);
    assert.match(answer.headers.get("www-authenticate") ?? "", /^Bearer/, what);
    assert.doesNotMatch(await answer.text(), /tti_|0123456789/, what);
  }
  for (const one of [key, formerKey]) assert.equal((await ask(one)).status, 200);
  // It opens nothing else, and the public port has no such address.
  assert.equal((await ask(key, "/v1/users")).status, 401);
  assert.equal((await fetch(`${fixture.issuer}/metrics`)).status, 404);
});

test("are not there unless somebody may read them", async () => {
  const unmeasured = await fixture.startAnother({ TTI_METRICS: "" });
  for (const headers of [{}, { authorization: `Bearer ${key}` }, { authorization: "Bearer " }])
    assert.equal((await fetch(`${unmeasured.adminUrl}/metrics`, { headers })).status, 404);
});

test("are well-formed, and every series is one of a closed list", async () => {
  const families = await scrape();
  for (const { name, type, unit, samples } of families.values()) {
    assert.ok(Object.hasOwn(metrics, name), name);
    const entry = entryOf(name as MetricName);
    assert.deepEqual([type, unit], [entry.type, entry.unit], name);
    for (const { labels } of samples) {
      const { le: _bound, ...own } = labels;
      assert.deepEqual(Object.keys(own).sort(), Object.keys(entry.labels ?? {}).sort(), name);
      for (const [label, value] of Object.entries(own))
        assert.ok(entry.labels?.[label]?.includes(value), `${name}{${label}="${value}"}`);
    }
  }
  const possible = (Object.keys(metrics) as MetricName[]).map((name) =>
    Object.values(entryOf(name).labels ?? {}).reduce((times, values) => times * values.length, 1),
  );
  const total = possible.reduce((sum, one) => sum + one, 0);
  assert.ok(total < 1_500, `${total} series at most`);
  const labels = (Object.keys(metrics) as MetricName[]).flatMap((name) =>
    Object.keys(entryOf(name).labels ?? {}),
  );
  assert.deepEqual(
    [...new Set(labels)].filter((label) =>
      /tenant|person|account|user|mail|client|address|host|path/.test(label),
    ),
    [],
  );
});

test("name nobody: what was typed, sent or presented is not in them", async () => {
  const canary = (what: string) => `canary${what}77`;
  const agent = new UserAgent();
  await addPerson(fixture.db, { email: `${canary("Person")}@acme.example`, tenants: [canary("tenant")] });
  const url = authorizationUrl(fixture, { client_id: "app", state: canary("State"), nonce: canary("Nonce") });
  for (const login of [
    `${canary("Person")}@acme.example`,
    `${canary("Nobody")}@acme.example`,
    canary("Typed"),
  ])
    await signInAt(agent, url, login, canary("Password"));
  const token = (params: Record<string, string>, client = canary("Client")) =>
    postForm(new URL("/token", fixture.issuer), params, basic(client, canary("Secret")));
  await token({ grant_type: canary("Grant"), code: canary("Code") });
  await token(
    { grant_type: "authorization_code", code: canary("Code"), redirect_uri: "https://x.example/" },
    "app",
  );
  await ask(canary("Key"));
  await ask(canary("Key"), `/v1/${canary("Path")}`);
  await fetch(`${fixture.issuer}/${canary("Path")}`, {
    method: "PUT",
    headers: { "user-agent": canary("Agent") },
  });
  await fetch(`${fixture.issuer}/account/password?token=${canary("Link")}`);
  // Whatever a reason may come to hold one day.
  const refused = { type: "token.refused", actor: "nobody", clientId: "app" } as const;
  const details = { by: canary("By"), reason: canary("Reason") };
  await createAuditEvent(fixture.server.db, { ...refused, details }, new Date());
  const text = await (await ask(key)).text();
  assert.doesNotMatch(text, /canary/i);
  assert.match(text, /^tti_refusals_total\{at="token",code="other"\} [1-9]/m);
  assert.match(text, /^tti_refusals_total\{at="sign_in",code="invalid_credentials"\} [1-9]/m);
  assert.match(text, /^tti_refusals_total\{at="client",code="\w+"\} [1-9]/m);
});

test("count a refused second step once, though it stands in the trail of each of the person's tenants", async () => {
  const account = await addPerson(fixture.db, { email: "two@acme.example", tenants: ["acme", "globex"] });
  const app = await giveApp(fixture, account);
  const agent = new UserAgent();
  const page = await signInAt(
    agent,
    authorizationUrl(fixture, { client_id: "app", tenant: "acme" }),
    "two@acme.example",
  );
  const refused = await typeCode(agent, page, "000000");
  const steps = (families: Map<string, Family>, outcome: string) =>
    seriesValue(families, "tti_second_steps_total", { outcome, method: "totp" });
  assert.equal(steps(await scrape(), "refused"), 1);
  assert.equal(steps(await scrape(), "succeeded"), 0);
  await typeCode(agent, refused, app.codeAt(Date.now()));
  assert.deepEqual([steps(await scrape(), "refused"), steps(await scrape(), "succeeded")], [1, 1]);
});

test("count what stands: nothing of a transaction that is taken back, inner ones with the outer", async () => {
  const { db } = fixture.server;
  const reused = async () => seriesValue(await scrape(), "tti_token_reuses_total", { kind: "code" });
  const record = (trx: typeof db) =>
    createAuditEvent(trx, { type: "code.reused", actor: "client:app", clientId: "app" }, new Date());
  const before = (await reused()) ?? 0;
  await assert.rejects(
    db.transaction(async (trx) => {
      await record(trx);
      await trx.transaction((inner) => record(inner));
      throw new Error("taken back");
    }),
    /taken back/,
  );
  assert.equal(await reused(), before);
  await db.transaction(async (trx) => {
    await trx.transaction((inner) => record(inner));
    await assert.rejects(
      trx.transaction(async (inner) => {
        await createAuditEvent(
          inner,
          { type: "code.reused", actor: "client:other", clientId: "other" },
          new Date(),
        );
        throw new Error("inner taken back");
      }),
      /inner taken back/,
    );
    assert.equal(await reused(), before, "not before it stands");
  });
  await until(async () => (await reused()) !== before);
  assert.equal(await reused(), before + 1);
});

test("count each kind of throttle, and nothing that a rate lets through", async () => {
  for (const kind of Object.keys(throttles) as ThrottleKind[]) {
    const throttled = async () => seriesValue(await scrape(), "tti_throttled_total", { kind }) ?? 0;
    const rate = { kind, keyHash: `metrics ${kind}`, rate: { burst: 1, intervalMs: 1e9 } };
    const before = await throttled();
    await countAttempt(fixture.server.db, rate, new Date());
    assert.equal(await throttled(), before, kind);
    await countAttempt(fixture.server.db, rate, new Date());
    assert.equal(await throttled(), before + 1, kind);
  }
});

test("tell of whatever is guessed at, once, by its kind, while it goes on; and refuse nobody for it who is right", async () => {
  const { issuer } = fixture;
  const device = new UserAgent();
  const forgotten = async (email: string, agent = new UserAgent()) => {
    const page = await agent.follow(`${issuer}/account/forgot`);
    return agent.submit(page, { email }, "/account/forgot");
  };
  const deps = {
    db: fixture.server.db,
    clock: systemClock,
    loginNames: createLoginNames(fixture.config.secrets),
  };
  // Of a client that there is, it would be told of that one as well.
  const wrongSecret = (n: number) =>
    postForm(
      new URL("/token", issuer),
      { grant_type: "authorization_code", code: "x", redirect_uri: "https://rp.example/callback" },
      basic(`nobody${n}`, "a-wrong-secret"),
    );
  const guesses: Record<NoticedKind, (n: number) => Promise<unknown>> = {
    device_code: async () => {
      const page = await device.follow(`${issuer}/device`);
      await device.submit(page, { user_code: "BCDF-GHJK" }, "/device");
    },
    reset: (n) => forgotten(`nobody${n}@acme.example`),
    reset_mailbox: (n) =>
      askForReset(deps, { email: "flooded@acme.example", clientAddress: `203.0.113.${n}` }),
    link: (n) => fetch(`${issuer}/account/password?token=${"x".repeat(40)}${n}`),
    client: wrongSecret,
    administration: () => ask(`${key}0`),
  };
  const told = async () =>
    (await listAuditEvents(fixture.db, { type: "attack.noticed", limit: 99 })).map(
      ({ details, accountId, tenantId, times }) => ({ of: details["of"], accountId, tenantId, times }),
    );
  for (const kind of Object.keys(guesses) as NoticedKind[]) {
    const count = async () => seriesValue(await scrape(), "tti_attacks_total", { kind }) ?? 0;
    // Most of them as others left them, from this machine. On a slow one an earlier one is forgiven meanwhile.
    if (kind === "link" || kind === "client" || kind === "administration")
      await runInRequest({ requestId: "others", address: "127.0.0.1" }, async () => {
        for (let n = 1; n < noticedRates[kind].burst; n += 1) await noticeGuess(deps, kind);
      });
    for (let n = 0; n < 120 && (n % 8 !== 0 || (await count()) === 0); n += 1) await guesses[kind](n);
    for (let n = 200; n < 203; n += 1) await guesses[kind](n);
    assert.equal(await count(), 1, kind);
    assert.equal(seriesValue(await scrape(), "tti_attacks_open", { kind }), 1, kind);
    const mine = (await told()).filter(({ of }) => of === kind);
    assert.deepEqual(mine, [{ of: kind, accountId: undefined, tenantId: undefined, times: undefined }]);
  }
  // The key, the secret and whoever signs in are as good as before.
  assert.equal((await ask(key)).status, 200);
  const right = await postForm(
    new URL("/token", issuer),
    { grant_type: "client_credentials", scope: "tti:admin" },
    basic("administration", clientSecret),
  );
  assert.equal(right.status, 200);
});

test("tell of the outbox, of the attacks of ten minutes, of keys, connections and the process", async () => {
  const first = await scrape();
  assert.equal(seriesValue(first, "tti_mails", { state: "waiting" }), 0);
  assert.equal(seriesValue(first, "tti_mail_oldest_seconds", { state: "waiting" }), 0);
  mailTaken = false;
  const anHourAgo = new Date(Date.now() - 3_600_000);
  await createMail(fixture.db, { kind: "address_changed", recipient: "ann@acme.example" }, anHourAgo);
  await until(async () => (seriesValue(await scrape(), "tti_mails_total", { outcome: "delayed" }) ?? 0) > 0);
  for (const [minutes, of] of [
    [9, "network"],
    [9, "of a newer version"],
    [11, "network"],
  ] as const)
    await createAuditEvent(
      fixture.db,
      { type: "sign_in.attacked", actor: "nobody", details: { of, attempts: 41 } },
      new Date(Date.now() - minutes * 60_000),
    );
  const logout = { clientId: "listens", accountId: "u", sessionUid: "s", sid: "one" };
  await addClient(fixture.db, { client_id: "listens", backchannel_logout_uri: "https://nobody.invalid/out" });
  await putLogouts(fixture.db, [logout], anHourAgo);
  await fixture.db("logouts").update({ next_attempt_at_ms: Date.now() + 3_600_000 });
  const step = { tenantId: "acme", user: "ann@acme.example", durationMs: 80, awsRequestId: "id" } as const;
  const hear = watchExchanges(fixture.server.db);
  hear({ ...step, step: "assume-role-with-tag", outcome: "ok" });
  hear({ ...step, step: "create-token-with-iam", outcome: "error", code: "credentials_expired" });
  hear({ ...step, step: "authorize", outcome: "error", code: "aborted" });
  await fixture.db("sign_in_attempts").insert({ key_hash: "ended", until_ms: anHourAgo.getTime() });
  const then = await scrape();
  assert.ok((seriesValue(then, "tti_overdue_seconds", { what: "ended_records" }) ?? 0) >= 3_600);
  assert.ok((seriesValue(then, "tti_overdue_seconds", { what: "trail" }) ?? 0) >= 0);
  for (const [name, outcome, count] of [
    ["assume-role-with-tag", "ok", 1],
    ["assume-role-with-tag", "error", 0],
    ["create-token-with-iam", "error", 1],
    ["other", "error", 1],
  ] as const)
    assert.equal(seriesValue(then, "tti_exchange_steps_total", { step: name, outcome }), count, name);
  const steps = then.get("tti_exchange_step_duration_seconds")?.samples ?? [];
  assert.equal(steps.find(({ labels }) => labels["le"] === "0.1")?.value, 1);
  assert.equal(seriesValue(then, "tti_logouts", { state: "waiting" }), 1);
  assert.ok((seriesValue(then, "tti_logout_oldest_seconds", { state: "waiting" }) ?? 0) >= 3_600);
  assert.equal(seriesValue(then, "tti_logout_oldest_seconds", { state: "failed" }), 0);
  assert.equal(seriesValue(then, "tti_mails", { state: "waiting" }), 1);
  assert.ok((seriesValue(then, "tti_mail_oldest_seconds", { state: "waiting" }) ?? 0) >= 3_600);
  assert.equal(seriesValue(then, "tti_attacks_open", { kind: "network" }), 1);
  assert.equal(seriesValue(then, "tti_attacks_open", { kind: "account" }), 0);
  assert.equal(seriesValue(then, "tti_keys", { phase: "current" }), 1);
  assert.ok((seriesValue(then, "tti_key_age_seconds", { key: "signing" }) ?? -1) >= 0);
  assert.ok((seriesValue(then, "tti_store_connections_most") ?? 0) >= 1);
  assert.equal(seriesValue(then, "tti_ready", { check: "store" }), 1);
  for (const name of ["process_cpu_seconds_total", "process_resident_memory_bytes", "nodejs_heap_used_bytes"])
    assert.ok((seriesValue(then, name) ?? 0) > 0, name);
  const start = seriesValue(then, "process_start_time_seconds") ?? 0;
  assert.ok(Math.abs(start + process.uptime() - Date.now() / 1000) < 60, "seconds since 1970");
  await until(async () => {
    const delay = (await scrape()).get("tti_event_loop_delay_seconds");
    return (delay?.samples.find(({ name }) => name.endsWith("_count"))?.value ?? 0) > 0;
  });
  const missing = Object.keys(metrics).filter((name) => !then.has(name));
  assert.deepEqual(missing, [], "declared and never told");
});

test("know the states of mails that lie in the outbox", () => {
  const { state } = metrics.tti_mails.labels;
  assert.deepEqual(
    mailStates.filter((one) => one !== "sent"),
    [...state],
  );
  assert.ok(Object.keys(attacks).length > 0);
});

describe("what is looked up at a scrape", () => {
  test("is given up after a bound, told as missing, and looked at once at a time", async () => {
    let looks = 0;
    let answer = (): void => undefined;
    const told: string[] = [];
    const silent = {
      name: "store",
      read: () => {
        looks += 1;
        return new Promise<[]>((resolve) => {
          answer = () => resolve([]);
        });
      },
    } as const;
    const broken = {
      name: "readiness",
      read: async () => {
        throw new Error("broken");
      },
    } as const;
    const read = createSourceReader([silent, broken], (source) => told.push(source), 5);
    const missing = [
      { name: "tti_scrape_source_up", labels: { source: "store" }, value: 0 },
      { name: "tti_scrape_source_up", labels: { source: "readiness" }, value: 0 },
    ];
    assert.deepEqual(await read(), missing);
    assert.deepEqual(await read(), missing);
    assert.equal(looks, 1, "the second scrape waits for the first one's look");
    assert.deepEqual(told, ["readiness", "readiness"]);
    answer();
    await new Promise((resolve) => setImmediate(resolve));
    await read();
    assert.equal(looks, 2);
    answer();
  });
});
