// Class: single use broken by races (CVE-2026-1035, CVE-2026-4282). Two instances on one PostgreSQL, many requests
// at once: what may happen once happens once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SignJWT } from "jose";
import type { RunningServer } from "../../src/running_server.ts";
import {
  basic,
  getCode,
  getUserinfo,
  postToken,
  redeem,
  refresh,
} from "../provider/support/authorization.ts";
import { addClient, addPerson, assertionKey, useProvider } from "../provider/support/provider_fixture.ts";

let second: RunningServer;
const fixture = useProvider({ kind: "postgres" }, async () => {
  second = await fixture.startAnother();
  await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  await addClient(fixture.db, { client_id: "app" });
  await addClient(fixture.db, { client_id: "jwt", token_endpoint_auth_method: "private_key_jwt" });
});

/** Sends the same request many times, to both instances alternately. */
function everywhere<T>(count: number, send: (instance: { issuer: string }) => Promise<T>): Promise<T[]> {
  const instances = [{ issuer: fixture.server.localUrl }, { issuer: second.localUrl }] as const;
  return Promise.all(Array.from({ length: count }, (_, index) => send(instances[index % 2 === 0 ? 0 : 1])));
}

// On a busy machine some of so many may be told to come again: whoever does is served.
async function served<T extends { status: number }>(send: () => Promise<T>): Promise<T> {
  for (let time = 0; time < 20; time += 1) {
    const answer = await send();
    if (answer.status !== 503) return answer;
  }
  throw new Error("twenty times there was no room");
}

test("of a hundred redemptions of one code exactly one succeeds, and its family is revoked", async () => {
  const code = await getCode(fixture, "ann@acme.example");
  const answers = await everywhere(100, (instance) => redeem(instance, code));
  const winners = answers.filter((answer) => answer.status === 200);
  assert.equal(winners.length, 1);
  assert.ok(answers.every((answer) => answer.status === 200 || answer.body["error"] === "invalid_grant"));
  const [won] = winners;
  assert.equal((await getUserinfo(fixture, won?.body["access_token"])).status, 401);
  assert.equal((await refresh(fixture, won?.body["refresh_token"])).body["error"], "invalid_grant");
});

test("of fifty uses of one refresh token exactly one makes the next, and a later reuse ends the family", async () => {
  const tokens = await redeem(fixture, await getCode(fixture, "ann@acme.example"));
  const answers = await everywhere(50, (instance) =>
    served(() => refresh(instance, tokens.body["refresh_token"])),
  );
  const next = new Set(answers.map(({ body }) => body["refresh_token"]));
  assert.deepEqual([next.size, answers.every(({ status }) => status === 200)], [1, true]);
  const newest = await refresh(fixture, [...next][0]);
  assert.equal(newest.status, 200);
  assert.equal((await refresh(fixture, tokens.body["refresh_token"])).body["error"], "invalid_grant");
  assert.equal((await refresh(fixture, newest.body["refresh_token"])).body["error"], "invalid_grant");
  assert.equal((await getUserinfo(fixture, tokens.body["access_token"])).status, 401);
});

test("of fifty uses of one client assertion exactly one authenticates", async () => {
  const now = Math.floor(Date.now() / 1000);
  const assertion = await new SignJWT({
    iss: "jwt",
    sub: "jwt",
    aud: fixture.issuer,
    jti: "once",
    exp: now + 60,
  })
    .setProtectedHeader({ alg: "RS256" })
    .sign(assertionKey);
  const request = {
    grant_type: "authorization_code",
    code: "x".repeat(43),
    redirect_uri: "https://rp.example/callback",
    client_assertion: assertion,
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
  };
  const answers = await everywhere(50, (instance) => postToken(instance, request, null));
  // Authenticated means refused for the code, not for the client.
  assert.equal(answers.filter((answer) => answer.body["error"] === "invalid_grant").length, 1);
  assert.equal(answers.filter((answer) => answer.body["error"] === "invalid_client").length, 49);
});

test("a sign-in begun on one instance ends on the other", async () => {
  const code = await getCode({ ...fixture, issuer: fixture.issuer }, "ann@acme.example");
  const tokens = await redeem({ issuer: second.localUrl }, code, {}, basic("app"));
  assert.equal(tokens.status, 200);
});
