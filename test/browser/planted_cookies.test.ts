// Class: account takeover from a neighbouring host (S3), over real TLS in a real Chromium, whose own rules on cookies
// decide what a neighbour can plant. The whole of the class, handoff too: test/security/planted_cookies.test.ts.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import type { Browser, Cookie, Page } from "playwright-core";
import { codeChallenge } from "../provider/support/authorization.ts";
import {
  addClient,
  addPerson,
  type ProviderFixture,
  password,
  redirectUri,
  startProvider,
} from "../provider/support/provider_fixture.ts";
import { launchBrowser } from "../support/browser.ts";
import { startTlsProxy, type TlsProxy } from "../support/tls_proxy.ts";
import { arrivedAtHeading, submitLogin } from "./browser_world.ts";

const issuer = "https://login.example.com";
const neighbours = ["https://evil.example.com", "http://plain.example.com"];

let fixture: ProviderFixture;
let neighbour: Server;
let application: Server;
let toProvider: TlsProxy;
let toNeighbour: TlsProxy;
let toApplication: TlsProxy;
let browser: Browser;
/** The addresses the application was asked for. */
const answers: string[] = [];
/** What the neighbours set when they are visited. */
let planted: readonly string[] = [];

before(async () => {
  fixture = await startProvider({ environment: { TTI_ISSUER: issuer, TTI_TRUSTED_PROXIES: "1" } });
  await addClient(fixture.db, { client_id: "app" });
  await addPerson(fixture.db, { email: "victim@acme.example", tenants: ["acme"] });
  neighbour = createServer((_request, response) => {
    response
      .writeHead(200, { "content-type": "text/html", "set-cookie": [...planted] })
      .end("<h1>A prize</h1>");
  });
  application = createServer((request, response) => {
    answers.push(request.url ?? "");
    response.writeHead(200, { "content-type": "text/html" }).end("<h1>Back</h1>");
  });
  toProvider = await startTlsProxy(Number(new URL(fixture.server.localUrl).port));
  toNeighbour = await startTlsProxy(await portOf(neighbour));
  toApplication = await startTlsProxy(await portOf(application));
  const rules = [
    `MAP login.example.com 127.0.0.1:${new URL(toProvider.url).port}`,
    `MAP evil.example.com 127.0.0.1:${new URL(toNeighbour.url).port}`,
    `MAP plain.example.com 127.0.0.1:${await portOf(neighbour)}`,
    `MAP ${new URL(redirectUri).host} 127.0.0.1:${new URL(toApplication.url).port}`,
  ];
  browser = await launchBrowser([`--host-resolver-rules=${rules.join(",")}`, "--ignore-certificate-errors"]);
});
after(async () => {
  await browser.close();
  await Promise.all([toProvider, toNeighbour, toApplication].map((proxy) => proxy.close()));
  for (const server of [neighbour, application]) {
    server.closeAllConnections();
    server.close();
  }
  await fixture.close();
});

async function portOf(server: Server): Promise<number> {
  if (!server.listening) await once(server.listen(0, "127.0.0.1"), "listening");
  return (server.address() as AddressInfo).port;
}

const authUrl = `${issuer}/auth?${new URLSearchParams({
  client_id: "app",
  redirect_uri: redirectUri,
  response_type: "code",
  scope: "openid",
  code_challenge: codeChallenge,
  code_challenge_method: "S256",
})}`;

/** A page of a person with a browser of their own. */
const openPerson = async (): Promise<Page> => (await browser.newContext()).newPage();

const linesFrom = (cookies: readonly Cookie[], secure: string): string[] =>
  cookies.flatMap(({ name, value, path }) => [
    `${name}=${value}; Path=${path}; Domain=example.com; HttpOnly${secure}`,
    `${name}=${value}; Path=${path}; HttpOnly${secure}`,
  ]);

test("cookies that a neighbouring host plants finish nobody's sign-in, in Chromium over TLS", async () => {
  const attacker = await openPerson();
  await attacker.goto(authUrl);
  await arrivedAtHeading(attacker, "Sign in");
  const hisSignIn = attacker.url();
  const uid = new URL(hisSignIn).pathname.split("/")[2] ?? "";
  const hisCookies = await attacker.context().cookies();

  const victim = await openPerson();
  await victim.goto(authUrl);
  for (const [index, host] of neighbours.entries()) {
    planted = linesFrom(hisCookies, index === 0 ? "; Secure" : "");
    await victim.goto(host);
  }
  const taken = await victim.context().cookies(hisSignIn);
  const his = taken.filter(({ value }) => hisCookies.some((one) => one.value === value));
  assert.ok(
    his.some(({ name, domain }) => name === "__Secure-tti_interaction" && domain === ".example.com"),
    "the attack is real: Chromium takes this one",
  );
  const keyOf = (cookies: readonly Cookie[]) =>
    cookies.filter(({ name }) => name === "__Host-tti_browser").map(({ value }) => value);
  assert.equal(keyOf(taken).length, 1);
  assert.notDeepEqual(keyOf(taken), keyOf(hisCookies), "and keeps the victim's own key");

  // Lured to the genuine page of the attacker's sign-in, the victim finds it over, and can give it no password.
  await victim.goto(hisSignIn);
  await arrivedAtHeading(victim, "This sign-in is over");
  assert.equal(await victim.getByLabel("Password").count(), 0);
  await attacker.goto(`${issuer}/auth/${uid}`);
  await attacker.getByRole("heading", { level: 1 }).waitFor();
  assert.ok(!answers.some((url) => url.includes("code=")), answers.join());

  // And what was planted keeps the victim from nothing.
  await victim.goto(authUrl);
  await submitLogin(victim, "victim@acme.example", password);
  await victim.getByRole("heading", { name: "Back" }).waitFor();
  assert.match(answers.at(-1) ?? "", /[?&]code=/);
});
