// Native applications (RFC 8252): any port of a loopback address, a scheme of their own, PKCE always; and nothing of
// that for anybody else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "../../src/admin/operations/clients.ts";
import { systemClock } from "../../src/clock.ts";
import { createPasswords } from "../../src/provider/accounts/passwords.ts";
import { isRegisteredRedirect } from "../../src/provider/clients/redirect_uris.ts";
import { authorizationUrl, redeem } from "./support/authorization.ts";
import { addPerson, signInAt, useProvider } from "./support/provider_fixture.ts";
import { UserAgent } from "./support/user_agent.ts";

const fixture = useProvider({}, async () => {
  await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
});

function register(input: object) {
  const context = {
    db: fixture.db,
    clock: systemClock,
    passwords: createPasswords(),
    actor: "test",
    may: () => true,
  };
  return createClient(context, { authMethod: "none", firstParty: true, ...input });
}

for (const [registered, presented] of [
  ["http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"],
  ["http://[::1]/cb?x=1", "http://[::1]:51004/cb?x=1"],
  ["http://127.0.0.1:4000/cb", "http://127.0.0.1:51004/cb"],
  ["com.example.app:/callback", "com.example.app:/callback"],
] as const) {
  test(`an application registered with ${registered} signs in at ${presented}`, async () => {
    const { clientId, metadata } = await register({ redirectUris: [registered] });
    assert.equal(metadata.application_type, "native", "it is known by its redirect URIs");
    const params = { client_id: clientId, redirect_uri: presented };
    const answer = await signInAt(new UserAgent(), authorizationUrl(fixture, params), "ann@acme.example");
    assert.ok(answer.url.href.startsWith(presented), answer.url.href);
    const code = answer.url.searchParams.get("code") ?? "";
    const tokens = await redeem(fixture, code, { client_id: clientId, redirect_uri: presented }, null);
    assert.equal(tokens.status, 200, JSON.stringify(tokens.body));
  });
}

test("the code is redeemed with the very port it was sent to", async () => {
  const { clientId } = await register({ redirectUris: ["http://127.0.0.1/cb"] });
  const params = { client_id: clientId, redirect_uri: "http://127.0.0.1:51004/cb" };
  const answer = await signInAt(new UserAgent(), authorizationUrl(fixture, params), "ann@acme.example");
  const code = answer.url.searchParams.get("code") ?? "";
  const other = { client_id: clientId, redirect_uri: "http://127.0.0.1:51005/cb" };
  assert.equal((await redeem(fixture, code, other, null)).body["error"], "invalid_grant");
});

test("a native application without PKCE is refused", async () => {
  const { clientId } = await register({ redirectUris: ["com.example.app:/callback"] });
  const params = { client_id: clientId, redirect_uri: "com.example.app:/callback" };
  const url = authorizationUrl(fixture, {
    ...params,
    code_challenge: undefined,
    code_challenge_method: undefined,
  });
  const answer = await new UserAgent().visit(url);
  const location = new URL(answer.headers.get("location") ?? "");
  assert.equal(location.searchParams.get("error"), "invalid_request");
});

test("nothing but the port of a loopback address varies, and only for native applications", () => {
  const native = { applicationType: "native" };
  const registered = ["http://127.0.0.1/cb", "http://localhost/cb", "https://app.example/cb"];
  for (const presented of [
    "http://127.0.0.1:51004/cb/",
    "http://127.0.0.1:51004/cb?x",
    "http://127.0.0.1:51004/CB",
    "http://127.0.0.1:51004@evil.example/cb",
    "http://127.0.0.1:51004\\@evil.example/cb",
    "http://127.0.0.1.evil.example:51004/cb",
    "http://127.0.0.1:510041234/cb",
    "http://127.0.0.2:51004/cb",
    "http://127.1:51004/cb",
    "HTTP://127.0.0.1:51004/cb",
    "https://127.0.0.1:51004/cb",
    "http://[::1]:51004/cb",
    "http://localhost:51004/cb",
    "https://app.example:8443/cb",
  ]) {
    assert.equal(isRegisteredRedirect(native, registered, presented), false, presented);
  }
  assert.equal(isRegisteredRedirect({ applicationType: "web" }, registered, "http://127.0.0.1:5/cb"), false);
  assert.equal(isRegisteredRedirect({}, registered, "http://127.0.0.1:5/cb"), false);
  assert.equal(isRegisteredRedirect(native, registered, "http://127.0.0.1:5/cb"), true);
});

test("a scheme of its own is for public native applications, and must be a domain name backwards", async () => {
  for (const uri of ["myapp:/cb", "javascript:alert(1)", "data:text/html,x", "urn:ietf:wg:oauth:2.0:oob"]) {
    await assert.rejects(register({ applicationType: "native", redirectUris: [uri] }), /whose scheme/, uri);
  }
  const own = { redirectUris: ["com.example.app:/callback"] };
  await assert.rejects(register({ ...own, authMethod: "client_secret_basic" }), /whose scheme is not https/);
  await assert.rejects(register({ ...own, applicationType: "web" }), /whose scheme is not https/);
  await assert.rejects(
    register({ ...own, applicationType: "native", authMethod: "client_secret_basic" }),
    /needs authMethod none/,
  );
});
