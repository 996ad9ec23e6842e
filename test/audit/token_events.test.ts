// What the token endpoint and its neighbours leave in the audit trail, each by its real path: who got a token and by
// what, who was refused one, codes used twice, clients that could not prove themselves, tokens given back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { listAuditEvents } from "../../src/audit/audit_store.ts";
import type { Account } from "../../src/provider/accounts/account_store.ts";
import {
  authorizationUrl,
  basic,
  codeOf,
  getCode,
  payloadOf,
  postForm,
  redeem,
} from "../provider/support/authorization.ts";
import { addClient, addPerson, signInAt, useProvider } from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { assertNoToken } from "../support/tokens.ts";
import { essenceOf, eventsOf } from "./audit_world.ts";

let ann: Account;
const fixture = useProvider({}, async () => {
  ann = await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  await addClient(fixture.db, { client_id: "app" });
  await addClient(fixture.db, { client_id: "other" });
});

const parties = () => ({ tenantId: "acme", accountId: ann.id, clientId: "app" });

test("every ID token by a code is in the tenant's trail, with its jti, the address and the request's id", async () => {
  const tokens = await redeem(fixture, await getCode(fixture, "ann@acme.example"));
  const [event] = await eventsOf(fixture.db, "token.issued", { tenantId: "acme" });
  assert.ok(event);
  assert.deepEqual(essenceOf(event), {
    actor: "client:app",
    ...parties(),
    details: { by: "authorization_code", jti: payloadOf(tokens.body["id_token"])["jti"] },
    times: undefined,
  });
  assert.match(event.address ?? "", /127\.0\.0\.1|::1/);
  assert.match(event.requestId ?? "", /^[\da-f-]{36}$/);
});

test("a token that cannot be recorded does not leave", async () => {
  const code = await getCode(fixture, "ann@acme.example");
  await fixture.db.raw("alter table audit_events rename to audit_away");
  try {
    const answer = await redeem(fixture, code);
    assert.ok(answer.status >= 500);
    assertNoToken(answer.body);
    assert.doesNotMatch(JSON.stringify(answer.body), /access_token/);
  } finally {
    await fixture.db.raw("alter table audit_away rename to audit_events");
  }
});

test("a code that comes twice is told with whose it was", async () => {
  const code = await getCode(fixture, "ann@acme.example");
  await redeem(fixture, code);
  await redeem(fixture, code);
  const found = await eventsOf(fixture.db, "code.reused");
  assert.deepEqual(found.map(essenceOf), [
    { actor: "client:app", ...parties(), details: {}, times: undefined },
  ]);
});

test("a refused code is told with client and reason, and counted", async () => {
  for (let count = 0; count < 3; count += 1) await redeem(fixture, `no-such-code-${count}`);
  const [event] = await eventsOf(fixture.db, "token.refused");
  assert.equal(event?.clientId, "app");
  assert.equal(event.times, 3);
  assert.deepEqual(event.details, { by: "authorization_code", reason: "authorization code not found" });
});

test("a stranger at a public client is nobody: with no code, with a used one, with a used refresh token", async () => {
  await addClient(fixture.db, { client_id: "desk", token_endpoint_auth_method: "none" });
  const known = new Set((await listAuditEvents(fixture.db, { limit: 9999 })).map(({ id }) => id));
  const asDesk = { client_id: "desk" };
  await redeem(fixture, "no-such-code", asDesk, null);
  const params = { client_id: "desk", tenant: "acme", scope: "openid offline_access", prompt: "consent" };
  const agent = new UserAgent();
  const code = codeOf(await signInAt(agent, authorizationUrl(fixture, params), "ann@acme.example"));
  const { body } = await redeem(fixture, code, asDesk, null);
  const again = { grant_type: "refresh_token", refresh_token: String(body["refresh_token"]), ...asDesk };
  const token = new URL("/token", fixture.issuer);
  const next = await postForm(token, again);
  await postForm(token, { ...again, refresh_token: String(next.body["refresh_token"]) });
  await postForm(token, again);
  const used = codeOf(await agent.follow(authorizationUrl(fixture, { client_id: "desk", tenant: "acme" })));
  for (let count = 0; count < 2; count += 1) await redeem(fixture, used, asDesk, null);
  const fresh = (await listAuditEvents(fixture.db, { limit: 9999 })).filter(({ id }) => !known.has(id));
  const actors = (type: string) => fresh.filter((event) => event.type === type).map(({ actor }) => actor);
  assert.deepEqual(actors("token.refused"), ["nobody"]);
  assert.deepEqual(actors("refresh_token.reused"), ["nobody"]);
  assert.deepEqual(actors("code.reused"), ["nobody"]);
});

test("a code with a wrong verifier is told with the person it was for", async () => {
  await redeem(fixture, await getCode(fixture, "ann@acme.example"), { code_verifier: "w".repeat(43) });
  const [event] = await eventsOf(fixture.db, "token.refused", { tenantId: "acme" });
  assert.equal(event?.accountId, ann.id);
  assert.equal(event.details["by"], "authorization_code");
});

test("a wrong client secret is told and counted; a client nobody has is not named", async () => {
  for (let count = 0; count < 4; count += 1) {
    await redeem(fixture, "x", {}, basic("app", `a-wrong-secret-${count}`));
  }
  await redeem(fixture, "x", {}, basic("nobody-has-this", "a-wrong-secret"));
  const events = await eventsOf(fixture.db, "client.refused");
  assert.deepEqual(
    events
      .map(({ clientId, actor, times }) => ({ clientId, actor, times: times ?? 1 }))
      .sort((a, b) => b.times - a.times),
    [
      { clientId: "app", actor: "nobody", times: 4 },
      { clientId: undefined, actor: "nobody", times: 1 },
    ],
  );
  assert.doesNotMatch(JSON.stringify(events), /wrong-secret|nobody-has-this/);
});

test("a token that is given back is told, another client's is not", async () => {
  const tokens = await redeem(fixture, await getCode(fixture, "ann@acme.example"));
  const revoke = (client: string) =>
    postForm(
      new URL("/token/revocation", fixture.issuer),
      { token: String(tokens.body["refresh_token"]), client_id: client },
      basic(client),
    );
  await revoke("other");
  assert.deepEqual(await eventsOf(fixture.db, "token.revoked"), []);
  await revoke("app");
  const [event] = await eventsOf(fixture.db, "token.revoked");
  assert.equal(event?.accountId, ann.id);
  assert.deepEqual(event.details, { kind: "refresh_token" });
});

test("a sign-in, one without a login, and the sign-out are told apart", async () => {
  const agent = new UserAgent();
  const first = codeOf(await signInAt(agent, authorizationUrl(fixture), "ann@acme.example"));
  const counted = async () =>
    Promise.all([
      eventsOf(fixture.db, "sign_in.succeeded"),
      eventsOf(fixture.db, "sign_in.continued"),
      eventsOf(fixture.db, "sign_out"),
    ]);
  const [before, continuedBefore, outBefore] = await counted();
  const [login] = before;
  assert.deepEqual(login && essenceOf(login), {
    actor: `account:${ann.id}`,
    ...parties(),
    details: { by: "password" },
    times: undefined,
  });
  codeOf(await agent.follow(authorizationUrl(fixture, { prompt: "none" })));
  const [succeeded, continued] = await counted();
  assert.equal(succeeded.length, before.length);
  assert.equal(continued.length, continuedBefore.length + 1);
  const [newest] = continued;
  assert.deepEqual(newest && essenceOf(newest), {
    actor: `account:${ann.id}`,
    ...parties(),
    details: {},
    times: undefined,
  });
  const hint = (await redeem(fixture, first)).body["id_token"];
  const page = await agent.follow(new URL(`/session/end?id_token_hint=${hint}`, fixture.issuer));
  if (/<form[^>]*\/confirm"/.test(page.text)) await agent.submit(page, { logout: "yes" }, "/confirm");
  const out = (await counted())[2];
  assert.equal(out.length, outBefore.length + 1);
  assert.deepEqual(
    out[0] && { accountId: out[0].accountId, clientId: out[0].clientId, details: out[0].details },
    {
      accountId: ann.id,
      clientId: "app",
      details: { from: "application" },
    },
  );
});
