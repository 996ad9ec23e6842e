// Relying parties we did not write complete the whole flow over HTTP, with each client authentication method.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as jose from "jose";
import * as oauth from "oauth4webapi";
import * as oidc from "openid-client";
import {
  addClient,
  addPerson,
  assertionKey,
  clientSecret,
  redirectUri,
  signInAt,
  useProvider,
} from "./support/provider_fixture.ts";
import { UserAgent } from "./support/user_agent.ts";

const fixture = useProvider({}, async () => {
  await addPerson(fixture.db, { email: "Ann@acme.example", name: "Ann Ames", tenants: ["acme"] });
  for (const method of ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"] as const) {
    await addClient(fixture.db, {
      client_id: method,
      token_endpoint_auth_method: method,
      post_logout_redirect_uris: ["https://rp.example/bye"],
    });
  }
});

async function openidClientAuthentication(method: string): Promise<oidc.ClientAuth> {
  if (method === "client_secret_basic") return oidc.ClientSecretBasic(clientSecret);
  if (method === "client_secret_post") return oidc.ClientSecretPost(clientSecret);
  if (method === "none") return oidc.None();
  return oidc.PrivateKeyJwt(await importAssertionKey());
}

function importAssertionKey(): Promise<jose.CryptoKey> {
  const bytes = assertionKey.export({ type: "pkcs8", format: "der" });
  return crypto.subtle.importKey("pkcs8", bytes, { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, false, [
    "sign",
  ]);
}

for (const method of ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]) {
  test(`openid-client signs in, refreshes, reads userinfo and signs out with ${method}`, async () => {
    const authentication = await openidClientAuthentication(method);
    const config = await oidc.discovery(new URL(fixture.issuer), method, undefined, authentication, {
      execute: [oidc.allowInsecureRequests],
    });
    const verifier = oidc.randomPKCECodeVerifier();
    const nonce = oidc.randomNonce();
    const state = oidc.randomState();
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: "openid email profile",
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      nonce,
      state,
    });
    const agent = new UserAgent();
    const answer = await signInAt(agent, url, "ann@acme.example");
    const tokens = await oidc.authorizationCodeGrant(config, answer.url, {
      pkceCodeVerifier: verifier,
      expectedNonce: nonce,
      expectedState: state,
    });
    const claims = tokens.claims();
    assert.equal(claims?.["email"], "Ann@acme.example");
    assert.equal(claims?.["tenant_id"], "acme");

    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? "");
    assert.notEqual(refreshed.refresh_token, tokens.refresh_token);
    assert.notEqual(refreshed.claims()?.jti, claims?.jti);
    assert.equal(refreshed.claims()?.["email"], "Ann@acme.example");

    const userinfo = await oidc.fetchUserInfo(config, refreshed.access_token, claims?.sub ?? "");
    assert.deepEqual(userinfo, {
      sub: claims?.sub,
      email: "Ann@acme.example",
      email_verified: true,
      name: "Ann Ames",
      tenant_id: "acme",
    });

    const logout = oidc.buildEndSessionUrl(config, {
      id_token_hint: refreshed.id_token ?? "",
      post_logout_redirect_uri: "https://rp.example/bye",
      state: "s",
    });
    const bye = await agent.follow(logout);
    assert.equal(bye.url.href, "https://rp.example/bye?state=s");
    await assert.rejects(oidc.refreshTokenGrant(config, refreshed.refresh_token ?? ""), {
      error: "invalid_grant",
    });
  });
}

test("oauth4webapi completes the same flow and validates the signature itself", async () => {
  const issuer = new URL(fixture.issuer);
  const insecure = { [oauth.allowInsecureRequests]: true };
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
  const client: oauth.Client = { client_id: "client_secret_basic" };
  const verifier = oauth.generateRandomCodeVerifier();
  const nonce = oauth.generateRandomNonce();
  const url = new URL(server.authorization_endpoint ?? "");
  url.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "openid",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    nonce,
  }).toString();
  const answer = await signInAt(new UserAgent(), url, "ann@acme.example");
  const params = oauth.validateAuthResponse(server, client, answer.url, oauth.expectNoState);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.ClientSecretBasic(clientSecret),
    params,
    redirectUri,
    verifier,
    insecure,
  );
  const result = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: nonce,
    requireIdToken: true,
  });
  await oauth.validateApplicationLevelSignature(server, response, insecure);
  assert.equal(oauth.getValidatedIdTokenClaims(result)?.["tenant_id"], "acme");
});

test("an ID token is exactly the profile, after sign-in and after refresh alike", async () => {
  const config = await oidc.discovery(
    new URL(fixture.issuer),
    "client_secret_basic",
    undefined,
    oidc.ClientSecretBasic(clientSecret),
    { execute: [oidc.allowInsecureRequests] },
  );
  const verifier = oidc.randomPKCECodeVerifier();
  // Only openid is asked for: Identity Center needs the address whatever the scope.
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: "openid",
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    nonce: "n-1",
    state: "s-1",
  });
  const answer = await signInAt(new UserAgent(), url, "ann@acme.example");
  const first = await oidc.authorizationCodeGrant(config, answer.url, {
    pkceCodeVerifier: verifier,
    expectedNonce: "n-1",
    expectedState: "s-1",
  });
  const second = await oidc.refreshTokenGrant(config, first.refresh_token ?? "");
  for (const { id_token: idToken } of [first, second]) {
    assert.ok(idToken);
    const header = jose.decodeProtectedHeader(idToken);
    const { keys } = (await (await fetch(`${fixture.issuer}/jwks`)).json()) as jose.JSONWebKeySet;
    assert.deepEqual(header, { alg: "RS256", kid: keys[0]?.kid });
    const { payload } = await jose.jwtVerify(idToken, jose.createLocalJWKSet({ keys }));
    const { iat, exp, jti, sub, auth_time: authTime, ...rest } = payload;
    assert.deepEqual(rest, {
      iss: fixture.issuer,
      aud: "client_secret_basic",
      email: "Ann@acme.example",
      email_verified: true,
      name: "Ann Ames",
      tenant_id: "acme",
      nonce: "n-1",
      acr: "urn:tti:acr:pwd",
      amr: ["pwd"],
    });
    assert.equal((exp ?? 0) - (iat ?? 0), 300);
    assert.ok(Buffer.from(jti ?? "", "base64url").length >= 16);
    assert.equal(typeof sub, "string");
    assert.ok(typeof authTime === "number" && authTime <= (iat ?? 0));
  }
});
