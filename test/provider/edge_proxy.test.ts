// Behind a real proxy: what the sign-in limits see when it is trusted, and what an operator is told when not.
import assert from "node:assert/strict";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { openLog } from "../../src/log.ts";
import { createProxyWatch } from "../../src/provider/edge/proxy_watch.ts";
import { authorizationUrl } from "./support/authorization.ts";
import {
  addClient,
  addPerson,
  type ProviderFixture,
  password,
  signInAt,
  startProvider,
} from "./support/provider_fixture.ts";
import { UserAgent } from "./support/user_agent.ts";

/** A reverse proxy as they are: it appends the address of whoever connects, and passes everything on. */
async function startProxy(
  target: string,
): Promise<{ server: Server; url: string; client: { address: string } }> {
  const client = { address: "203.0.113.1" };
  const server = createServer((incoming, answer) => {
    const before = incoming.headers["x-forwarded-for"];
    const entry = before === undefined ? client.address : `${String(before)}, ${client.address}`;
    const headers = { ...incoming.headers, "x-forwarded-for": entry };
    const onward = request(
      new URL(incoming.url ?? "/", target),
      { method: incoming.method ?? "GET", headers },
      (back) => {
        answer.writeHead(back.statusCode ?? 502, back.headers);
        back.pipe(answer);
      },
    );
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, client, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const lines: string[] = [];
let fixture: ProviderFixture;
before(async () => {
  const log = openLog({ level: "info", stream: { write: (line: string) => lines.push(line) } });
  fixture = await startProvider({ log, environment: { TTI_TRUSTED_PROXIES: "0" } });
  await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  await addClient(fixture.db, { client_id: "app" });
});
after(() => fixture.close());

const readiness = async (url: string): Promise<{ status: number; warnings?: string[] }> => {
  const answer = await fetch(new URL("/health/ready", url));
  return { ...((await answer.json()) as { warnings?: string[] }), status: answer.status };
};

test("a proxy the settings do not know is told in the log, once a minute, and by readiness", async () => {
  assert.equal((await readiness(fixture.issuer)).warnings, undefined);
  const { server, url } = await startProxy(fixture.issuer);
  for (let time = 0; time < 5; time += 1) await fetch(new URL("/health/live", url));
  server.close();
  const told = await readiness(fixture.issuer);
  assert.equal(told.status, 200);
  assert.match(told.warnings?.join() ?? "", /TTI_TRUSTED_PROXIES is 0/);
  const logged = lines.map((line) => JSON.parse(line)).filter((line) => /TTI_TRUSTED_PROXIES/.test(line.msg));
  assert.deepEqual(
    logged.map((line) => [line.level, line.header]),
    [["error", "x-forwarded-for"]],
  );
});

test("behind a trusted proxy one browser that guesses slows down nobody else", async () => {
  const trusting = await fixture.startAnother({ TTI_TRUSTED_PROXIES: "1" });
  const { server, url, client } = await startProxy(trusting.localUrl);
  const signIn = async (secretWord: string, headers: Record<string, string> = {}) => {
    const start = authorizationUrl({ ...fixture, issuer: url });
    return (await signInAt(new UserAgent(headers), start, "ann@acme.example", secretWord)).status;
  };
  client.address = "203.0.113.66";
  const statuses: number[] = [];
  for (let guess = 0; guess < 8; guess += 1) {
    statuses.push(await signIn("a wrong guess", { "x-forwarded-for": `198.51.100.${guess}` }));
  }
  assert.equal(statuses.at(-1), 429);
  assert.equal((await readiness(trusting.localUrl)).warnings, undefined);
  client.address = "203.0.113.7";
  assert.notEqual(await signIn(password), 429);
  server.close();
  await trusting.close();
});

test("a browser that signed in before gets in, though others at its address have used up what it gives", async () => {
  const known = new UserAgent();
  const again = () => authorizationUrl(fixture, { prompt: "login" });
  assert.notEqual((await signInAt(known, again(), "ann@acme.example", password)).status, 429);
  const statuses: number[] = [];
  for (let guess = 0; guess < 50 && statuses.at(-1) !== 429; guess += 1) {
    statuses.push((await signInAt(new UserAgent(), again(), `x${guess}@acme.example`, "a guess")).status);
  }
  assert.equal(statuses.at(-1), 429);
  assert.equal((await signInAt(new UserAgent(), again(), "ann@acme.example", password)).status, 429);
  assert.notEqual((await signInAt(known, again(), "ann@acme.example", password)).status, 429);
});

test("the watch ends its warning an hour after the last such request, and heeds addresses only", () => {
  let nowMs = 0;
  const told: string[] = [];
  const log = openLog({ level: "error", stream: { write: (line: string) => told.push(line) } });
  const watch = createProxyWatch({ trustedProxies: 0, clock: () => new Date(nowMs), log });
  const look = (headers: Record<string, string>) => watch.look({ headers } as never);
  look({ "x-forwarded-host": "evil.example", forwarded: "host=evil.example" });
  assert.equal(watch.warning(), undefined);
  look({ forwarded: "for=203.0.113.8;proto=https" });
  assert.match(watch.warning() ?? "", /X-Forwarded-For/);
  nowMs += 61_000;
  look({ "x-real-ip": "203.0.113.8" });
  assert.equal(told.length, 2);
  nowMs += 3_600_000;
  assert.equal(watch.warning(), undefined);
});
