// Access tokens that are bound to a key (DPoP, RFC 9449), for the clients that have it turned on and for no other. What
// is stolen without the key opens nothing; oauth4webapi, on both sides, agrees.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as jose from "jose";
import * as oauth from "oauth4webapi";
import { updateClient } from "../../src/admin/operations/client_update.ts";
import { allowResource } from "../../src/admin/operations/resource_rights.ts";
import { cliContext } from "../support/cli_context.ts";
import { addApis, introspect, opaqueApi, signedApi } from "./resources/resource_support.ts";
import {
  authorizationUrl,
  basic,
  codeChallenge,
  codeOf,
  codeVerifier,
  getUserinfo,
  type JsonAnswer,
  type Params,
  payloadOf,
} from "./support/authorization.ts";
import { addClient, addPerson, redirectUri, signInAt, useProvider } from "./support/provider_fixture.ts";
import { UserAgent } from "./support/user_agent.ts";

const email = "ann@acme.example";
const insecure = { [oauth.allowInsecureRequests]: true } as const;
let mine: jose.GenerateKeyPairResult;
let theirs: jose.GenerateKeyPairResult;

const fixture = useProvider({ writesMeanwhile: true }, async () => {
  [mine, theirs] = await Promise.all([jose.generateKeyPair("ES256"), jose.generateKeyPair("ES256")]);
  await addPerson(fixture.db, { email, tenants: ["acme"] });
  await addApis(fixture);
  await addClient(fixture.db, { client_id: "may", dpop: "allowed" });
  await addClient(fixture.db, { client_id: "must", dpop: "required", dpop_bound_access_tokens: true });
  await addClient(fixture.db, { client_id: "spa", token_endpoint_auth_method: "none", dpop: "allowed" });
  await addClient(fixture.db, {
    client_id: "robot",
    grant_types: ["client_credentials"],
    response_types: [],
    redirect_uris: [],
    scope: "openid tti:admin",
    dpop: "allowed",
  });
  for (const identifier of [signedApi, opaqueApi]) {
    for (const clientId of ["may", "must", "spa"]) {
      await allowResource(cliContext(fixture.db), { identifier, clientId, scopes: ["read"] });
    }
    await allowResource(cliContext(fixture.db), { identifier, clientId: "robot", ownScopes: ["write"] });
  }
});

async function proofOf(
  keys: jose.GenerateKeyPairResult,
  url: string | URL,
  more: Params = {},
): Promise<string> {
  const { method = "POST", ...claims } = more;
  const jwk = await jose.exportJWK(keys.publicKey);
  return new jose.SignJWT({ htm: method, htu: String(url), jti: crypto.randomUUID(), ...claims })
    .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk })
    .setIssuedAt()
    .sign(keys.privateKey);
}

const tokenUrl = () => new URL("/token", fixture.issuer);

async function askToken(params: Params, clientId: string, proof: string | undefined): Promise<JsonAnswer> {
  const isPublic = clientId.startsWith("spa");
  const given = Object.entries({ ...params, ...(isPublic ? { client_id: clientId } : {}) });
  const response = await fetch(tokenUrl(), {
    method: "POST",
    body: new URLSearchParams(given.filter((entry): entry is [string, string] => entry[1] !== undefined)),
    headers: {
      ...(isPublic ? {} : { authorization: basic(clientId) }),
      ...(proof === undefined ? {} : { dpop: proof }),
    },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function redeemWith(
  clientId: string,
  proof: string | undefined,
  params: Params = {},
): Promise<JsonAnswer> {
  const url = authorizationUrl(fixture, { client_id: clientId, code_challenge: codeChallenge, ...params });
  const code = codeOf(await signInAt(new UserAgent(), url, email));
  const grant = { grant_type: "authorization_code", code, redirect_uri: redirectUri };
  return askToken({ ...grant, code_verifier: codeVerifier }, clientId, proof);
}

const refreshWith = (clientId: string, refresh_token: unknown, proof: string | undefined) =>
  askToken({ grant_type: "refresh_token", refresh_token: String(refresh_token) }, clientId, proof);

test("a client that has it turned on gets tokens bound to its key, and refreshes keep to it", async () => {
  const thumbprint = await jose.calculateJwkThumbprint(await jose.exportJWK(mine.publicKey));
  const atApi = { scope: "openid read", resource: signedApi };
  const { status, body } = await redeemWith("may", await proofOf(mine, tokenUrl()), atApi);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body["token_type"], "DPoP");
  assert.deepEqual(payloadOf(body["access_token"])["cnf"], { jkt: thumbprint });
  const next = await refreshWith("may", body["refresh_token"], await proofOf(mine, tokenUrl()));
  assert.deepEqual(payloadOf(next.body["access_token"])["cnf"], { jkt: thumbprint });
  const opaque = { scope: "openid read", resource: opaqueApi };
  const told = await introspect(
    fixture,
    (await redeemWith("may", await proofOf(mine, tokenUrl()), opaque)).body["access_token"],
  );
  assert.deepEqual(told.body["cnf"], { jkt: thumbprint });
  assert.equal(told.body["token_type"], "DPoP");
  const own = { grant_type: "client_credentials", scope: "write", resource: signedApi };
  const robot = await askToken(own, "robot", await proofOf(mine, tokenUrl()));
  assert.deepEqual(payloadOf(robot.body["access_token"])["cnf"], { jkt: thumbprint });
});

test("one that has not is refused with a proof; one that must is refused without, at each grant", async () => {
  assert.equal(
    (await redeemWith("app", await proofOf(mine, tokenUrl()))).body["error"],
    "unauthorized_client",
  );
  assert.equal((await redeemWith("must", undefined)).body["error"], "invalid_grant");
  const { body } = await redeemWith("must", await proofOf(mine, tokenUrl()));
  assert.equal((await refreshWith("must", body["refresh_token"], undefined)).body["error"], "invalid_grant");
  assert.equal((await redeemWith("may", undefined)).body["token_type"], "Bearer");
});

test("a proof counts once, for this address and method, by the key it names", async () => {
  const once = await proofOf(mine, tokenUrl());
  assert.equal((await redeemWith("may", once)).status, 200);
  assert.equal((await redeemWith("may", once)).body["error"], "invalid_grant");
  for (const proof of [
    await proofOf(mine, new URL("/me", fixture.issuer)),
    await proofOf(mine, tokenUrl(), { method: "GET" }),
    "not.a.proof",
  ]) {
    assert.equal((await redeemWith("may", proof)).body["error"], "invalid_dpop_proof");
  }
  // Twenty refreshes with one proof: one is taken.
  const { body } = await redeemWith("may", await proofOf(mine, tokenUrl()));
  const proof = await proofOf(mine, tokenUrl());
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => refreshWith("may", body["refresh_token"], proof)),
  );
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
});

test("a public client's refresh token is worth nothing without its key", async () => {
  const { body } = await redeemWith("spa", await proofOf(mine, tokenUrl()));
  for (const proof of [undefined, await proofOf(theirs, tokenUrl())]) {
    assert.equal((await refreshWith("spa", body["refresh_token"], proof)).body["error"], "invalid_grant");
  }
  const next = await refreshWith("spa", body["refresh_token"], await proofOf(mine, tokenUrl()));
  assert.equal(next.status, 200, JSON.stringify(next.body));
  const last = await refreshWith("spa", next.body["refresh_token"], await proofOf(theirs, tokenUrl()));
  assert.equal(last.body["error"], "invalid_grant");
});

test("a bound token is worth nothing as a bearer's: at userinfo, as a subject token, at our own API", async () => {
  const { body } = await redeemWith("may", await proofOf(mine, tokenUrl()));
  assert.equal((await getUserinfo(fixture, body["access_token"])).status, 401);
  const me = new URL("/me", fixture.issuer);
  const ath = Buffer.from(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(String(body["access_token"]))),
  ).toString("base64url");
  const ask = async (keys: jose.GenerateKeyPairResult) => {
    const headers = {
      authorization: `DPoP ${body["access_token"]}`,
      dpop: await proofOf(keys, me, { method: "GET", ath }),
    };
    return (await fetch(me, { headers })).status;
  };
  assert.equal(await ask(theirs), 401);
  assert.equal(await ask(mine), 200);
  const own = { grant_type: "client_credentials", scope: "tti:admin" };
  const robot = await askToken(own, "robot", await proofOf(mine, tokenUrl()));
  assert.equal(robot.status, 200);
  for (const scheme of ["Bearer", "DPoP"]) {
    const headers = { authorization: `${scheme} ${robot.body["access_token"]}` };
    const answer = await fetch(new URL("/v1/tenants", fixture.server.adminUrl), { headers });
    assert.equal(answer.status, 401, scheme);
  }
});

test("a resource server of oauth4webapi takes it from who holds the key, and from nobody else", async () => {
  const issuer = new URL(fixture.issuer);
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
  assert.ok((as.dpop_signing_alg_values_supported ?? []).includes("ES256"));
  const atApi = { scope: "openid read", resource: signedApi };
  const { body } = await redeemWith("may", await proofOf(mine, tokenUrl()), atApi);
  const api = new URL("/things", "https://signed.api.example");
  const ath = Buffer.from(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(String(body["access_token"]))),
  ).toString("base64url");
  const request = async (keys: jose.GenerateKeyPairResult) =>
    new Request(api, {
      headers: {
        authorization: `DPoP ${body["access_token"]}`,
        dpop: await proofOf(keys, api, { method: "GET", ath }),
      },
    });
  const claims = await oauth.validateJwtAccessToken(as, await request(mine), signedApi, insecure);
  assert.equal(claims["tenant_id"], "acme");
  await assert.rejects(oauth.validateJwtAccessToken(as, await request(theirs), signedApi, insecure));
  const bearer = new Request(api, { headers: { authorization: `Bearer ${body["access_token"]}` } });
  await assert.rejects(oauth.validateJwtAccessToken(as, bearer, signedApi, insecure));
});

test("where that changes, what is bound otherwise ends, what is written late too, and does not come back", async () => {
  const change = async (dpop: string) => updateClient(cliContext(fixture.db), { clientId: "spa2", dpop });
  await addClient(fixture.db, { client_id: "spa2", token_endpoint_auth_method: "none" });
  await allowResource(cliContext(fixture.db), {
    identifier: opaqueApi,
    clientId: "spa2",
    scopes: ["read"],
  });
  const me = new URL("/me", fixture.issuer);
  const asked = async (token: unknown, keys?: jose.GenerateKeyPairResult) => {
    if (keys === undefined) return (await getUserinfo(fixture, token)).status;
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(String(token)));
    const ath = Buffer.from(hash).toString("base64url");
    const proof = await proofOf(keys, me, { method: "GET", ath });
    return (await fetch(me, { headers: { authorization: `DPoP ${token}`, dpop: proof } })).status;
  };
  const isActive = async (token: unknown) => (await introspect(fixture, token)).body["active"];
  const atApi = { scope: "openid read", resource: opaqueApi };

  // On: nothing ends.
  const [plain, plainAtApi] = [
    (await redeemWith("spa2", undefined)).body,
    (await redeemWith("spa2", undefined, atApi)).body,
  ];
  assert.equal((await change("allowed")).ended.tokens, 0);
  assert.deepEqual(
    [await asked(plain["access_token"]), await isActive(plainAtApi["access_token"])],
    [200, true],
  );
  const bound = (await redeemWith("spa2", await proofOf(mine, tokenUrl()))).body;

  // Required: what anybody could present ends.
  const unbound = await fixture.db("oidc_records").where("client_id", "spa2").whereNot("model", "Grant");
  assert.equal((await change("required")).ended.tokens, 4);
  const nothingPlain = async () => {
    assert.equal(await asked(plain["access_token"]), 401);
    assert.equal(await isActive(plainAtApi["access_token"]), false);
    const stolen = await refreshWith("spa2", plain["refresh_token"], await proofOf(theirs, tokenUrl()));
    assert.equal(stolen.body["error"], "invalid_grant");
  };
  await nothingPlain();
  await fixture.db("oidc_records").insert(unbound).onConflict(["model", "id_hash"]).ignore();
  await nothingPlain();
  assert.equal(await asked(bound["access_token"], mine), 200);
  const next = await refreshWith("spa2", bound["refresh_token"], await proofOf(mine, tokenUrl()));
  assert.equal(next.status, 200, JSON.stringify(next.body));

  // Off: what nobody may prove any more ends, and turning it on again brings nothing back.
  assert.ok((await change("off")).ended.tokens >= 3);
  assert.equal(await asked(next.body["access_token"], mine), 401);
  await change("allowed");
  assert.equal(await asked(next.body["access_token"], mine), 401);
  const late = await refreshWith("spa2", next.body["refresh_token"], await proofOf(mine, tokenUrl()));
  assert.equal(late.body["error"], "invalid_grant");
});

test("a client that proves itself keeps its sign-ins when its tokens must be bound", async () => {
  await addClient(fixture.db, { client_id: "turns" });
  const { body } = await redeemWith("turns", undefined);
  await updateClient(cliContext(fixture.db), { clientId: "turns", dpop: "required" });
  assert.equal((await getUserinfo(fixture, body["access_token"])).status, 401);
  const next = await refreshWith("turns", body["refresh_token"], await proofOf(mine, tokenUrl()));
  assert.equal(next.body["token_type"], "DPoP", JSON.stringify(next.body));
});
