// An API we did not write the rules of: a resource server made with oauth4webapi takes our signed access tokens (RFC
// 9068) and asks about opaque ones (RFC 7662), knowing the issuer's address and nothing else.
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import * as oauth from "oauth4webapi";
import { getCode, redeem } from "../support/authorization.ts";
import { addPerson, clientSecret, useProvider } from "../support/provider_fixture.ts";
import { addApis, opaqueApi, ownToken, signedApi, tokensFor } from "./resource_support.ts";

const email = "ann@acme.example";
const insecure = { [oauth.allowInsecureRequests]: true } as const;
let api: Server;
let apiUrl: string;

const fixture = useProvider({}, async () => {
  await addPerson(fixture.db, { email, tenants: ["acme"] });
  await addApis(fixture);
});

before(async () => {
  api = createServer((request, response) => {
    void answer(request).then(({ status, body }) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
});
after(() => {
  api.closeAllConnections();
  api.close();
});

async function authorizationServer(): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(fixture.issuer);
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
}

// What the ISV writes: `/signed` verifies, `/opaque` asks. Both want the scope `read`.
async function answer(incoming: IncomingMessage): Promise<{ status: number; body: unknown }> {
  const as = await authorizationServer();
  const request = new Request(new URL(incoming.url ?? "/", apiUrl), {
    headers: { authorization: incoming.headers.authorization ?? "" },
  });
  try {
    const claims = incoming.url === "/signed" ? await verify(as, request) : await ask(as, request);
    if (claims === undefined) return { status: 401, body: { error: "invalid_token" } };
    if (!String(claims.scope).split(" ").includes("read")) {
      return { status: 403, body: { error: "insufficient_scope" } };
    }
    return { status: 200, body: claims };
  } catch (error) {
    return { status: 401, body: { error: String(error) } };
  }
}

function verify(as: oauth.AuthorizationServer, request: Request) {
  return oauth.validateJwtAccessToken(as, request, signedApi, insecure);
}

async function ask(as: oauth.AuthorizationServer, request: Request) {
  const client = { client_id: "api" };
  const token = (request.headers.get("authorization") ?? "").replace(/^Bearer /, "");
  const asked = await oauth.introspectionRequest(
    as,
    client,
    oauth.ClientSecretBasic(clientSecret),
    token,
    insecure,
  );
  const told = await oauth.processIntrospectionResponse(as, client, asked);
  return told.active && told.aud === opaqueApi ? told : undefined;
}

async function call(
  path: string,
  token: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(new URL(path, apiUrl), { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test("it takes the tokens of people who signed in, and reads tenant and role from them", async () => {
  for (const [path, resource] of [
    ["/signed", signedApi],
    ["/opaque", opaqueApi],
  ] as const) {
    const { body } = await tokensFor(fixture, email, resource);
    const answered = await call(path, body["access_token"]);
    assert.equal(answered.status, 200, JSON.stringify(answered.body));
    assert.equal(answered.body["tenant_id"], "acme");
    assert.deepEqual(answered.body["roles"], ["member"]);
  }
});

test("it refuses what lacks the scope, is for another API, or is no access token for one", async () => {
  const write = (await ownToken(fixture, signedApi, "write")).body["access_token"];
  assert.equal((await call("/signed", write)).status, 403);
  assert.equal(
    (await call("/opaque", (await ownToken(fixture, opaqueApi, "write")).body["access_token"])).status,
    403,
  );
  const plain = (await redeem(fixture, await getCode(fixture, email))).body;
  const signed = (await tokensFor(fixture, email, signedApi)).body;
  const opaque = (await tokensFor(fixture, email, opaqueApi)).body;
  for (const token of [
    plain["access_token"],
    plain["id_token"],
    signed["id_token"],
    opaque["access_token"],
  ]) {
    assert.equal((await call("/signed", token)).status, 401);
  }
  for (const token of [plain["access_token"], plain["id_token"], signed["access_token"], "nothing"]) {
    assert.equal((await call("/opaque", token)).status, 401);
  }
});
