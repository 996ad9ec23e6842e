// What goes wrong at the token endpoint: each with its own clear answer, and nothing issued.
import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { test } from "node:test";
import { SignJWT } from "jose";
import {
  basic,
  codeVerifier,
  getCode,
  getUserinfo,
  type JsonAnswer,
  postForm,
  postToken,
  redeem,
  refresh,
} from "../support/authorization.ts";
import {
  addClient,
  addPerson,
  assertionKey,
  redirectUri,
  startProvider,
  useProvider,
} from "../support/provider_fixture.ts";

const fixture = useProvider({}, async () => {
  await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  await addClient(fixture.db, { client_id: "app" });
  await addClient(fixture.db, { client_id: "other" });
  await addClient(fixture.db, { client_id: "plain", require_pkce: false });
  await addClient(fixture.db, { client_id: "spa", token_endpoint_auth_method: "none" });
  await addClient(fixture.db, { client_id: "jwt", token_endpoint_auth_method: "private_key_jwt" });
});

const newCode = (params = {}): Promise<string> => getCode(fixture, "ann@acme.example", params);

function assertRefused(answer: JsonAnswer, error: string, description: RegExp): void {
  assert.equal(answer.body["error"], error, JSON.stringify(answer.body));
  assert.match(String(answer.body["error_description"]), description);
  assert.equal(answer.status, error === "invalid_client" ? 401 : 400);
  for (const token of ["access_token", "id_token", "refresh_token"])
    assert.equal(answer.body[token], undefined);
}

test("an unknown code, a foreign redirect URI, a foreign client", async () => {
  assertRefused(await redeem(fixture, "x".repeat(43)), "invalid_grant", /unknown/);
  const code = await newCode();
  assertRefused(
    await redeem(fixture, code, { redirect_uri: "https://rp.example/other" }),
    "invalid_grant",
    /redirect_uri is not the one/,
  );
  assertRefused(await redeem(fixture, code, {}, basic("other")), "invalid_grant", /issued to another client/);
  assert.equal((await redeem(fixture, code)).status, 200, "none of these used the code up");
});

test("PKCE: a wrong verifier, a missing one, and one for a request that had none", async () => {
  const code = await newCode();
  assertRefused(
    await redeem(fixture, code, { code_verifier: "w".repeat(43) }),
    "invalid_grant",
    /does not belong/,
  );
  assertRefused(await redeem(fixture, code, { code_verifier: undefined }), "invalid_grant", /is missing/);
  const without = await newCode({
    client_id: "plain",
    code_challenge: undefined,
    code_challenge_method: undefined,
  });
  const downgraded = await redeem(fixture, without, { code_verifier: codeVerifier }, basic("plain"));
  assert.equal(downgraded.body["error"], "invalid_grant");
});

test("a code used twice is refused, and what it gave is revoked", async () => {
  const code = await newCode();
  const first = await redeem(fixture, code);
  assert.equal((await getUserinfo(fixture, first.body["access_token"])).status, 200);
  assertRefused(await redeem(fixture, code), "invalid_grant", /used before/);
  assert.equal((await getUserinfo(fixture, first.body["access_token"])).status, 401);
  assert.equal((await refresh(fixture, first.body["refresh_token"])).body["error"], "invalid_grant");
});

test("an expired code is told as expired", async () => {
  const code = await newCode();
  await expireRecords("AuthorizationCode");
  assertRefused(await redeem(fixture, code), "invalid_grant", /is expired/);
});

test("a refresh token used twice ends its whole family", async () => {
  const first = await redeem(fixture, await newCode());
  const second = await refresh(fixture, first.body["refresh_token"]);
  assert.equal(second.status, 200);
  const third = await refresh(fixture, second.body["refresh_token"]);
  assert.equal(third.status, 200);
  assertRefused(await refresh(fixture, first.body["refresh_token"]), "invalid_grant", /used before/);
  assertRefused(await refresh(fixture, third.body["refresh_token"]), "invalid_grant", /unknown, was revoked/);
  assert.equal((await getUserinfo(fixture, third.body["access_token"])).status, 401);
});

test("an expired refresh token and one of another client are refused", async () => {
  const first = await redeem(fixture, await newCode());
  const foreign = await postToken(
    fixture,
    { grant_type: "refresh_token", refresh_token: String(first.body["refresh_token"]) },
    basic("other"),
  );
  assertRefused(foreign, "invalid_grant", /another client/);
  await expireRecords("RefreshToken");
  assertRefused(await refresh(fixture, first.body["refresh_token"]), "invalid_grant", /is expired/);
});

test("a wrong secret, an unknown client and a wrong method answer the same", async () => {
  const answers = await Promise.all([
    redeem(fixture, "code", {}, basic("app", "wrong")),
    redeem(fixture, "code", {}, basic("nobody")),
    redeem(fixture, "code", {}, basic("spa")),
    redeem(fixture, "code", {}, basic("jwt")),
    redeem(fixture, "code", { client_id: "app" }, null),
  ]);
  for (const answer of answers) {
    assert.deepEqual(answer, {
      status: 401,
      body: { error: "invalid_client", error_description: "client authentication failed" },
    });
  }
});

test("the stored hash of a secret does not authenticate", async () => {
  const [row] = await fixture.db("clients").where({ client_id: "app" }).select("metadata");
  const { client_secret: stored } = JSON.parse(row.metadata);
  assertRefused(
    await redeem(fixture, "code", {}, basic("app", stored)),
    "invalid_client",
    /authentication failed/,
  );
});

test("two ways of authentication at once, and parameters sent twice, are refused", async () => {
  const both = await redeem(fixture, "code", { client_secret: "x" });
  assert.equal(both.body["error"], "invalid_request");
  const body = new URLSearchParams({ grant_type: "refresh_token", refresh_token: "a" });
  body.append("refresh_token", "b");
  const response = await fetch(new URL("/token", fixture.issuer), {
    method: "POST",
    body,
    headers: { authorization: basic("app") },
  });
  const answer = (await response.json()) as Record<string, string>;
  assert.match(answer["error_description"] ?? "", /refresh_token.* twice/);
});

test("grants that do not exist, or that a client was not registered for, are refused", async () => {
  assert.equal(
    (await postToken(fixture, { grant_type: "password" })).body["error"],
    "unsupported_grant_type",
  );
  assert.equal(
    (await postToken(fixture, { grant_type: "client_credentials" })).body["error"],
    "unauthorized_client",
  );
  assert.equal((await postToken(fixture, {})).body["error"], "invalid_request");
});

// Client assertions (RFC 7523 section 3).
interface Assertion {
  claims?: Record<string, unknown>;
  key?: KeyObject | Uint8Array;
  alg?: string;
}

async function clientAssertion({
  claims = {},
  key = assertionKey,
  alg = "RS256",
}: Assertion = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const payload = {
    iss: "jwt",
    sub: "jwt",
    aud: fixture.issuer,
    jti: crypto.randomUUID(),
    iat: now,
    exp: now + 60,
    ...claims,
  };
  return new SignJWT(payload).setProtectedHeader({ alg }).sign(key);
}

function authenticateWith(assertion: string): Promise<JsonAnswer> {
  const type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
  return redeem(fixture, "x".repeat(43), { client_assertion: assertion, client_assertion_type: type }, null);
}

test("a client assertion authenticates once", async () => {
  const assertion = await clientAssertion();
  assertRefused(await authenticateWith(assertion), "invalid_grant", /unknown/);
  assertRefused(await authenticateWith(assertion), "invalid_client", /authentication failed/);
});

test("a client assertion with any one claim wrong does not authenticate", async () => {
  const now = Math.floor(Date.now() / 1000);
  const foreignKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const wrong: [string, Assertion][] = [
    ["expired", { claims: { exp: now - 60 } }],
    ["too long a life", { claims: { exp: now + 3600 } }],
    ["no expiry", { claims: { exp: undefined } }],
    ["not yet", { claims: { nbf: now + 600 } }],
    ["another audience", { claims: { aud: "https://other.example" } }],
    ["two audiences", { claims: { aud: [fixture.issuer, "https://other.example"] } }],
    ["no audience", { claims: { aud: undefined } }],
    ["another issuer", { claims: { iss: "app" } }],
    ["no jti", { claims: { jti: undefined } }],
    ["a foreign key", { key: foreignKey }],
    [
      "the public key as an HMAC secret",
      { alg: "HS256", key: Buffer.from("the public key's bytes, any bytes") },
    ],
  ];
  for (const [what, assertion] of wrong) {
    const answer = await authenticateWith(await clientAssertion(assertion));
    assert.deepEqual([answer.status, answer.body["error"]], [401, "invalid_client"], what);
  }
  const [, payload] = (await clientAssertion()).split(".");
  const none = Buffer.from('{"alg":"none"}').toString("base64url");
  const unsigned = await authenticateWith(`${none}.${payload}.`);
  assert.deepEqual([unsigned.status, unsigned.body["error"]], [401, "invalid_client"], "no signature");
});

test("revocation ends a refresh token's family, for its own client only", async () => {
  const tokens = await redeem(fixture, await newCode());
  const token = String(tokens.body["refresh_token"]);
  const url = new URL("/token/revocation", fixture.issuer);
  assert.equal((await postForm(url, { token }, basic("other"))).status, 200);
  assert.equal((await getUserinfo(fixture, tokens.body["access_token"])).status, 200);
  assert.equal((await postForm(url, { token }, basic("app", "wrong"))).status, 401);
  assert.equal((await postForm(url, { token }, basic("app"))).status, 200);
  assert.equal((await getUserinfo(fixture, tokens.body["access_token"])).status, 401);
  assertRefused(await refresh(fixture, token), "invalid_grant", /unknown, was revoked/);
});

test("userinfo answers no token, a wrong one and an ID token with 401", async () => {
  const tokens = await redeem(fixture, await newCode());
  for (const token of ["", "nonsense", tokens.body["id_token"], tokens.body["refresh_token"]]) {
    assert.ok([400, 401].includes((await getUserinfo(fixture, token)).status), String(token));
  }
  const bare = await fetch(new URL("/me", fixture.issuer));
  assert.equal(bare.status, 401);
  assert.match(bare.headers.get("www-authenticate") ?? "", /^Bearer realm=/);
});

// As if a day had passed for these records.
async function expireRecords(model: string): Promise<void> {
  for (const row of await fixture.db("oidc_records").where({ model }).select("id_hash", "payload")) {
    const payload = JSON.parse(row.payload);
    await fixture
      .db("oidc_records")
      .where({ model, id_hash: row.id_hash })
      .update({
        payload: JSON.stringify({
          ...payload,
          exp: payload.exp - 30 * 86_400,
          iat: payload.iat - 30 * 86_400,
        }),
      });
  }
}

test("a request that is no form is refused", async () => {
  const response = await fetch(new URL("/token", fixture.issuer), {
    method: "POST",
    body: JSON.stringify({ grant_type: "authorization_code", redirect_uri: redirectUri }),
    headers: { "content-type": "application/json", authorization: basic("app") },
  });
  assert.equal(response.status, 400);
  assert.match(await response.text(), /only application\/x-www-form-urlencoded/);
});

test("a refusal that a store without writes cannot record is told in OAuth's words, with a time to come again", async () => {
  const own = await startProvider({ kind: "sqlite", writesMeanwhile: true });
  try {
    await own.server.db.raw("pragma query_only = on");
    const answer = await fetch(new URL("/token", own.issuer), {
      method: "POST",
      headers: { authorization: basic("nobody") },
      body: new URLSearchParams({ grant_type: "client_credentials" }),
    });
    assert.equal(answer.status, 503);
    assert.match(answer.headers.get("retry-after") ?? "", /^\d+$/);
    assert.equal(((await answer.json()) as { error: string }).error, "temporarily_unavailable");
    await own.server.db.raw("pragma query_only = off");
  } finally {
    await own.close();
  }
});
