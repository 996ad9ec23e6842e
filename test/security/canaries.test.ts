// Class: secrets and personal data in logs, traces, metrics and cookies (CVE-2024-4540, CWE-532). A value of its own is planted in
// every place a value can come in (each address, parameter, member of each operation, header, cookie), found in the running code, so
// that a new place is planted tomorrow; and whatever real flows hand out or take is remembered. At the finest level of the log, with
// traces and metrics on, none of it is found where it must not be, in any spelling.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { z } from "zod";
import { apiRoutes, hasBody } from "../../src/admin/api_routes.ts";
import { createAccessor } from "../../src/admin/operations/accessors.ts";
import { createClient } from "../../src/admin/operations/clients.ts";
import { systemClock } from "../../src/clock.ts";
import { ConfigError, readConfig } from "../../src/config.ts";
import { openLog } from "../../src/log.ts";
import type { OutgoingMail } from "../../src/mail/transport.ts";
import { createPasswords } from "../../src/provider/accounts/passwords.ts";
import { saveOfflineConsent } from "../../src/provider/presence/offline_consent_store.ts";
import type { Setting } from "../../src/settings/setting.ts";
import { settings } from "../../src/settings.ts";
import { type Endpoint, findEndpoints, findParameterNames } from "../edge/inventory.ts";
import { addMintingClients, exchange, setTenant, signSubject } from "../provider/grants/mint_support.ts";
import {
  authorizationUrl,
  basic,
  codeOf,
  postForm,
  redeem,
  refresh,
} from "../provider/support/authorization.ts";
import {
  addClient,
  addPerson,
  type ProviderFixture,
  signInAt,
  startProvider,
} from "../provider/support/provider_fixture.ts";
import { giveApp, typeCode } from "../provider/support/second_factor.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { type OtlpReceiver, startOtlpReceiver } from "../support/otlp_receiver.ts";
import { shareOfToday } from "../support/share_of_day.ts";

const metricsKey = "TheKeyOfWhoeverReadsTheMetrics-0123456789";
const headersKey = "kanari-of-the-collector-0123456789";
const lines: string[] = [];
const mails: OutgoingMail[] = [];
let receiver: OtlpReceiver;
let world: ProviderFixture;
let token: string;

const planted: string[] = [];
/** A value that nothing else holds: letters and digits, of no shape by which anybody would know it for a secret. */
const plant = (place: string): string => {
  planted.push(place);
  return `Kanari${String(planted.length - 1).padStart(5, "0")}Vogel`;
};

// The beginning of each, as it stands, in base64 and base64url from each of three places, and in hexadecimal.
const needles = [
  /kanari(\d{5})?/gi,
  ...["Kanari", "KANARI", "kanari"].flatMap((word) => [
    ...[0, 1, 2].map((shift) => {
      const encoded = Buffer.from(" ".repeat(shift) + word).toString("base64");
      return new RegExp(encoded.slice(shift === 0 ? 0 : shift + 1, shift === 0 ? 8 : shift + 7), "g");
    }),
    new RegExp(Buffer.from(word).toString("hex"), "gi"),
  ]),
];

/** What of the planted stands in a text, by the places it was planted. */
function foundIn(text: string): string[] {
  const found = needles.flatMap((needle) =>
    [...text.matchAll(needle)].map((match) => {
      const around = text.slice(Math.max(0, match.index - 160), match.index + 60);
      return `${planted[Number(match[1])] ?? match[0]} … ${around}`;
    }),
  );
  return [...new Set(found)];
}

before(async () => {
  receiver = await startOtlpReceiver();
  world = await startProvider({
    log: openLog({ level: "trace", stream: { write: (line: string) => lines.push(line) } }),
    environment: {
      ...{ TTI_TRUSTED_PROXIES: "1", TTI_ACCESS_LOG: "on", TTI_METRICS: metricsKey },
      ...{ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: "5" },
      OTEL_EXPORTER_OTLP_HEADERS: `x-key=${headersKey}`,
    },
    writesMeanwhile: true,
    mail: { send: async (mail) => void mails.push(mail), close: () => undefined },
  });
  await addPerson(world.db, { email: "ann@acme.example", tenants: ["acme"] });
  await addClient(world.db, { client_id: "app" });
  await addMintingClients(world.db, ["*"]);
  const context = {
    ...{ db: world.db, clock: systemClock, passwords: createPasswords(), actor: "test", may: () => true },
  };
  const { clientId, clientSecret = "" } = await createClient(context, { purposes: ["admin"] });
  const answer = await postForm(
    new URL("/token", world.issuer),
    { grant_type: "client_credentials", scope: "tti:admin" },
    basic(clientId, clientSecret),
  );
  token = String(answer.body["access_token"]);
});
after(async () => {
  await world.close();
  await receiver.close();
});

// What an operator is told of a refusal is the name of the thing that was meant: of nobody, and no secret.
const namesOfThings = [
  ...["path sheet", "path logo", "path tenant", "path accessor", "path kid", ".id", ".type"],
  ...[".applicationId", ".retrieverId", ".qRegion", ".idcRegion", ".idcApplicationArn"],
  ...[".redirectUris", ".postLogoutRedirectUris", ".backchannelLogoutUri"],
];
const isNameOfThing = (found: string): boolean =>
  namesOfThings.some((name) => found.split(" … ")[0]?.endsWith(name));

/** All that left but the answers themselves. */
async function leftBehind(): Promise<Record<string, string>> {
  const scrape = await fetch(new URL("/metrics", world.server.adminUrl), {
    headers: { authorization: `Bearer ${metricsKey}` },
  });
  const metrics = await scrape.text();
  assert.match(metrics, /tti_http_requests_total/);
  const asked = await fetch(new URL("/account", world.issuer), { redirect: "manual" });
  const id = asked.headers.get("x-request-id");
  await receiver.until((spans) => spans.some((one) => one.attributes["tti.request.id"] === id));
  return {
    log: lines.join(""),
    traces: receiver.bodies.map((body) => body.toString("latin1")).join("\n"),
    metrics,
  };
}

interface Schema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  items?: Schema;
  format?: string;
}

/** A value of a schema with something planted in each text of it. */
function planting(schema: Schema, place: string): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf !== undefined)
    return planting(schema.anyOf.find(({ type }) => type !== "null") ?? {}, place);
  if (schema.type === "object")
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([name, one]) => [name, planting(one, `${place}.${name}`)]),
    );
  if (schema.type === "array") return [planting(schema.items ?? {}, place)];
  if (schema.type === "boolean") return true;
  if (schema.type === "number" || schema.type === "integer") return 1;
  const value = plant(place);
  return /email|address|mailbox/i.test(place) ? `${value}@leak.example` : value;
}

const fill = (path: string, by: (name: string) => string): string =>
  path.replace(/:(\w+)/g, (_, name: string) => by(name));
const known: Record<string, string> = { tenant: "acme", user: "ann@acme.example", client: "app" };

const cookieNames = [
  "tti_session",
  "tti_interaction",
  "tti_application",
  "tti_typed",
  "tti_language",
  "tti_browser",
];
const headerNames = [
  ...["referer", "user-agent", "x-request-id", "traceparent", "tracestate", "baggage", "idempotency-key"],
  ...["if-match", "if-none-match", "origin", "accept-language", "x-forwarded-host", "x-api-key", "dpop"],
];

async function send(
  to: Endpoint,
  target: string,
  body: string | undefined,
  extra: Record<string, string> = {},
) {
  const api = to.path.startsWith("/v1");
  const origin = to.port === "admin" ? world.server.adminUrl : world.issuer;
  const answer = await fetch(origin + target, {
    method: to.method,
    redirect: "manual",
    headers: {
      accept: api ? "application/json" : "text/html",
      "x-forwarded-for": `198.51.${Math.floor(planted.length / 250) % 250}.${planted.length % 250}`,
      ...(api ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined
        ? {}
        : { "content-type": api ? "application/json" : "application/x-www-form-urlencoded" }),
      ...extra,
    },
    ...(body === undefined ? {} : { body }),
  });
  await answer.arrayBuffer();
  return answer;
}

const shapes = (value: string): string[] => {
  const bytes = Buffer.from(value);
  return [
    ...[
      value,
      value.toLowerCase(),
      value.toUpperCase(),
      encodeURIComponent(value),
      JSON.stringify(value).slice(1, -1),
    ],
    ...[bytes.toString("base64"), bytes.toString("base64url"), bytes.toString("hex")],
    new URLSearchParams({ v: value }).toString().slice(2),
  ];
};

test("what flows take and hand out is found in no log, trace, metric, foreign cookie or trail", async () => {
  const secrets: Record<string, string> = { "collector's key": headersKey, "metrics' key": metricsKey };
  const remember = (name: string, value: unknown) => {
    if (typeof value === "string" && value !== "") secrets[`${name} ${Object.keys(secrets).length}`] = value;
  };
  const bea = await addPerson(world.db, {
    email: "bea.kanarienvogel@acme.example",
    name: "Bea Ohnegleichen",
    tenants: ["acme"],
  });
  remember("the person's address", bea.email);
  remember("the person's name", "Bea Ohnegleichen");
  const app = await giveApp(world, bea);
  remember("the app's key", app.secret);
  for (const code of app.recoveryCodes) remember("a recovery code", code);

  const agent = new UserAgent();
  for (const wrong of ["wrong-password-of-bea", "Ohnegleichen!1"]) {
    remember("a wrong password", wrong);
    await signInAt(new UserAgent(), authorizationUrl(world), String(bea.email), wrong);
  }
  remember("the password", "correct horse battery staple");
  const second = await signInAt(agent, authorizationUrl(world), String(bea.email));
  const wrongCode = await typeCode(agent, second, "000 000");
  const back = await typeCode(agent, wrongCode, app.codeAt(Date.now()));
  const code = codeOf(back);
  remember("the code", code);
  const first = await redeem(world, code);
  const again = await refresh(world, first.body["refresh_token"] ?? "none");
  await redeem(world, code);
  for (const body of [first.body, again.body])
    for (const [name, value] of Object.entries(body)) if (/token$/.test(name)) remember(name, value);
  remember("the verifier", "a-code-verifier-of-at-least-forty-three-characters");
  remember("the client's secret", "a-secret-of-the-test-client-0123456789");
  for (const path of ["/token/revocation", "/token/introspection"]) {
    remember("a made-up token", `made-up-token-${path}`);
    await postForm(new URL(path, world.issuer), { token: `made-up-token-${path}` }, basic("app"));
  }
  const bearer = { authorization: `Bearer ${String(first.body["access_token"])}` };
  await fetch(new URL("/me", world.issuer), { headers: bearer });
  await fetch(new URL("/v1/users", world.server.adminUrl), { headers: bearer });
  await agent.follow(new URL("/account", world.issuer));

  const assertion = await signSubject(world.issuer, {
    sub: bea.id,
    auth_time: Math.floor(Date.now() / 1000),
  });
  remember("an assertion", assertion);
  for (const sent of [assertion, assertion, `${assertion}x`]) {
    const minted = await exchange(world.issuer, sent);
    remember("a minted token", minted.body["access_token"]);
  }

  const page = await agent.follow(new URL("/account/forgot", world.issuer));
  const before = mails.length;
  await agent.submit(page, { email: String(bea.email) });
  while (mails.length === before) await new Promise((resolve) => setTimeout(resolve, 20));
  for (const { text = "", html = "" } of mails.slice(before) as { text?: string; html?: string }[])
    for (const [, link] of `${text} ${html}`.matchAll(/[?&]token=([\w.~-]+)/g))
      remember("a mailed link", link);
  const mailed = Object.entries(secrets).find(([name]) => name.startsWith("a mailed link"))?.[1];
  assert.ok(mailed, "a link was mailed");
  await new UserAgent().follow(new URL(`/account/reset?token=${mailed}`, world.issuer));

  const asked = await fetch(`${world.server.adminUrl}/v1/tenants/acme/search`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ user: String(bea.email), query: "what bea wants to know" }),
  });
  await asked.text();
  remember("a search", "what bea wants to know");
  remember("the administrator's token", token);
  const sessions = [...agent.cookies].filter(([key]) => /tti_session|\.sig$|_interaction/.test(key));
  for (const [key, value] of sessions) remember(`the cookie ${key.split(" ").at(-1)}`, value);

  const kinds = Object.keys(secrets).map((name) => name.replace(/ \d+$/, ""));
  for (const kind of ["access_token", "refresh_token", "id_token", "the cookie tti_session"])
    assert.ok(kinds.includes(kind), `${kind} is among ${kinds.join(", ")}`);
  assert.ok(kinds.filter((kind) => kind === "a minted token").length === 1, "one mint, two refusals");

  const left = await leftBehind();
  // What a form was answered is kept in the browser that sent it until its page is shown, by the interaction's id: the address that
  // was typed is given back there, and no password or code.
  const isOutcome = (key: string) => / tti_outcome/.test(key);
  const read = ([key, value]: [string, string]) => [
    value,
    Buffer.from(value, "base64url").toString("latin1"),
    key,
  ];
  const others = [...agent.cookies].filter(([key]) => !sessions.some(([own]) => own === key));
  const cookies = others
    .filter(([key]) => !isOutcome(key))
    .map(read)
    .join("\n");
  const outcomes = others
    .filter(([key]) => isOutcome(key))
    .map((one) => read(one).slice(0, 2))
    .join("\n");
  assert.ok(outcomes.length > 0, "a wrong code was answered");
  const trail = JSON.stringify(await world.db("audit_events").select());
  assert.ok(Object.keys(secrets).length > 25);
  for (const [name, value] of Object.entries(secrets)) {
    assert.ok(value.length >= 8, name);
    for (const [where, text] of Object.entries({ ...left, cookies, outcomes, trail })) {
      if (where === "outcomes" && name.startsWith("the person's address")) continue;
      for (const shape of shapes(value)) {
        const at = text.indexOf(shape);
        assert.ok(at < 0, `${name} stands in ${where}: ${text.slice(Math.max(0, at - 200), at + 60)}`);
      }
    }
  }
});

test("of an exchange with AWS nothing is found but steps and ids: no credentials, no token, no description", async (t) => {
  const told: string[] = [];
  const aws = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const body = Buffer.concat(parts).toString();
      told.push(
        body,
        String(request.headers["authorization"]),
        String(request.headers["x-amz-security-token"]),
      );
      if (body.includes("Action=AssumeRole")) {
        const [id, key, session] = ["access key", "secret key", "session token"].map((one) =>
          plant(`AWS's ${one}`),
        );
        const credentials = `<AccessKeyId>${id}</AccessKeyId><SecretAccessKey>${key}</SecretAccessKey><SessionToken>${session}</SessionToken><Expiration>2036-01-01T00:00:00Z</Expiration>`;
        response.setHeader("content-type", "text/xml");
        return response.end(
          `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>${credentials}</Credentials></AssumeRoleResult><ResponseMetadata><RequestId>11111111-2222-4333-8444-555555555555</RequestId></ResponseMetadata></AssumeRoleResponse>`,
        );
      }
      const refusal = {
        error: "invalid_grant",
        error_description: `of ${plant("AWS's words")}@leak.example`,
      };
      response.writeHead(400, {
        "content-type": "application/json",
        "x-amzn-errortype": "InvalidGrantException",
        "x-amzn-requestid": "66666666-2222-4333-8444-555555555555",
      });
      return response.end(JSON.stringify(refusal));
    });
  });
  await new Promise<void>((resolve) => aws.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    aws.closeAllConnections();
    await new Promise((resolve) => aws.close(resolve));
  });
  const endpoint = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`;
  const from = lines.length;
  const other = await world.startAnother(
    {},
    {
      log: openLog({ level: "trace", stream: { write: (line: string) => lines.push(line) } }),
      awsAccess: () => ({
        roleArn: "arn:aws:iam::111122223333:role/isv",
        baseCredentials: { accessKeyId: plant("our access key"), secretAccessKey: plant("our secret key") },
        awsClientOptions: { sts: { endpoint, maxAttempts: 1 }, ssoOidc: { endpoint } },
      }),
    },
  );
  const person = await addPerson(world.db, { email: "cleo@acme.example", tenants: ["acme"] });
  const accessor = {
    ...{ tenantId: "acme", idcRegion: "us-east-1", qRegion: "us-east-1" },
    applicationId: "11111111-2222-4333-8444-555555555555",
    retrieverId: "11111111-2222-4333-8444-666666666666",
    idcApplicationArn: "arn:aws:sso::111122223333:application/ssoins-1111111111111111/apl-1111111111111111",
  };
  const operator = {
    db: world.db,
    clock: systemClock,
    passwords: createPasswords(),
    actor: "test",
    may: () => true,
  };
  await createAccessor(operator, accessor);
  await setTenant(world.db, "acme", { presencePolicy: { name: "offline" } });
  const searching = await createClient(operator, { purposes: ["search"], searchTenants: ["acme"] });
  await saveOfflineConsent(
    world.db,
    { tenantId: "acme", accountId: person.id, clientId: searching.clientId },
    new Date(),
  );
  const granted = await postForm(
    new URL("/token", world.issuer),
    { grant_type: "client_credentials", scope: "tti:search" },
    basic(searching.clientId, searching.clientSecret ?? ""),
  );
  const answer = await fetch(`${other.adminUrl}/v1/tenants/acme/search`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${String(granted.body["access_token"])}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ user: "cleo@acme.example", query: plant("the search") }),
  });
  assert.equal(answer.status, 502, await answer.text());
  const [assertion] = told.flatMap((body) => /eyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(body) ?? []);
  assert.ok(assertion, "AWS was given an ID token");
  await receiver.until((spans) =>
    spans.some((one) => one.attributes["aws.request_id"] === "66666666-2222-4333-8444-555555555555"),
  );
  const written = lines.slice(from).join("");
  const left = {
    ...(await leftBehind()),
    log: written,
    trail: JSON.stringify(await world.db("audit_events").select()),
  };
  for (const [where, text] of Object.entries(left)) {
    assert.ok(!text.includes(assertion), `the ID token stands in ${where}`);
    if (where !== "trail")
      assert.deepEqual(
        foundIn(text).filter((one) => !isNameOfThing(one)),
        [],
        `stand in ${where}`,
      );
    else assert.doesNotMatch(text, new RegExp(assertion.slice(-40)));
  }
});

test("no setting that may come from a file is repeated by what is said of its fault", () => {
  const all = Object.values(settings) as Setting<unknown>[];
  const secret = all.filter(({ fromFile }) => fromFile === true);
  for (const name of ["DATABASE_URL", "SMTP_URL", "TTI_SECRETS", "TTI_METRICS", "OTEL_EXPORTER_OTLP_HEADERS"])
    assert.ok(
      secret.some((one) => one.name === name),
      name,
    );
  for (const { name } of secret) {
    for (const value of [
      "Kanari!Vogel",
      "postgres//user:KanariVogel@host",
      "smtp://user:KanariVogel@:port",
      "KanariVogel,KanariVogel",
      `${"KanariVogel".repeat(5)} x`,
    ]) {
      try {
        readConfig({ TTI_MODE: "development", [name]: value });
      } catch (error) {
        assert.ok(error instanceof ConfigError, name);
        assert.doesNotMatch(JSON.stringify([error.message, error.faults]), /kanari/i, name);
      }
    }
  }
});

// Last: it takes away what it finds.
test("what is planted at every address is found in no log, trace, metric or cookie", async () => {
  const endpoints = findEndpoints();
  assert.ok(endpoints.length > 100);
  const names = findParameterNames();
  const cookies: string[] = [];
  const keep = (to: Endpoint, answer: Response) => {
    for (const cookie of answer.headers.getSetCookie()) cookies.push(`${to.method} ${to.path}: ${cookie}`);
  };
  // Each address has its turn, all of them at night.
  for (const to of shareOfToday(endpoints, 4)) {
    const place = `${to.port} ${to.method} ${to.path}`;
    const takesBody = to.method !== "GET" && to.method !== "DELETE";
    const pairs = new URLSearchParams(
      Object.fromEntries(names.map((name) => [name, plant(`${place} parameter ${name}`)])),
    );
    const whole = fill(to.path, (name) => known[name] ?? "x");
    const headers = Object.fromEntries(headerNames.map((name) => [name, plant(`${place} header ${name}`)]));
    const cookie = cookieNames.map((name) => `${name}=${plant(`${place} cookie ${name}`)}`).join("; ");
    const byWord = { authorization: `Bearer ${plant(`${place} bearer`)}` };
    const byName = {
      authorization: `Basic ${btoa(`${plant(`${place} basic id`)}:${plant(`${place} basic secret`)}`)}`,
    };
    if (to.path.startsWith("/v1")) {
      const routes = apiRoutes.filter(
        (one) => one.path === to.path && one.method.toUpperCase() === to.method,
      );
      for (const { operation, ...route } of routes) {
        const schema = z.toJSONSchema(operation.entry.input, { io: "input" }) as Schema;
        const input = planting(schema, place) as Record<string, unknown>;
        for (const [, name = ""] of to.path.matchAll(/:(\w+)/g)) delete input[name];
        const query = new URLSearchParams(
          Object.fromEntries(Object.entries(input).map(([name, value]) => [name, String(value)])),
        );
        if (hasBody(route as never)) keep(to, await send(to, whole, JSON.stringify(input)));
        else keep(to, await send(to, `${whole}?${query}`, undefined));
        // One at a time, so that it is not another's fault that is told.
        for (const [name, value] of Object.entries(input))
          if (hasBody(route as never)) keep(to, await send(to, whole, JSON.stringify({ [name]: value })));
      }
      for (const wrong of [byWord, byName])
        keep(to, await send(to, whole, takesBody ? "{}" : undefined, wrong));
      keep(to, await send(to, whole, takesBody ? `{"${plant(`${place} name`)}": 1` : undefined, headers));
    } else {
      keep(
        to,
        await send(to, takesBody ? whole : `${whole}?${pairs}`, takesBody ? String(pairs) : undefined),
      );
      keep(to, await send(to, whole, takesBody ? "" : undefined, { ...headers, cookie, ...byName }));
      keep(to, await send(to, whole, takesBody ? "" : undefined, byWord));
    }
    if (/:\w/.test(to.path)) {
      const named = fill(to.path, (name) => plant(`${place} path ${name}`));
      keep(to, await send(to, named, takesBody ? (to.path.startsWith("/v1") ? "{}" : "") : undefined));
    }
  }
  assert.ok(planted.length > 5_000, `${planted.length}`);
  const left = await leftBehind();
  for (const [where, text] of Object.entries(left)) {
    const found = foundIn(text).filter((one) => where !== "log" || !isNameOfThing(one));
    assert.deepEqual(found.slice(0, 40), [], `${found.length} of ${planted.length} stand in ${where}`);
  }
  // The application a sign-in was begun for is remembered by its id, so that a page which cannot go on leads back to it.
  const isApplication = (found: string) => /GET \/auth parameter client_id … .*tti_application=/.test(found);
  assert.deepEqual(
    cookies.flatMap(foundIn).filter((found) => !isApplication(found)),
    [],
    "stand in cookies",
  );
});
