// The public app's edge: health, headers, unknown addresses, sizes, and failures that say nothing.
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { openLog } from "../src/log.ts";
import { type ProviderFixture, startProvider } from "./provider/support/provider_fixture.ts";

let fixture: ProviderFixture;
const lines: string[] = [];
before(async () => {
  const log = openLog({ level: "info", stream: { write: (line: string) => lines.push(line) } });
  fixture = await startProvider({ log });
});
after(() => fixture.close());

const get = (
  path: string,
  headers: Record<string, string> = { accept: "application/json" },
): Promise<Response> => fetch(new URL(path, fixture.issuer), { headers, redirect: "manual" });

test("every page says whose it is, by name and host, and where help is", async () => {
  const named = await startProvider({
    environment: { TTI_PUBLIC_NAME: "Orchard & Sons", TTI_SUPPORT_URL: "mailto:help@orchard.example" },
  });
  try {
    for (const path of ["/", "/nothing", "/account/signed-out"]) {
      const page = await fetch(new URL(path, named.issuer), { headers: { accept: "text/html" } });
      const html = await page.text();
      assert.match(html, /<title>[^<]+ – Orchard &amp; Sons<\/title>/, path);
      assert.match(html, /<span>Orchard &amp; Sons<\/span>/, path);
      assert.ok(html.includes(`<span>${new URL(named.issuer).host}</span>`), path);
      assert.match(html, /<a href="mailto:help@orchard.example">Help<\/a>/, path);
    }
    const unnamed = await (await get("/", { accept: "text/html" })).text();
    assert.ok(
      unnamed.includes(`<span>${new URL(fixture.issuer).host}</span>`),
      "the host stands for the name",
    );
  } finally {
    await named.close();
  }
});

test("live and ready answer, and ready names what it checked", async () => {
  assert.deepEqual(await (await get("/health/live")).json(), { status: "ok" });
  const ready = await get("/health/ready");
  assert.equal(ready.status, 200);
  assert.deepEqual(await ready.json(), { status: "ok", checks: { instance: "ok", store: "ok", keys: "ok" } });
});

test("discovery and JWKS are fixed bytes with Cache-Control and ETag", async () => {
  for (const path of ["/jwks", "/.well-known/openid-configuration"]) {
    const first = await get(path);
    assert.match(first.headers.get("cache-control") ?? "", /^public, max-age=\d+$/, path);
    const etag = first.headers.get("etag") ?? "";
    const again = await get(path, { "if-none-match": etag });
    assert.equal(again.status, 304, path);
    assert.equal(await again.text(), "");
    const head = await fetch(new URL(path, fixture.issuer), { method: "HEAD" });
    assert.equal(head.status, 200, path);
    assert.equal(head.headers.get("etag"), etag);
  }
});

test("a document at hand is answered as it is on the usual way", async () => {
  const headersOf = ({ headers }: Response) =>
    [...headers].filter(([name]) => name !== "x-request-id" && name !== "date");
  for (const path of ["/jwks", "/.well-known/openid-configuration"]) {
    // Rendered by the first who asks.
    await (await get(path)).text();
    const etag = (await get(path)).headers.get("etag") ?? "";
    for (const asked of [{}, { "if-none-match": etag }, { "if-none-match": `"else", W/${etag}` }]) {
      const [plain, usual] = [await get(path, asked), await get(`${path}?`, asked)];
      assert.equal(plain.status, usual.status);
      assert.deepEqual(headersOf(plain), headersOf(usual));
      assert.equal(await plain.text(), await usual.text());
      assert.match(plain.headers.get("x-request-id") ?? "", /^[\da-f-]{36}$/);
    }
  }
});

test("discovery says what the provider does, every URL below the issuer", async () => {
  const discovery = (await (await get("/.well-known/openid-configuration")).json()) as Record<
    string,
    unknown
  >;
  assert.equal(discovery["issuer"], fixture.issuer);
  assert.deepEqual(discovery["response_types_supported"], ["code"]);
  assert.deepEqual(discovery["code_challenge_methods_supported"], ["S256"]);
  assert.deepEqual(discovery["id_token_signing_alg_values_supported"], ["RS256"]);
  assert.deepEqual(discovery["token_endpoint_auth_methods_supported"], [
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
    "none",
  ]);
  for (const [name, value] of Object.entries(discovery)) {
    if (/_(endpoint|uri)$/.test(name)) assert.ok(String(value).startsWith(`${fixture.issuer}/`), name);
  }
});

test("the JWKS holds public members only", async () => {
  const { keys } = (await (await get("/jwks")).json()) as { keys: object[] };
  assert.ok(keys.length > 0);
  for (const key of keys) assert.deepEqual(Object.keys(key).sort(), ["alg", "e", "kid", "kty", "n", "use"]);
});

test("an unknown address is not_found, as JSON and as a page", async () => {
  const json = await get("/nowhere");
  assert.equal(json.status, 404);
  const body = (await json.json()) as Record<string, string>;
  assert.equal(body["error"], "not_found");
  assert.equal(body["request_id"], json.headers.get("x-request-id"));
  const page = await get("/nowhere", { accept: "text/html" });
  assert.match(await page.text(), /<code>not_found<\/code>/);
});

test("every answer carries the security headers", async () => {
  for (const path of ["/health/live", "/nowhere", "/jwks", "/auth?client_id=x", "/token"]) {
    const { headers } = await get(path, { accept: "text/html" });
    assert.equal(headers.get("x-content-type-options"), "nosniff", path);
    assert.equal(headers.get("x-frame-options"), "DENY", path);
    assert.match(headers.get("referrer-policy") ?? "", /^(no-referrer|same-origin)$/, path);
    const policy = headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'/, path);
    assert.match(policy, /frame-ancestors 'none'/, path);
    assert.doesNotMatch(policy, /unsafe/, path);
  }
});

test("what is too large is refused: query, header, body", async () => {
  assert.equal((await get(`/auth?state=${"x".repeat(9_000)}`)).status, 400);
  assert.equal((await get("/jwks", { "x-large": "x".repeat(20_000) })).status, 431);
  const body = new URLSearchParams({ grant_type: "refresh_token", refresh_token: "x".repeat(70_000) });
  const large = await fetch(new URL("/token", fixture.issuer), { method: "POST", body });
  assert.equal(large.status, 400);
  const undeclared = await fetch(new URL("/token", fixture.issuer), {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new Blob([body.toString()]).stream(),
    duplex: "half",
  } as RequestInit);
  assert.equal(undeclared.status, 400);
  assert.equal((await get("/health/live")).status, 200);
});

test("a request target that names a host of its own is refused", async () => {
  for (const target of ["http://evil.example/jwks", "//evil.example/jwks", "*"]) {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const url = new URL(fixture.issuer);
      const call = request(
        { host: url.hostname, port: url.port, path: target, method: "GET" },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      call.on("error", reject);
      call.end();
    });
    assert.equal(status, 400, target);
  }
});

test("a failure nobody foresaw says nothing outward and everything in the log", async () => {
  await fixture.db.schema.renameTable("clients", "clients_away");
  try {
    lines.length = 0;
    const answer = await get("/auth?client_id=gone-client&scope=openid");
    const text = await answer.text();
    assert.equal(answer.status, 500);
    assert.doesNotMatch(text, /clients|table|sql/i);
    const logged = lines.map((line) => JSON.parse(line));
    const entry = logged.find((line) => line.requestId === answer.headers.get("x-request-id"));
    assert.match(entry?.err?.message ?? "", /clients/);
  } finally {
    await fixture.db.schema.renameTable("clients_away", "clients");
  }
});

test("an instance whose store cannot be written is live but not ready", async () => {
  const lonely = await startProvider();
  await lonely.db.schema.dropTable("store_probe");
  const live = await fetch(new URL("/health/live", lonely.issuer));
  assert.equal(live.status, 200);
  const ready = await fetch(new URL("/health/ready", lonely.issuer));
  assert.equal(ready.status, 503);
  assert.equal(
    ((await ready.json()) as { checks: Record<string, string> }).checks["store"],
    "the store cannot be written",
  );
  await lonely.close();
});
