// Two browsers, one person: a sign-out in one ends that one at the relying party, told by the sid of its ID token.
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";
import * as oidc from "openid-client";
import { createClient } from "../../src/admin/operations/clients.ts";
import { systemClock } from "../../src/clock.ts";
import { createPasswords } from "../../src/provider/accounts/passwords.ts";
import { authorizationUrl, type Params } from "./support/authorization.ts";
import {
  addClient,
  addPerson,
  type ProviderFixture,
  redirectUri,
  signInAt,
  startProvider,
} from "./support/provider_fixture.ts";
import { UserAgent } from "./support/user_agent.ts";

let fixture: ProviderFixture;
let receiver: Server;
let receiverUrl: string;
const received: string[] = [];

before(async () => {
  fixture = await startProvider({ environment: { TTI_ALLOW_NETWORKS: "127.0.0.0/8" } });
  await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push(new URLSearchParams(Buffer.concat(chunks).toString()).get("logout_token") ?? "");
    response.end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/logout`;
});
after(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await fixture.close();
});

/** Registers a relying party through the operation an operator uses. */
async function register(clientId: string, more: object = {}): Promise<oidc.Configuration> {
  const context = {
    db: fixture.db,
    clock: systemClock,
    passwords: createPasswords(),
    actor: "test",
    may: () => true,
  };
  const { clientSecret = "" } = await createClient(context, {
    clientId,
    firstParty: true,
    redirectUris: [redirectUri],
    backchannelLogoutUri: receiverUrl,
    ...more,
  });
  return discover(clientId, oidc.ClientSecretBasic(clientSecret));
}

function discover(clientId: string, authentication: oidc.ClientAuth): Promise<oidc.Configuration> {
  return oidc.discovery(new URL(fixture.issuer), clientId, undefined, authentication, {
    execute: [oidc.allowInsecureRequests],
  });
}

interface Login {
  agent: UserAgent;
  tokens: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers;
  sid: unknown;
}

async function signIn(config: oidc.Configuration): Promise<Login> {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: "openid email",
    state: "s",
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
  });
  const agent = new UserAgent();
  const answer = await signInAt(agent, url, "ann@acme.example");
  const checks = { pkceCodeVerifier, expectedState: "s" };
  const tokens = await oidc.authorizationCodeGrant(config, answer.url, checks);
  return { agent, tokens, sid: tokens.claims()?.["sid"] };
}

async function signOut(config: oidc.Configuration, { agent, tokens }: Login): Promise<void> {
  await agent.follow(oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token ?? "" }));
}

async function logoutTokens(audience: string): Promise<JWTPayload[]> {
  // The client is told while the browser has its answer already.
  const end = Date.now() + 30_000;
  while (received.length === 0 && Date.now() < end) await sleep(10);
  const jwks = (await (await fetch(new URL("/jwks", fixture.issuer))).json()) as JSONWebKeySet;
  const verified = received
    .splice(0)
    .map((token) => jwtVerify(token, createLocalJWKSet(jwks), { audience, issuer: fixture.issuer }));
  return (await Promise.all(verified)).map(({ payload }) => payload);
}

test("a sign-out in one browser names that browser's session, and leaves the other signed in", async () => {
  const config = await register("sessions");
  assert.equal(config.serverMetadata()["backchannel_logout_session_supported"], true);
  const [home, office] = [await signIn(config), await signIn(config)];
  assert.equal(typeof home.sid, "string");
  assert.notEqual(home.sid, office.sid);

  await signOut(config, home);
  const [told, ...more] = await logoutTokens("sessions");
  assert.deepEqual([told?.["sid"], told?.sub, more], [home.sid, home.tokens.claims()?.sub, []]);

  await assert.rejects(oidc.refreshTokenGrant(config, home.tokens.refresh_token ?? ""), {
    error: "invalid_grant",
  });
  const refreshed = await oidc.refreshTokenGrant(config, office.tokens.refresh_token ?? "");
  assert.equal(refreshed.claims()?.["sid"], office.sid, "the refreshed ID token is of the same session");
});

test("a client stored before sid was given gets it too", async () => {
  await addClient(fixture.db, { client_id: "older", backchannel_logout_uri: receiverUrl });
  const config = await discover("older", oidc.ClientSecretBasic("a-secret-of-the-test-client-0123456789"));
  const login = await signIn(config);
  await signOut(config, login);
  const [told] = await logoutTokens("older");
  assert.ok(told?.["sid"] !== undefined && told["sid"] === login.sid);
});

test("a client that registered that any session will do is told the person only", async () => {
  const config = await register("everywhere", { backchannelLogoutSessionRequired: false });
  const login = await signIn(config);
  assert.equal(login.sid, undefined);
  await signOut(config, login);
  const [told] = await logoutTokens("everywhere");
  assert.deepEqual([told?.["sid"], told?.sub], [undefined, login.tokens.claims()?.sub]);
});

const refusals: Record<string, { firstParty: boolean; params: Params; error: string }> = {
  "a third party without consent": { firstParty: false, params: {}, error: "consent_required" },
  "the ISV's own that wants a fresh login": {
    firstParty: true,
    params: { max_age: "0" },
    error: "login_required",
  },
};

for (const [name, { firstParty, params, error }] of Object.entries(refusals)) {
  test(`a client that was refused a silent sign-in hears of no sign-out: ${name}`, async () => {
    const [signedIn, refused] = [`in-${error}`, `refused-${error}`].map((id) => id.replace("_", "-"));
    assert.ok(signedIn !== undefined && refused !== undefined);
    const config = await register(signedIn);
    await register(refused, { firstParty });
    const login = await signIn(config);
    // Older than max_age=0 allows.
    await sleep(1_100);
    const silent = { client_id: refused, prompt: "none", ...params };
    const { url } = await login.agent.follow(authorizationUrl(fixture, silent));
    assert.equal(url.searchParams.get("error"), error);
    await signOut(config, login);
    assert.equal((await logoutTokens(signedIn)).length, 1);
    await sleep(200);
    assert.deepEqual(received.splice(0), [], "nobody else is told");
  });
}

test("a client whose sign-in the person left unfinished hears of no sign-out", async () => {
  const config = await register("finished");
  await register("unfinished");
  const login = await signIn(config);
  const { url } = await login.agent.follow(
    authorizationUrl(fixture, { client_id: "unfinished", prompt: "login" }),
  );
  assert.match(url.pathname, /^\/interaction\//);
  await signOut(config, login);
  assert.equal((await logoutTokens("finished")).length, 1);
  await sleep(200);
  assert.deepEqual(received.splice(0), [], "nobody else is told");
});

test("a client that was let in silently hears of the sign-out, by the sid of its ID token", async () => {
  const config = await register("first");
  await register("second");
  const login = await signIn(config);
  const { url } = await login.agent.follow(
    authorizationUrl(fixture, { client_id: "second", prompt: "none" }),
  );
  assert.ok(url.searchParams.has("code"), url.href);
  await signOut(config, login);
  const end = Date.now() + 30_000;
  while (received.length < 2 && Date.now() < end) await sleep(10);
  const told = received.splice(0).map((token) => decodeJwt(token));
  assert.deepEqual(told.map(({ aud }) => aud).toSorted(), ["first", "second"]);
  assert.ok(told.every(({ sid }) => typeof sid === "string"));
});
