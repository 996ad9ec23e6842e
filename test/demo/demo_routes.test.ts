// Owns the proof that the demo's HTTP face refuses what it must, and stays up when its provider is down.
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { type RunningDemo, startDemo } from "../../src/demo/start_demo.ts";
import { silentLog } from "../../src/log.ts";

let demo: RunningDemo;
before(async () => {
  demo = await startDemo({
    port: 0,
    // Port 9 (discard) answers nobody.
    issuer: "http://127.0.0.1:9",
    clientId: "isv-app",
    exchange: { connectionOf: async () => undefined },
    users: [{ name: "Alice <b>", email: "alice+1@acme.example", tenant: "Acme" }],
    links: [{ label: "Bad link", url: "javascript:alert(1)" }],
    log: silentLog,
  });
});
after(() => demo.close());

const get = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${demo.url}${path}`, { redirect: "manual", ...init });
const form = (fields: string, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  body: fields,
  headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
});

test("the first page lists the people to try and goes out under a strict policy", async () => {
  const response = await get("/");
  const html = await response.text();
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-security-policy") ?? "", /^default-src 'none'/);
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.match(html, /Alice &lt;b&gt;/);
  assert.match(html, /href="\/login\?as=alice%2B1%40acme\.example"/);
  assert.doesNotMatch(html, /javascript:/);
});

test("the stylesheet may be cached for good", async () => {
  const path = /href="(\/assets\/[^"]+)"/.exec(await (await get("/")).text())?.[1] ?? assert.fail();
  const response = await get(path);
  assert.equal(response.headers.get("content-type"), "text/css; charset=utf-8");
  assert.match(response.headers.get("cache-control") ?? "", /immutable/);
});

test("without its provider the demo stands, says so, and names the log line", async () => {
  const response = await get("/login");
  const html = await response.text();
  assert.equal(response.status, 502);
  assert.match(html, /provider is not running/);
  assert.match(html, /Request id[\s\S]+<code>[0-9a-f]{12}<\/code>/);
  assert.equal((await get("/")).status, 200);
});

test("an answer of the provider nobody waits for is refused", async () => {
  const response = await get("/callback?code=x&state=y");
  assert.equal(response.status, 400);
  assert.match(await response.text(), /expired or was finished already/);
  assert.doesNotMatch(response.headers.get("set-cookie") ?? "", /demo_session=\w/);
});

test("a form without a session, of the wrong kind or with a field twice is refused", async () => {
  for (const path of ["/search", "/replay", "/logout"]) {
    assert.equal((await get(path, form("csrf=x&query=y"))).status, 401, path);
  }
  const json = { method: "POST", body: "{}", headers: { "content-type": "application/json" } };
  assert.equal((await get("/search", json)).status, 415);
  assert.equal((await get("/search", form("query=a&query=b"))).status, 400);
  assert.equal((await get("/search", form(`query=${"x".repeat(20_000)}`))).status, 413);
});

test("a made-up session cookie is nobody's", async () => {
  const cookie = `demo_session=${"A".repeat(43)}; demo_session.sig=${"B".repeat(27)}`;
  assert.equal((await get("/search", form("csrf=&query=y", { cookie }))).status, 401);
});

test("an unknown path is a page, not an empty answer", async () => {
  const response = await get("/nothing-here");
  assert.equal(response.status, 404);
  assert.match(await response.text(), /There is no such page/);
});

test("under another host name a visitor is sent to the right one, and forms are refused", async () => {
  const ask = (method: string): Promise<{ status: number | undefined; location: string | undefined }> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(demo.url);
      const options = { host: "127.0.0.1", port, method, path: "/", headers: { host: "evil.example" } };
      request(options, (response) => {
        response.resume();
        resolve({ status: response.statusCode, location: response.headers.location });
      })
        .on("error", reject)
        .end();
    });
  assert.deepEqual(await ask("GET"), { status: 302, location: `${demo.url}/` });
  assert.equal((await ask("POST")).status, 421);
});
