// Class: what one layer reads differently from the next (parameter pollution, overlong and foreign encodings,
// U+0000). Each is refused at the edge, on both ports, with the same answer on both stores.
import assert from "node:assert/strict";
import { request as rawRequest } from "node:http";
import { after, before, test } from "node:test";
import { type AdminWorld, startAdminWorld } from "../admin/admin_world.ts";
import { basic } from "../provider/support/authorization.ts";
import { addClient, type ProviderFixture, startProvider } from "../provider/support/provider_fixture.ts";

let fixture: ProviderFixture;
let world: AdminWorld;
let admin: string;
before(async () => {
  fixture = await startProvider({ kind: "postgres" });
  await addClient(fixture.db, { client_id: "app", grant_types: ["client_credentials"], scope: "tti:admin" });
  world = await startAdminWorld();
  admin = await world.accessToken({ clientId: "ops", purposes: ["admin"] }, "tti:admin");
});
after(async () => {
  await fixture.close();
  await world.close();
});

const post = async (body: string | Buffer, headers: Record<string, string> = {}) => {
  const response = await fetch(new URL("/token", fixture.issuer), {
    method: "POST",
    body: body as string,
    headers: {
      authorization: basic("app"),
      "content-type": "application/x-www-form-urlencoded",
      accept: "application/json",
      ...headers,
    },
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
};

test("a form that is well made reaches the token endpoint, whole", async () => {
  const answer = await post("grant_type=client_credentials&scope=tti%3Aadmin");
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
});

for (const [what, body, headers] of [
  ["a parameter nobody knows sent twice", "grant_type=client_credentials&x=1&x=2", {}],
  ["a name written in two ways", "grant_type=client_credentials&scope=a&sc%6fpe=b", {}],
  ["U+0000", "grant_type=client_credentials%00", {}],
  ["bytes that are no UTF-8", "grant_type=%ff", {}],
  ["an overlong encoding", "grant_type=%c0%80", {}],
  ["half a character", "grant_type=%ed%a0%80", {}],
  [
    "UTF-16",
    Buffer.from("grant_type=client_credentials", "utf16le"),
    { "content-type": "application/x-www-form-urlencoded; charset=utf-16le" },
  ],
  [
    "another charset",
    "grant_type=client_credentials",
    { "content-type": 'application/x-www-form-urlencoded; charset="x-user-defined"' },
  ],
] as const) {
  test(`a token request with ${what} is an invalid request`, async () => {
    const answer = await post(body as string, headers);
    assert.equal(answer.status, 400);
    assert.equal(answer.body["error"], "invalid_request");
  });
}

test("a client id that no store can keep is an unknown client", async () => {
  const authorization = `Basic ${Buffer.from("a%00b:secret").toString("base64")}`;
  const answer = await post("grant_type=client_credentials", { authorization });
  assert.match(answer.body["error"] ?? "", /^invalid_(client|request)$/);
});

test("a path or query that is no text is refused on both ports", async () => {
  const ask = (origin: string, path: string) =>
    new Promise<number>((resolve, reject) => {
      const headers = { authorization: `Bearer ${admin}`, accept: "application/json" };
      rawRequest(new URL(origin), { path, headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      })
        .on("error", reject)
        .end();
    });
  for (const path of [
    "/account?x=%00",
    "/interaction/%00",
    "/auth?client_id=%ff",
    "/%ff",
    "/health/live?a=\xff",
  ])
    assert.equal(await ask(fixture.issuer, path), 400, path);
  for (const path of ["/v1/users/%00", "/v1/users?afterId=%ff", "/v1/tenants/%ed%a0%80"])
    assert.equal(await ask(world.server.adminUrl, path), 400, path);
});

test("a query parameter of the admin API sent twice is refused, naming it", async () => {
  const answer = await world.call("GET", "/v1/users?limit=1&limit=2", admin);
  assert.equal(answer.status, 400);
  assert.equal(answer.body["field"], "limit");
});

test("a JSON body that no store can keep is refused", async () => {
  for (const body of [
    '{"id":"a\\u0000"}',
    '{"id":"a","name":"\\ud800"}',
    '{"id":"a","x":1e400}',
    '{"__proto__":{}}',
  ]) {
    const answer = await world.call("POST", "/v1/tenants", admin, body);
    assert.equal(answer.status, 400, body);
  }
});
