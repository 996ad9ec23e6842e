// A person with several memberships chooses; only memberships count, and they count at every token.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createMembership, deleteMembership } from "../../../src/provider/tenants/membership_store.ts";
import {
  authorizationUrl,
  basic,
  codeOf,
  getCode,
  getUserinfo,
  type Params,
  payloadOf,
  redeem,
  refresh,
} from "../support/authorization.ts";
import { addClient, addPerson, password, signInAt, useProvider } from "../support/provider_fixture.ts";
import { UserAgent, type Visit } from "../support/user_agent.ts";

const fixture = useProvider({}, async () => {
  await addPerson(fixture.db, { email: "both@x.example", tenants: ["acme", "bolt"] });
  await addPerson(fixture.db, { email: "acme@x.example", tenants: ["acme"] });
  await addPerson(fixture.db, { email: "none@x.example" });
  await addPerson(fixture.db, { email: "leaver@x.example", tenants: ["acme"] });
  await addPerson(fixture.db, { email: "closed@x.example", tenants: ["closed"] });
  await addPerson(fixture.db, { email: "bolt@x.example", tenants: ["bolt"] });
  await addClient(fixture.db, { client_id: "app" });
  await addClient(fixture.db, { client_id: "second" });
});

const signIn = (agent: UserAgent, email: string, params: Params = {}): Promise<Visit> =>
  signInAt(agent, authorizationUrl(fixture, params), email);

async function tenantOf(answer: Visit, clientId = "app"): Promise<unknown> {
  const tokens = await redeem(fixture, codeOf(answer), {}, basic(clientId));
  assert.equal(tokens.status, 200, JSON.stringify(tokens.body));
  return payloadOf(tokens.body["id_token"])["tenant_id"];
}

test("one membership: no question is asked", async () => {
  assert.equal(await tenantOf(await signIn(new UserAgent(), "acme@x.example")), "acme");
});

test("several memberships: the page names them, and the choice is what the token says", async () => {
  const agent = new UserAgent();
  const page = await signIn(agent, "both@x.example");
  assert.match(page.text, /Tenant acme/);
  assert.match(page.text, /Tenant bolt/);
  assert.equal(await tenantOf(await agent.submit(page, { tenant: "bolt" }, "/tenant")), "bolt");
});

test("the choice is kept for this client and asked for another", async () => {
  const agent = new UserAgent();
  const page = await signIn(agent, "both@x.example");
  await agent.submit(page, { tenant: "bolt" }, "/tenant");
  assert.equal(await tenantOf(await agent.follow(authorizationUrl(fixture))), "bolt");
  const other = await agent.follow(authorizationUrl(fixture, { client_id: "second" }));
  assert.match(other.text, /Tenant acme/);
  const answer = await agent.submit(other, { tenant: "acme" }, "/tenant");
  assert.equal(await tenantOf(answer, "second"), "acme");
  assert.equal(
    await tenantOf(await agent.follow(authorizationUrl(fixture))),
    "bolt",
    "the first is untouched",
  );
});

test("a refresh keeps the tenant although the person chose another one since", async () => {
  const agent = new UserAgent();
  const page = await signIn(agent, "both@x.example", {
    tenant: "acme",
    prompt: "consent",
    scope: "openid offline_access",
  });
  const tokens = await redeem(fixture, codeOf(page));
  assert.equal(await tenantOf(await agent.follow(authorizationUrl(fixture, { tenant: "bolt" }))), "bolt");
  const refreshed = await refresh(fixture, tokens.body["refresh_token"]);
  assert.equal(payloadOf(refreshed.body["id_token"])["tenant_id"], "acme");
});

test("the parameter tenant chooses, tenant_hint chooses where it can", async () => {
  const agent = new UserAgent();
  assert.equal(await tenantOf(await signIn(agent, "both@x.example", { tenant: "acme" })), "acme");
  assert.equal(await tenantOf(await agent.follow(authorizationUrl(fixture, { tenant: "bolt" }))), "bolt");
  assert.equal(
    await tenantOf(await agent.follow(authorizationUrl(fixture, { tenant_hint: "acme" }))),
    "acme",
  );
  const stranger = await signIn(new UserAgent(), "acme@x.example", { tenant_hint: "bolt" });
  assert.equal(await tenantOf(stranger), "acme");
});

test("prompt=select_account asks again; with prompt=none an open choice is an error", async () => {
  const agent = new UserAgent();
  const first = await agent.submit(await signIn(agent, "both@x.example"), { tenant: "bolt" }, "/tenant");
  assert.equal(await tenantOf(first), "bolt");
  const page = await agent.follow(authorizationUrl(fixture, { prompt: "select_account" }));
  assert.equal(await tenantOf(await agent.submit(page, { tenant: "acme" }, "/tenant")), "acme");
  const silent = await agent.follow(authorizationUrl(fixture, { client_id: "second", prompt: "none" }));
  assert.equal(silent.url.searchParams.get("error"), "account_selection_required");
});

test("a tenant the person does not belong to is refused, and another account may sign in", async () => {
  const agent = new UserAgent();
  const page = await signIn(agent, "acme@x.example", { tenant: "bolt" });
  assert.equal(page.status, 403);
  assert.match(page.text, /<code>not_a_member<\/code>/);
  const silent = await agent.follow(authorizationUrl(fixture, { tenant: "bolt", prompt: "none" }));
  assert.equal(silent.url.searchParams.get("error"), "login_required");

  const login = await agent.follow(`${page.url}/login`);
  // Signing in as somebody else ends the first person's session; without scripts that takes one more button.
  const ending = await agent.submit(login, { email: "bolt@x.example", password }, "/login");
  assert.equal(await tenantOf(await agent.submit(ending, {}, "/confirm")), "bolt");
});

test("forging the choice of a foreign tenant is refused", async () => {
  const agent = new UserAgent();
  await addPerson(fixture.db, { email: "c@x.example", tenants: ["third"] });
  const page = await signIn(agent, "both@x.example");
  const answer = await agent.submit(page, { tenant: "third" }, "/tenant");
  assert.equal(answer.status, 403);
  assert.match(answer.text, /does not belong to the organization/);
});

test("a person without any membership gets a page that says so", async () => {
  const page = await signIn(new UserAgent(), "none@x.example");
  assert.equal(page.status, 403);
  assert.match(page.text, /not_a_member/);
});

test("a membership that ends, ends the next refresh, userinfo and sign-in; another one brings back none of it", async () => {
  const agent = new UserAgent();
  const code = await getCode(fixture, "leaver@x.example", {}, agent);
  const tokens = await redeem(fixture, code);
  const accountId = String(payloadOf(tokens.body["id_token"])["sub"]);
  await deleteMembership(fixture.db, "acme", accountId, new Date());

  const refused = await refresh(fixture, tokens.body["refresh_token"]);
  assert.equal(refused.body["error"], "invalid_grant");
  assert.match(String(refused.body["error_description"]), /^not_a_member: /);
  const userinfo = await getUserinfo(fixture, tokens.body["access_token"]);
  assert.equal(userinfo.status, 401);
  assert.match(String(userinfo.body["error_description"]), /^not_a_member: /);
  assert.match((await agent.follow(authorizationUrl(fixture))).text, /not_a_member/);

  await createMembership(fixture.db, { tenantId: "acme", accountId, role: "member" }, new Date());
  const again = await refresh(fixture, tokens.body["refresh_token"]);
  assert.match(String(again.body["error_description"]), /^tenant_not_vouched: /);
  const anew = await getCode(fixture, "leaver@x.example");
  assert.equal((await redeem(fixture, anew)).status, 200);
});

test("a code issued before the membership ended gives nothing", async () => {
  const code = await getCode(fixture, "acme@x.example");
  const [{ id }] = await fixture.db("accounts").where({ login_key: "acme@x.example" }).select("id");
  await deleteMembership(fixture.db, "acme", id, new Date());
  const answer = await redeem(fixture, code);
  await createMembership(fixture.db, { tenantId: "acme", accountId: id, role: "member" }, new Date());
  assert.match(String(answer.body["error_description"]), /^not_a_member: /);
});

test("a disabled tenant and a disabled account get no token and no sign-in", async () => {
  const agent = new UserAgent();
  const tokens = await redeem(fixture, await getCode(fixture, "closed@x.example", {}, agent));
  await fixture.db("tenants").where({ id: "closed" }).update({ disabled_at_ms: 1 });
  const inDisabledTenant = await refresh(fixture, tokens.body["refresh_token"]);
  assert.match(String(inDisabledTenant.body["error_description"]), /^tenant_disabled: /);
  await fixture.db("tenants").where({ id: "closed" }).update({ disabled_at_ms: null });

  await fixture.db("accounts").where({ login_key: "closed@x.example" }).update({ disabled_at_ms: 1 });
  const disabled = await refresh(fixture, tokens.body["refresh_token"]);
  assert.match(String(disabled.body["error_description"]), /^account_disabled: /);
  const page = await agent.follow(authorizationUrl(fixture));
  assert.match(page.text, /name="password"/, "its session is worth nothing");
});
