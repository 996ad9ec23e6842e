// Signing out: asked first, protected against forgery, and it ends what it should.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import {
  authorizationUrl,
  basic,
  getCode,
  getUserinfo,
  payloadOf,
  redeem,
  refresh,
} from "./support/authorization.ts";
import { addClient, addPerson, useProvider } from "./support/provider_fixture.ts";
import { formsOf, UserAgent } from "./support/user_agent.ts";

const bye = "https://rp.example/bye";
const fixture = useProvider({ environment: { TTI_ALLOW_NETWORKS: "127.0.0.0/8" } }, async () => {
  await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  await addPerson(fixture.db, { email: "bob@acme.example", tenants: ["acme"] });
  await addClient(fixture.db, { client_id: "app", post_logout_redirect_uris: [bye] });
  await addClient(fixture.db, {
    client_id: "other",
    post_logout_redirect_uris: ["https://other.example/bye"],
  });
});

async function signedIn(params = {}) {
  const agent = new UserAgent();
  const tokens = await redeem(fixture, await getCode(fixture, "ann@acme.example", params, agent));
  return { agent, tokens: tokens.body };
}

function logoutUrl(params: Record<string, unknown>): URL {
  const url = new URL("/session/end", fixture.issuer);
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, String(value));
  return url;
}

test("signing out by an ID token of the session is not asked, returns to the registered address, and ends session and refresh tokens", async () => {
  const { agent, tokens } = await signedIn();
  const url = logoutUrl({ id_token_hint: tokens["id_token"], post_logout_redirect_uri: bye, state: "s" });
  const answer = await agent.follow(url);
  assert.equal(answer.url.href, `${bye}?state=s`);
  assert.equal((await getUserinfo(fixture, tokens["access_token"])).status, 401);
  assert.equal((await refresh(fixture, tokens["refresh_token"])).body["error"], "invalid_grant");
  assert.match((await agent.follow(authorizationUrl(fixture))).text, /name="password"/);
});

test("who answers no stays signed in, is told so, and is not sent to the application's page for logouts", async () => {
  const { agent, tokens } = await signedIn();
  const question = await agent.follow(logoutUrl({ client_id: "app", post_logout_redirect_uri: bye }));
  const answer = await agent.submit(question, {}, "/confirm");
  assert.equal(answer.url.href, `${fixture.issuer}/account/still-signed-in`);
  assert.match(answer.text, /<h1>You are still signed in<\/h1>/);
  assert.doesNotMatch(answer.text, /You are signed out/);
  assert.match(answer.text, /You left <strong>Client app<\/strong>/);
  assert.ok((await agent.follow(authorizationUrl(fixture))).url.searchParams.get("code"), "still signed in");
  assert.ok(tokens["id_token"]);
});

test("a form of another site signs nobody out, with the right secret too", async () => {
  const { agent, tokens } = await signedIn();
  const question = await agent.follow(logoutUrl({}));
  const form = formsOf(question).find(({ action }) => action.endsWith("/confirm"));
  for (const headers of [{ origin: "https://evil.example" }, { "sec-fetch-site": "same-site" }]) {
    const body = new URLSearchParams([...(form?.fields ?? []), ["logout", "yes"]]);
    const url = new URL("/session/end/confirm", fixture.issuer);
    const sent = await agent.visit(url, { method: "POST", body, headers: { ...headers } as never });
    assert.equal(sent.status, 403);
  }
  assert.equal((await getUserinfo(fixture, tokens["access_token"])).status, 200);
  const out = await agent.submit(question, { logout: "yes" }, "/confirm");
  assert.match(out.text, /signed out/i);
});

test("access granted while away outlives the sign-out", async () => {
  const { agent, tokens } = await signedIn({ scope: "openid offline_access", prompt: "consent" });
  const answer = await agent.follow(logoutUrl({ id_token_hint: tokens["id_token"] }));
  assert.match(answer.text, /You are signed out/);
  assert.equal((await refresh(fixture, tokens["refresh_token"])).status, 200);
});

test("a sign-out request may be posted", async () => {
  const { agent, tokens } = await signedIn();
  const body = new URLSearchParams({
    id_token_hint: String(tokens["id_token"]),
    post_logout_redirect_uri: bye,
  });
  const answer = await agent.follow(new URL("/session/end", fixture.issuer), { method: "POST", body });
  assert.equal(answer.url.href, bye);
});

test("an address that is not registered, or another client's, is refused", async () => {
  const { agent, tokens } = await signedIn();
  for (const uri of ["https://evil.example/bye", "https://other.example/bye", `${bye}/x`]) {
    const page = await agent.follow(
      logoutUrl({ id_token_hint: tokens["id_token"], post_logout_redirect_uri: uri }),
    );
    assert.equal(page.status, 400);
    assert.match(page.text, /post_logout_redirect_uri not registered/);
  }
  const nobody = await agent.follow(logoutUrl({ post_logout_redirect_uri: "https://evil.example/bye" }));
  const ended = await agent.submit(nobody, { logout: "yes" }, "/confirm");
  assert.match(ended.text, /You are signed out/);
});

test("a hint that does not verify, or is another session's, is asked about and never in the way", async () => {
  const { agent, tokens } = await signedIn();
  const bob = await getCode(fixture, "bob@acme.example", {}, new UserAgent());
  const other = { tokens: (await redeem(fixture, bob)).body };
  const [header, , signature] = String(tokens["id_token"]).split(".");
  const sealed = (claims: Record<string, unknown>) =>
    `${header}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.${signature}`;
  const payload = payloadOf(tokens["id_token"]);
  const hints: Record<string, unknown> = {
    forged: sealed({ ...payload, sub: "somebody-else" }),
    "signed by a key that is gone": sealed({ ...payload, jti: "x" }),
    "of another person": other.tokens["id_token"],
    "of no client": sealed({ ...payload, aud: "nobody" }),
    "no token": "x",
  };
  for (const [name, hint] of Object.entries(hints)) {
    const params = { id_token_hint: hint, post_logout_redirect_uri: bye };
    const question = await agent.follow(logoutUrl(params));
    assert.equal(question.status, 200, name);
    assert.match(question.text, /Sign me out/i, name);
    assert.equal((await getUserinfo(fixture, tokens["access_token"])).status, 200, "asking ends nothing");
  }
  const confirm = await agent.follow(new URL("/session/end/confirm", fixture.issuer), {
    method: "POST",
    body: new URLSearchParams({ xsrf: "guessed", logout: "yes" }),
  });
  assert.equal(confirm.status, 400);
  const expired = { id_token_hint: hints["signed by a key that is gone"], post_logout_redirect_uri: bye };
  const question = await agent.follow(logoutUrl(expired));
  const answer = await agent.submit(question, { logout: "yes" }, "/confirm");
  assert.equal(answer.url.href, bye, "the address is registered for the client the hint names");
});

test("an ID token of another client is no hint for this one, and asks", async () => {
  const { agent, tokens } = await signedIn();
  const page = await agent.follow(logoutUrl({ id_token_hint: tokens["id_token"], client_id: "other" }));
  assert.match(page.text, /Sign me out/i);
});

test("where nobody is signed in, a logout goes on at once and leaves nothing behind", async () => {
  const rows = async () => JSON.stringify(await fixture.db("oidc_records").select());
  const before = await rows();
  const agent = new UserAgent();
  const state = "s".repeat(4_000);
  const back = await agent.follow(logoutUrl({ client_id: "app", post_logout_redirect_uri: bye, state }));
  assert.equal(back.url.searchParams.get("state"), state);
  assert.match((await agent.follow(logoutUrl({ state }))).text, /You are signed out/);
  assert.match((await agent.follow(logoutUrl({ id_token_hint: "x", state }))).text, /You are signed out/);
  const refused = await agent.follow(
    logoutUrl({ client_id: "app", post_logout_redirect_uri: "https://evil.example/" }),
  );
  assert.equal(refused.status, 400);
  assert.equal(await rows(), before);
  assert.equal(agent.cookies.size, 0);
});

test("at the authorization endpoint an unproven hint is left out, whomever it names", async () => {
  const { agent, tokens } = await signedIn();
  const [header, , signature] = String(tokens["id_token"]).split(".");
  const payload = payloadOf(tokens["id_token"]);
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const sealed = (claims: Record<string, unknown>) => `${header}.${encode(claims)}.${signature}`;
  const silently = async (hint: string) =>
    (await agent.follow(authorizationUrl(fixture, { prompt: "none", id_token_hint: hint }))).url.searchParams;
  for (const [name, hint] of Object.entries({
    "of the person": sealed({ ...payload, jti: "x" }),
    "of somebody else": sealed({ ...payload, sub: "somebody-else" }),
    "of somebody else, unsigned": `${encode({ alg: "none" })}.${encode({ ...payload, sub: "somebody-else" })}.`,
    garbage: "garbage",
  })) {
    assert.ok((await silently(hint)).has("code"), name);
  }
});

// They are told while the person has their answer already.
async function eventually(received: readonly string[]): Promise<readonly string[]> {
  const end = Date.now() + 30_000;
  while (received.length === 0 && Date.now() < end) await sleep(10);
  return received;
}

test("a sign-out does not wait for a client's server that is silent", async () => {
  let released = (): void => undefined;
  let asked = (): void => undefined;
  const wasAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  let givenUp = false;
  const silent = createServer((request, response) => {
    request.socket.once("close", () => {
      givenUp = true;
    });
    released = () => response.end();
    asked();
  });
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = silent.address() as AddressInfo;
    const uri = `http://127.0.0.1:${port}/logout`;
    await addClient(fixture.db, { client_id: "silent", backchannel_logout_uri: uri });
    const agent = new UserAgent();
    await getCode(fixture, "ann@acme.example", { client_id: "silent" }, agent);
    const question = await agent.follow(logoutUrl({}));
    await agent.submit(question, { logout: "yes" }, "/confirm");
    assert.equal(givenUp, false, "the page waited until the silent server was given up");
    await wasAsked;
  } finally {
    released();
    silent.closeAllConnections();
    silent.close();
  }
});

test("clients that registered for it get a back-channel logout token that is no ID token", async () => {
  const received: string[] = [];
  const listener = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push(new URLSearchParams(Buffer.concat(chunks).toString()).get("logout_token") ?? "");
    response.end();
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = listener.address() as AddressInfo;
    await addClient(fixture.db, {
      client_id: "listener",
      backchannel_logout_uri: `http://127.0.0.1:${port}/logout`,
      backchannel_logout_session_required: true,
    });
    const agent = new UserAgent();
    const code = await getCode(fixture, "ann@acme.example", { client_id: "listener" }, agent);
    const tokens = await redeem(fixture, code, {}, basic("listener"));
    const { sid, sub } = payloadOf(tokens.body["id_token"]);
    const question = await agent.follow(logoutUrl({}));
    await agent.submit(question, { logout: "yes" }, "/confirm");
    const [token = ""] = await eventually(received);
    const jwks = (await (await fetch(new URL("/jwks", fixture.issuer))).json()) as JSONWebKeySet;
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(jwks), {
      audience: "listener",
    });
    assert.equal(protectedHeader.typ, "logout+jwt");
    assert.deepEqual([payload.sub, payload["sid"]], [sub, sid]);
    assert.equal(payload["email"], undefined);
    assert.equal(payload["nonce"], undefined);
    assert.ok(payload["events"]);
  } finally {
    listener.closeAllConnections();
    listener.close();
  }
});
