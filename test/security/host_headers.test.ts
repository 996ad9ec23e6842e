// Class: Host or forwarded headers trusted (CVE-2026-27959, GHSA-2wmj-46rj-qm2w, CVE-2026-40575). Nothing a request
// says changes a URL that leaves the server.
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { authorizationUrl } from "../provider/support/authorization.ts";
import {
  addClient,
  addPerson,
  type ProviderFixture,
  password,
  startProvider,
} from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";

const issuer = "https://login.isv.example";
let fixture: ProviderFixture;
before(async () => {
  // As behind a proxy that ends TLS: the issuer is https, the socket is not.
  fixture = await startProvider({ environment: { TTI_ISSUER: issuer, TTI_TRUSTED_PROXIES: "1" } });
  await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  await addClient(fixture.db, { client_id: "app" });
});
after(() => fixture.close());

const headers = [
  "host",
  "forwarded",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-forwarded-port",
  "x-forwarded-prefix",
  "x-forwarded-server",
  "x-forwarded-for",
  "x-forwarded-scheme",
  "x-forwarded-uri",
  "x-forwarded",
  "x-original-host",
  "x-original-url",
  "x-rewrite-url",
  "x-host",
  "x-http-host-override",
  "x-url-scheme",
  "x-real-ip",
  "front-end-https",
];
const values: Record<string, string> = {
  forwarded: "for=6.6.6.6;host=evil.example;proto=http",
  "x-forwarded-proto": "http",
  "x-forwarded-scheme": "http",
  "x-url-scheme": "http",
  "x-forwarded-port": "61666",
  "x-forwarded-for": "6.6.6.6",
  "front-end-https": "off",
};

/** Sends a raw request, since fetch would not let the Host header be set. */
function send(
  path: string,
  extra: Record<string, string>,
  method = "GET",
  body = "",
): Promise<{ status: number; seen: string }> {
  const { hostname, port } = new URL(fixture.server.localUrl);
  const form = method === "POST" ? { "content-type": "application/x-www-form-urlencoded" } : {};
  return new Promise((resolve, reject) => {
    const call = request(
      { hostname, port, path, method, headers: { ...form, ...extra } },
      async (response) => {
        let text = "";
        for await (const chunk of response) text += chunk;
        // Everything that leaves: headers and body.
        const seen = `${response.rawHeaders.join("\n")}\n${text}`.replace(/^date\n.*$/im, "");
        resolve({ status: response.statusCode ?? 0, seen });
      },
    );
    call.on("error", reject);
    call.end(body);
  });
}

// What differs between two answers to the same request anyway.
const stable = (seen: string): string =>
  seen
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "REQUEST-ID")
    .replace(/\/interaction\/[\w-]+/g, "/interaction/UID")
    .replace(/\/auth\/[\w-]+/g, "/auth/UID")
    .replace(/(tti_\w+(?:\.sig)?)=[^;\n]*/g, "$1=VALUE")
    .replace(/name="xsrf" value="\w+"/g, 'name="xsrf" value="SECRET"')
    .replace(/expires=[^;\n]*/g, "expires=TIME");

const authorization = authorizationUrl({ issuer });
const requests: [string, string, string?, string?][] = [
  ["discovery", "/.well-known/openid-configuration"],
  ["OAuth discovery", "/.well-known/oauth-authorization-server"],
  ["JWKS", "/jwks"],
  ["authorization", `${authorization.pathname}${authorization.search}`],
  ["posted authorization", "/auth", "POST", authorization.searchParams.toString()],
  ["refused authorization", "/auth?client_id=nobody"],
  ["logout", "/session/end"],
  ["logged out", "/session/end/success"],
  ["not found", "/nowhere"],
  ["token", "/token", "POST", "grant_type=refresh_token"],
];

for (const [name, path, method, body] of requests) {
  test(`${name}: no header changes the answer`, async () => {
    const plain = stable((await send(path, {}, method, body)).seen);
    assert.ok(!plain.includes("http://"), plain);
    for (const header of headers) {
      const value = values[header] ?? "evil.example";
      const { seen } = await send(path, { [header]: value }, method, body);
      assert.equal(stable(seen), plain, header);
      assert.ok(!/evil\.example|61666/.test(stable(seen)), header);
    }
  });
}

test("the whole sign-in stays on the issuer's host and scheme under hostile headers", async () => {
  const hostile = Object.fromEntries(
    headers.filter((header) => header !== "host").map((header) => [header, values[header] ?? "evil.example"]),
  );
  const agent = new UserAgent(hostile);
  const at = (url: string): string => url.replace(issuer, fixture.server.localUrl);
  const first = await agent.visit(at(authorizationUrl({ issuer }).href));
  const interaction = first.headers.get("location") ?? "";
  assert.match(interaction, /^\/interaction\//);
  for (const cookie of first.headers.getSetCookie()) {
    assert.match(cookie, /; secure/i);
    assert.match(cookie, /; httponly/i);
    assert.match(cookie, /; samesite=lax/i);
    assert.match(cookie, /^(__Host-|__Secure-)/);
    assert.doesNotMatch(cookie, /domain=/i);
  }
  const login = await agent.visit(`${fixture.server.localUrl}${interaction}/login`, {
    method: "POST",
    body: new URLSearchParams({ email: "ann@acme.example", password }),
  });
  const resume = login.headers.get("location") ?? "";
  assert.ok(resume.startsWith(`${issuer}/auth/`), resume);
  const answer = await agent.visit(at(resume));
  const location = new URL(answer.headers.get("location") ?? "");
  assert.equal(location.origin, "https://rp.example");
  assert.equal(location.searchParams.get("iss"), issuer);
});
