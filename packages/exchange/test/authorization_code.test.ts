// Connections by authorization code: consent in the browser, then the same credentials as by issuer.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import {
  beginAuthorization,
  readAuthorizationCallback,
  type SearchConnection,
  SignInRequiredError,
} from "../src/index.ts";
import { acme } from "./support/connections.ts";
import { oauthError } from "./support/stub_aws.ts";
import { collect, startWorld } from "./support/world.ts";

const connection: SearchConnection = { ...acme, method: "auth-code" };
const redirectUri = "https://isv.example.com/aws/callback";

test("the authorize URL carries client, redirect, state and an S256 challenge of the verifier", () => {
  const request = beginAuthorization({ connection, redirectUri });
  const url = new URL(request.url);
  assert.equal(url.origin + url.pathname, "https://oidc.eu-central-1.amazonaws.com/authorize");
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    response_type: "code",
    client_id: connection.idcApplicationArn,
    redirect_uri: redirectUri,
    state: request.state,
    code_challenge: createHash("sha256").update(request.codeVerifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  assert.ok(request.codeVerifier.length >= 43);
  const another = beginAuthorization({ connection, redirectUri, endpoint: "http://127.0.0.1:4566" });
  assert.notEqual(another.state, request.state);
  assert.match(another.url, /^http:\/\/127\.0\.0\.1:4566\/authorize\?/);
});

test("an authorize URL for a connection by issuer is refused", () => {
  assert.throws(() => beginAuthorization({ connection: acme, redirectUri }), { code: "connection_method" });
});

test("the callback yields the code only with the state the browser was sent with", () => {
  const request = beginAuthorization({ connection, redirectUri });
  const back = (query: string) => readAuthorizationCallback(`/aws/callback?${query}`, request);
  assert.deepEqual(back(`code=abc&state=${request.state}`), {
    code: "abc",
    redirectUri,
    codeVerifier: request.codeVerifier,
  });
  for (const query of [
    "code=abc",
    "code=abc&state=",
    "code=abc&state=other",
    `code=a&state=${request.state}&state=x`,
  ]) {
    assert.throws(() => back(query), { code: "authorization_state_mismatch" }, query);
  }
  for (const query of [`state=${request.state}`, `error=access_denied&code=x&state=${request.state}`]) {
    assert.throws(() => back(query), { code: "authorization_refused" }, query);
  }
});

test("what a callback says in error is not echoed as markup", () => {
  const request = beginAuthorization({ connection, redirectUri });
  assert.throws(
    () => readAuthorizationCallback(`/?error=<script>alert(1)</script>&state=${request.state}`, request),
    (error: Error) => !error.message.includes("<"),
  );
});

test("until the user has signed in, the connection says so; AWS is not called", async (t) => {
  const { client, aws, issuer } = await startWorld(t);
  await assert.rejects(client.session({ connection, user: "alice" }), SignInRequiredError);
  assert.deepEqual(aws.seen, []);
  assert.deepEqual(issuer.minted, []);
});

test("after the code is redeemed, searches go on without the browser, also past expiry by refresh token", async (t) => {
  const world = await startWorld(t, {}, { refreshToken: "idc-refresh" });
  const request = beginAuthorization({ connection, redirectUri });
  const authorization = readAuthorizationCallback(`/?code=the-code&state=${request.state}`, request);
  const session = await world.client.redeemCode({ connection, user: "alice", authorization });
  const exchange = world.aws.seen.find(({ operation }) => operation === "create-token-with-iam");
  assert.deepEqual(exchange?.parameters, {
    clientId: connection.idcApplicationArn,
    grantType: "authorization_code",
    code: "the-code",
    redirectUri,
    codeVerifier: request.codeVerifier,
  });
  const accessor = world.accessor(connection);
  assert.equal((await collect(accessor.search({ user: "alice", queryText: "x" }))).length, 1);
  assert.equal(world.aws.count("create-token-with-iam"), 1);

  world.client.reject(connection, "alice", session);
  await collect(accessor.search({ user: "alice", queryText: "x" }));
  assert.equal(
    world.aws.seen.filter(({ parameters }) => parameters["grantType"] === "refresh_token").length,
    1,
  );
  assert.deepEqual(world.issuer.minted, []);
});

test("when the refresh token has ended, the user must sign in again", async (t) => {
  const world = await startWorld(t, {}, { refreshToken: "idc-refresh" });
  const authorization = { code: "c", redirectUri, codeVerifier: "v".repeat(43) };
  const session = await world.client.redeemCode({ connection, user: "alice", authorization });
  world.client.reject(connection, "alice", session);
  world.aws.script = ({ operation }) =>
    operation === "create-token-with-iam"
      ? oauthError("ExpiredTokenException", "expired_token", "")
      : undefined;
  await assert.rejects(world.client.session({ connection, user: "alice" }), { code: "sign_in_required" });
});

test("a code is redeemed once: a refused or unanswered one is not tried again", async (t) => {
  const world = await startWorld(t);
  const authorization = { code: "c", redirectUri, codeVerifier: "v".repeat(43) };
  world.aws.script = ({ operation }, count) => {
    if (operation !== "create-token-with-iam") return undefined;
    return count === 1 ? { drop: "before-answer" } : oauthError("InvalidGrantException", "invalid_grant", "");
  };
  await assert.rejects(world.client.redeemCode({ connection, user: "alice", authorization }), {
    code: "connection_failed",
  });
  assert.equal(world.aws.count("create-token-with-iam"), 1);
  await assert.rejects(world.client.redeemCode({ connection, user: "alice", authorization }), {
    code: "authorization_code_rejected",
  });
});

test("forgetting a user means signing in again", async (t) => {
  const world = await startWorld(t, {}, { refreshToken: "idc-refresh" });
  const authorization = { code: "c", redirectUri, codeVerifier: "v".repeat(43) };
  await world.client.redeemCode({ connection, user: "alice", authorization });
  await world.client.forget(connection, "alice");
  await assert.rejects(world.client.session({ connection, user: "alice" }), { code: "sign_in_required" });
});
