// Token sources: what they send to a token endpoint, and what they make of its answers.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { jwtVerify } from "jose";
import { fromFile, fromRefreshToken, fromTtiProvider, type IdTokenRequest } from "../src/index.ts";

interface Asked {
  readonly parameters: Readonly<Record<string, string>>;
  readonly authorization: string | undefined;
}

const tokenExchangeAnswer = {
  access_token: "the-id-token",
  issued_token_type: "urn:ietf:params:oauth:token-type:id_token",
  token_type: "N_A",
};

async function startTokenEndpoint(
  t: TestContext,
  answer: (count: number) => { status?: number; location?: string; body: unknown },
) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    asked.push({
      parameters: Object.fromEntries(new URLSearchParams(body)),
      authorization: request.headers.authorization,
    });
    const { status = 200, location, body: json } = answer(asked.length);
    if (location !== undefined) response.setHeader("location", location);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const ask: IdTokenRequest = {
  tenantId: "acme",
  user: "alice",
  attempt: 1,
  signal: new AbortController().signal,
};
const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const secret = { method: "client_secret_basic", clientSecret: "s3cr3t/with:chars" } as const;

test("tti-provider is asked by token exchange with an assertion that names user and tenant", async (t) => {
  const endpoint = await startTokenEndpoint(t, () => ({ body: tokenExchangeAnswer }));
  const source = fromTtiProvider({
    issuer: endpoint.issuer,
    clientId: "isv",
    clientAuthentication: { method: "private_key_jwt", key: privateKey, kid: "k1" },
    assertionKey: privateKey,
    assertionKeyId: "k1",
    describeUser: ({ user }) => ({ email: `${user}@example.com`, name: "Alice" }),
  });
  assert.equal(await source(ask), "the-id-token");
  await source(ask);
  const [first, second] = endpoint.asked.map(({ parameters }) => parameters);
  assert.equal(first?.["grant_type"], "urn:ietf:params:oauth:grant-type:token-exchange");
  assert.equal(first?.["requested_token_type"], "urn:ietf:params:oauth:token-type:id_token");
  assert.equal(first?.["subject_token_type"], "urn:ietf:params:oauth:token-type:jwt");
  const expected = { issuer: "isv", audience: endpoint.issuer };
  const subject = await jwtVerify(first?.["subject_token"] ?? "", publicKey, {
    ...expected,
    typ: "tti-subject+jwt",
  });
  assert.equal(subject.protectedHeader.kid, "k1");
  const { sub, tenant, email, iat = 0, exp = 0, jti } = subject.payload;
  assert.deepEqual({ sub, tenant, email }, { sub: "alice", tenant: "acme", email: "alice@example.com" });
  assert.ok(exp - iat <= 300);
  const client = await jwtVerify(first?.["client_assertion"] ?? "", publicKey, expected);
  assert.equal(client.payload.sub, "isv");
  const again = await jwtVerify(second?.["subject_token"] ?? "", publicKey);
  assert.notEqual(again.payload.jti, jti, "an assertion is one use");
});

test("the jwt-bearer grant, a PEM key and client_secret_basic work alike", async (t) => {
  const endpoint = await startTokenEndpoint(t, () => ({ body: { id_token: "the-id-token" } }));
  const source = fromTtiProvider({
    issuer: endpoint.issuer,
    clientId: "isv client",
    clientAuthentication: secret,
    assertionKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    grant: "jwt-bearer",
  });
  assert.equal(await source(ask), "the-id-token");
  const [request] = endpoint.asked;
  assert.equal(request?.parameters["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
  assert.equal(request?.parameters["client_secret"], undefined);
  const basic = Buffer.from((request?.authorization ?? "").replace("Basic ", ""), "base64").toString();
  assert.equal(basic, "isv+client:s3cr3t%2Fwith%3Achars");
});

test("a user's own token can stand in for the assertion, and a JWK for the key", async (t) => {
  const endpoint = await startTokenEndpoint(t, () => ({ body: tokenExchangeAnswer }));
  const source = fromTtiProvider({
    issuer: endpoint.issuer,
    tokenEndpoint: `${endpoint.issuer}/elsewhere/token`,
    clientId: "isv",
    clientAuthentication: {
      method: "private_key_jwt",
      key: { ...privateKey.export({ format: "jwk" }), kid: "from-jwk" },
    },
    subjectToken: async ({ user }) => ({ token: `token of ${user}`, type: "refresh_token" }),
  });
  await source(ask);
  const [request] = endpoint.asked;
  assert.equal(request?.parameters["subject_token"], "token of alice");
  assert.equal(request?.parameters["subject_token_type"], "urn:ietf:params:oauth:token-type:refresh_token");
});

test("a source that cannot name the user is refused when it is made", () => {
  const base = { issuer: "https://i.example.com", clientId: "isv", clientAuthentication: secret };
  const subjectToken = async () => ({ token: "t", type: "access_token" as const });
  for (const options of [
    {},
    { assertionKey: privateKey, subjectToken },
    { subjectToken, grant: "jwt-bearer" as const },
  ]) {
    assert.throws(() => fromTtiProvider({ ...base, ...options }), { code: "token_source_options_invalid" });
  }
});

test("a refusal shows the provider's words and none of the secrets sent", async (t) => {
  const endpoint = await startTokenEndpoint(t, () => ({
    status: 400,
    body: { error: "invalid_grant", error_description: "The tenant may not be acted for." },
  }));
  const source = fromTtiProvider({
    issuer: endpoint.issuer,
    clientId: "isv",
    clientAuthentication: secret,
    assertionKey: privateKey,
  });
  await assert.rejects(source(ask), (error: Error & { code?: string }) => {
    assert.equal(error.code, "id_token_source_refused");
    assert.match(error.message, /invalid_grant: The tenant may not be acted for\./);
    assert.doesNotMatch(JSON.stringify(error) + error.message, /s3cr3t|eyJ/);
    return true;
  });
});

test("a redirect is not followed: it would carry the client's secret elsewhere", async (t) => {
  const elsewhere = await startTokenEndpoint(t, () => ({ body: tokenExchangeAnswer }));
  const endpoint = await startTokenEndpoint(t, () => ({ status: 307, location: elsewhere.issuer, body: {} }));
  const source = fromTtiProvider({
    issuer: endpoint.issuer,
    clientId: "isv",
    clientAuthentication: secret,
    assertionKey: privateKey,
  });
  await assert.rejects(source(ask), { code: "id_token_source_unreachable" });
  assert.deepEqual(elsewhere.asked, []);
});

test("an answer without an ID token, silence and an abort are told apart", async (t) => {
  const empty = await startTokenEndpoint(t, () => ({
    body: { access_token: "opaque", token_type: "Bearer" },
  }));
  const options = { clientId: "isv", clientAuthentication: secret, assertionKey: privateKey };
  await assert.rejects(fromTtiProvider({ ...options, issuer: empty.issuer })(ask), {
    code: "id_token_source_refused",
  });
  await assert.rejects(fromTtiProvider({ ...options, issuer: "http://127.0.0.1:9" })(ask), {
    code: "id_token_source_unreachable",
    retryable: true,
  });
  const aborted = { ...ask, signal: AbortSignal.abort(new Error("enough")) };
  await assert.rejects(fromTtiProvider({ ...options, issuer: empty.issuer })(aborted), /enough/);
});

test("refresh tokens of one user are redeemed one after the other, and rotation is kept", async (t) => {
  const endpoint = await startTokenEndpoint(t, (count) => ({
    body: { id_token: `id-${count}`, refresh_token: `rt-${count}` },
  }));
  let kept: string | undefined = "rt-0";
  const source = fromRefreshToken({
    issuer: endpoint.issuer,
    clientId: "isv",
    clientAuthentication: { method: "client_secret_post", clientSecret: "s" },
    loadRefreshToken: async () => kept,
    saveRefreshToken: async (_user, refreshToken) => {
      kept = refreshToken;
    },
  });
  assert.deepEqual(await Promise.all([source(ask), source(ask), source(ask)]), ["id-1", "id-2", "id-3"]);
  assert.deepEqual(
    endpoint.asked.map(({ parameters }) => parameters["refresh_token"]),
    ["rt-0", "rt-1", "rt-2"],
  );
  kept = undefined;
  await assert.rejects(source(ask), { code: "id_token_source_no_login" });
});

test("a provider that returns no ID token on refresh is named as the reason", async (t) => {
  const endpoint = await startTokenEndpoint(t, () => ({ body: { access_token: "a" } }));
  const source = fromRefreshToken({
    issuer: endpoint.issuer,
    clientId: "isv",
    clientAuthentication: { method: "none" },
    loadRefreshToken: async () => "rt",
    saveRefreshToken: async () => undefined,
  });
  await assert.rejects(source(ask), /no id_token/);
  assert.equal(endpoint.asked[0]?.parameters["client_id"], "isv");
});

test("a file is read anew for every token", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "token-file-"));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "alice.jwt"), "first\n");
  const source = fromFile(({ user }) => join(folder, `${user}.jwt`));
  assert.equal(await source(ask), "first");
  await writeFile(join(folder, "alice.jwt"), "second\n");
  assert.equal(await source(ask), "second");
});

const refreshing = { clientId: "isv", clientAuthentication: { method: "none" } } as const;

test("a refresh token another process redeemed first is read again, and its successor used", async (t) => {
  const endpoint = await startTokenEndpoint(t, (count) =>
    count === 1
      ? { status: 400, body: { error: "invalid_grant" } }
      : { body: { id_token: "id-2", refresh_token: "rt-2" } },
  );
  const kept = ["rt-0", "rt-1"];
  const saved: string[] = [];
  const source = fromRefreshToken({
    ...refreshing,
    issuer: endpoint.issuer,
    loadRefreshToken: async () => kept.shift(),
    saveRefreshToken: async (_user, refreshToken) => void saved.push(refreshToken),
  });
  assert.equal(await source(ask), "id-2");
  assert.deepEqual(
    endpoint.asked.map(({ parameters }) => parameters["refresh_token"]),
    ["rt-0", "rt-1"],
  );
  assert.deepEqual(saved, ["rt-2"]);
});

test("a refused refresh token that nobody replaced stays refused, with the provider's own error", async (t) => {
  const endpoint = await startTokenEndpoint(t, () => ({
    status: 400,
    body: { error: "invalid_grant", error_description: "it was revoked" },
  }));
  const source = fromRefreshToken({
    ...refreshing,
    issuer: endpoint.issuer,
    loadRefreshToken: async () => "rt",
    saveRefreshToken: async () => undefined,
  });
  await assert.rejects(source(ask), {
    code: "id_token_source_refused",
    oauthError: "invalid_grant",
    oauthErrorDescription: "it was revoked",
    httpStatusCode: 400,
  });
  assert.equal(endpoint.asked.length, 1);
});

test("a store that hung once does not lock the user out", async (t) => {
  const endpoint = await startTokenEndpoint(t, () => ({ body: { id_token: "id" } }));
  let loads = 0;
  const source = fromRefreshToken({
    ...refreshing,
    issuer: endpoint.issuer,
    loadRefreshToken: () => {
      loads += 1;
      return loads === 1 ? new Promise(() => undefined) : Promise.resolve("rt");
    },
    saveRefreshToken: async () => undefined,
  });
  const hanging = new AbortController();
  const first = source({ ...ask, signal: hanging.signal });
  const second = source(ask);
  hanging.abort(new Error("its time is over"));
  await assert.rejects(first, /its time is over/);
  assert.equal(await second, "id");
});
