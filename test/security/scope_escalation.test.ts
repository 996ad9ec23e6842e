// Class: scope or grant escalation (CVE-2024-52287). Scopes and grants are what the client was registered for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { authorizationUrl, basic, codeOf, postToken, redeem } from "../provider/support/authorization.ts";
import { addClient, addPerson, signInAt, useProvider } from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";

const fixture = useProvider({}, async () => {
  await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  await addClient(fixture.db, { client_id: "app" });
  await addClient(fixture.db, { client_id: "narrow", scope: "openid" });
  await addClient(fixture.db, { client_id: "codes", grant_types: ["authorization_code"] });
  const backEnd = { grant_types: ["client_credentials"], redirect_uris: [], response_types: [] };
  await addClient(fixture.db, { client_id: "admin", ...backEnd, scope: "openid tti:admin" });
  await addClient(fixture.db, { client_id: "search", ...backEnd, scope: "openid tti:search" });
  await addClient(fixture.db, { client_id: "bare", ...backEnd });
});

const askFor = (clientId: string, scope?: string) =>
  postToken(fixture, { grant_type: "client_credentials", scope }, basic(clientId));

test("a back end gets the scope it was registered for and no other", async () => {
  const answer = await askFor("admin", "tti:admin");
  assert.deepEqual(
    [answer.status, answer.body["scope"], answer.body["id_token"]],
    [200, "tti:admin", undefined],
  );
  for (const [client, scope] of [
    ["search", "tti:admin"],
    ["search", "tti:search tti:admin"],
    ["bare", "tti:admin"],
    ["admin", "openid"],
    ["admin", undefined],
    ["admin", "tti:*"],
  ] as const) {
    assert.equal((await askFor(client, scope)).body["error"], "invalid_scope", `${client} ${scope}`);
  }
});

test("a client without the grant gets no token by it", async () => {
  assert.equal((await askFor("app", "tti:admin")).body["error"], "unauthorized_client");
  const code = codeOf(
    await signInAt(new UserAgent(), authorizationUrl(fixture, { client_id: "codes" }), "ann@acme.example"),
  );
  const tokens = await redeem(fixture, code, {}, basic("codes"));
  assert.equal(tokens.status, 200);
  assert.equal(tokens.body["refresh_token"], undefined);
});

test("a scope outside the client's list is refused at the authorization endpoint", async () => {
  const url = authorizationUrl(fixture, { client_id: "narrow", scope: "openid email" });
  const answer = await new UserAgent().follow(url);
  assert.equal(answer.url.searchParams.get("error"), "invalid_scope");
});

test("a person's token never carries an API scope, whatever the client asks", async () => {
  const url = authorizationUrl(fixture, { scope: "openid email tti:admin tti:search" });
  const tokens = await redeem(fixture, codeOf(await signInAt(new UserAgent(), url, "ann@acme.example")));
  assert.equal(tokens.body["scope"], "openid email");
  const admin = await fetch(new URL("/v1/tenants", fixture.server.adminUrl), {
    headers: { authorization: `Bearer ${tokens.body["access_token"]}` },
  });
  assert.equal(admin.status, 401);
});

test("a refresh cannot widen the scope", async () => {
  const url = authorizationUrl(fixture, { scope: "openid" });
  const tokens = await redeem(fixture, codeOf(await signInAt(new UserAgent(), url, "ann@acme.example")));
  const answer = await postToken(fixture, {
    grant_type: "refresh_token",
    refresh_token: String(tokens.body["refresh_token"]),
    scope: "openid email offline_access",
  });
  assert.equal(answer.body["error"], "invalid_scope");
});

test("an admin token opens the admin API, a search token does not", async () => {
  for (const [client, scope, status] of [
    ["admin", "tti:admin", 200],
    ["search", "tti:search", 403],
  ] as const) {
    const { body } = await askFor(client, scope);
    const answer = await fetch(new URL("/v1/tenants", fixture.server.adminUrl), {
      headers: { authorization: `Bearer ${body["access_token"]}` },
    });
    assert.equal(answer.status, status);
  }
});
