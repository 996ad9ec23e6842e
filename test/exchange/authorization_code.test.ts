// An authorization-code connection from the first click to the search, with the local AWS's own sign-in page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { beginAuthorization, readAuthorizationCallback, type SearchConnection } from "tti-exchange";
import { isvRedirectUri, type SandboxWorld, startSandboxWorld } from "./sandbox_world.ts";

const consent = { accessor: { trustedTokenIssuer: undefined } };

/** Does what the user's browser does: opens the page, picks the user, ends up at the ISV's redirect URL. */
async function signIn(url: string, userName: string): Promise<string> {
  const page = await fetch(url);
  const html = await page.text();
  assert.equal(page.status, 200, html);
  const form = new URLSearchParams({ user: userName });
  for (const [, name = "", value = ""] of html.matchAll(
    /<input type="hidden" name="([^"]*)" value="([^"]*)"/g,
  )) {
    form.set(name, value.replaceAll("&amp;", "&"));
  }
  const cookie = (page.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const answer = await fetch(new URL("/authorize", url), {
    method: "POST",
    body: form,
    headers: { cookie },
    redirect: "manual",
  });
  assert.equal(answer.status, 302);
  return answer.headers.get("location") ?? "";
}

async function redeemAs(world: SandboxWorld, connection: SearchConnection, user: string) {
  const request = beginAuthorization({
    connection,
    redirectUri: isvRedirectUri,
    endpoint: world.sandbox.url,
  });
  const authorization = readAuthorizationCallback(await signIn(request.url, user), request);
  return { authorization, redeem: () => world.client.redeemCode({ connection, user, authorization }) };
}

test("after one sign-in at AWS the user's searches work, without any ID token of the ISV", async (t) => {
  const world = await startSandboxWorld(t, consent);
  const connection: SearchConnection = { ...world.connection, method: "auth-code" };
  await assert.rejects(world.find("ada", connection), { code: "sign_in_required" });
  const { redeem } = await redeemAs(world, connection, "ada");
  await redeem();
  assert.deepEqual(await world.find("ada", connection), ["design", "handbook"]);
  await assert.rejects(world.find("bob", connection), { code: "sign_in_required" });
  assert.deepEqual(world.issuer.minted, []);
});

test("a code is good for one redemption", async (t) => {
  const world = await startSandboxWorld(t, consent);
  const { redeem } = await redeemAs(world, { ...world.connection, method: "auth-code" }, "ada");
  await redeem();
  await assert.rejects(redeem(), { code: "authorization_code_rejected", step: "create-token-with-iam" });
});

test("a code is worthless without the PKCE verifier it was begun with", async (t) => {
  const world = await startSandboxWorld(t, consent);
  const connection: SearchConnection = { ...world.connection, method: "auth-code" };
  const { authorization } = await redeemAs(world, connection, "ada");
  const stolen = { ...authorization, codeVerifier: "x".repeat(43) };
  await assert.rejects(world.client.redeemCode({ connection, user: "ada", authorization: stolen }), {
    code: "authorization_code_rejected",
  });
});

test("with a refresh grant the session goes on after its credentials end; when AWS ends it, the user signs in again", async (t) => {
  const world = await startSandboxWorld(t, {
    ...consent,
    sandbox: { rules: { "accessor.refreshGrant": true } },
  });
  const connection: SearchConnection = { ...world.connection, method: "auth-code" };
  const { redeem } = await redeemAs(world, connection, "ada");
  await redeem();
  world.sandbox.control.expireSessions();
  assert.deepEqual(await world.find("ada", connection), ["design", "handbook"]);
  world.sandbox.control.expireSessions();
  const ended = { code: "ExpiredTokenException", members: { error: "expired_token" } };
  world.sandbox.control.addFault({ operation: "CreateTokenWithIAM", error: ended });
  await assert.rejects(world.find("ada", connection), { code: "sign_in_required" });
});
