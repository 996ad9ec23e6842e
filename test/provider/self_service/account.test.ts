// The person's own page: who may act for them while they are away, seen and decided by nobody else.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { accountSignInUrl } from "../../../src/provider/clients/account_client.ts";
import { parsePresencePolicy } from "../../../src/provider/presence/presence_policy.ts";
import { createTenant, saveTenant } from "../../../src/provider/tenants/tenant_store.ts";
import { addMintingClients, backEndId, exchange, signSubject } from "../grants/mint_support.ts";
import { redeem } from "../support/authorization.ts";
import { addPerson, password, useProvider } from "../support/provider_fixture.ts";
import { formsOf, UserAgent, type Visit } from "../support/user_agent.ts";

let accountId: string;
const fixture = useProvider({}, async () => {
  await addMintingClients(fixture.db, ["acme"]);
  const ann = await addPerson(fixture.db, { email: "ann@acme.example", name: "Ann", tenants: ["acme"] });
  await addPerson(fixture.db, { email: "bob@acme.example", tenants: ["acme"] });
  accountId = ann.id;
  await saveTenant(fixture.db, "acme", { presencePolicy: { name: "offline" } }, new Date());
});

async function openAccount(agent: UserAgent, email: string): Promise<Visit> {
  const login = await agent.follow(`${fixture.issuer}/account`);
  return agent.submit(login, { email, password }, "/login");
}

async function openApplications(agent: UserAgent, email: string): Promise<Visit> {
  await openAccount(agent, email);
  return agent.follow(`${fixture.issuer}/account/applications`);
}

async function mint(): Promise<string> {
  const { body } = await exchange(fixture.issuer, await signSubject(fixture.issuer, { sub: accountId }));
  return String(body["error_description"] ?? "minted");
}

const decide = (agent: UserAgent, page: Visit, decision: string): Promise<Visit> =>
  agent.submit(page, { decision }, "/account/applications");

test("a person signs in, agrees, and takes it back; the back end follows at once", async () => {
  const agent = new UserAgent();
  const page = await openAccount(agent, "ann@acme.example");
  assert.equal(page.url.pathname, "/account");
  assert.match(page.text, /ann@acme\.example/);
  assert.match(page.text, /if you allow it under Applications/);
  const applications = await agent.follow(`${fixture.issuer}/account/applications`);
  assert.match(applications.text, new RegExp(`Client ${backEndId}`));
  assert.match(await mint(), /^presence_required/);
  const allowed = await decide(agent, applications, "allow");
  assert.match(allowed.text, /may now act for you/);
  assert.equal(await mint(), "minted");
  const revoked = await decide(agent, allowed, "revoke");
  assert.match(revoked.text, /may no longer act for you/);
  assert.match(await mint(), /^presence_required/);
  const trail = await fixture
    .db("audit_events")
    .where({ account_id: accountId })
    .whereLike("type", "consent.%");
  assert.deepEqual(trail.map(({ type }) => type).sort(), ["consent.granted", "consent.revoked"]);
});

test("what was done in a person's name is told by application and one by one, and an agreement that ended since when", async () => {
  const agent = new UserAgent();
  const applications = await openApplications(agent, "ann@acme.example");
  assert.match(applications.text, /Ended on \d{4}-\d\d-\d\d/, "it was given and taken back");
  const page = await agent.follow(`${fixture.issuer}/account/done-for-you`);
  assert.match(page.text, new RegExp(`<strong>Client ${backEndId}</strong> at Tenant acme`));
  assert.match(page.text, /Got proof of who you are once, last on \d{4}-\d\d-\d\d \d\d:\d\d UTC\./);
  assert.match(page.text, /Asked for proof of who you are and got none: 2 times, last on/);
  assert.equal([...page.text.matchAll(/got proof of who you are\./g)].length, 1);
  assert.equal([...page.text.matchAll(/asked for proof of who you are and got none\./g)].length, 2);
});

test("what was done for others, elsewhere, or by the person is told nobody; a long list goes on page by page", async () => {
  const now = Date.now();
  const cat = await addPerson(fixture.db, { email: "cat@acme.example", tenants: ["acme"] });
  const event = (id: string, place: number, more: object) => ({
    ...{
      id,
      at_ms: now - place * 1000,
      type: "search.made",
      actor: `client:${backEndId}`,
      tenant_id: "acme",
    },
    ...{ account_id: cat.id, client_id: backEndId, details: '{"results":2,"page":1}' },
    ...more,
  });
  await fixture
    .db("audit_events")
    .insert([
      ...Array.from({ length: 60 }, (_, place) => event(`found-${place}`, place, {})),
      event("further", 61, { details: '{"results":977,"page":2}' }),
      event("part", 62, { type: "token.minted", details: '{"by":"search"}' }),
      event("own", 63, { type: "token.refused", details: '{"by":"authorization_code"}' }),
      event("elsewhere", 64, { tenant_id: "globex", details: '{"results":978,"page":1}' }),
      event("nowhere", 65, { tenant_id: null, type: "token.refused", details: '{"by":"assertion"}' }),
      event("other", 66, { account_id: accountId, details: '{"results":979,"page":1}' }),
      event("long-ago", 40 * 86_400, { details: '{"results":980,"page":1}' }),
      event("failed", 67, { details: '{"results":0,"page":1,"refused":"exchange_failed"}' }),
      event("renewed", 68, { type: "token.issued", details: '{"by":"refresh_token"}' }),
      event("trial", 69, { type: "token.minted", actor: "account:x", details: '{"by":"trial"}' }),
    ]);
  const agent = new UserAgent();
  await openAccount(agent, "cat@acme.example");
  const seen: string[] = [];
  let page = await agent.follow(`${fixture.issuer}/account/done-for-you`);
  assert.match(page.text, /Searched as you 60 times/);
  assert.match(page.text, /Wanted to search as you and could not: once/);
  assert.match(page.text, /Got proof of who you are once/, "a trial is not among what the application did");
  for (let pages = 1; ; pages += 1) {
    seen.push(
      ...[...page.text.matchAll(/<li[^>]*><strong>[^<]*<\/strong> ([^<]*)<br>/g)].map(
        ([, text = ""]) => text,
      ),
    );
    const next = /href="([^"]*)" rel="next"/.exec(page.text)?.[1];
    if (next === undefined) break;
    assert.ok(pages < 9, "it ends");
    page = await agent.follow(new URL(next, fixture.issuer).href);
    assert.doesNotMatch(page.text, /By application/);
    assert.match(page.text, /href="\/account\/done-for-you" rel="prev"/);
  }
  assert.equal(seen.filter((one) => one === "searched as you: 2 results.").length, 60);
  assert.equal(seen.length, 63, seen.slice(60).join("\n"));
  assert.match(page.text, /UTC, tried by an administrator/);
  for (const other of ["97", "98"]) assert.ok(!seen.some((one) => one.includes(other)), other);
  for (const before of ["", "x", "1", "9".repeat(20), "1.a&before=2.b"]) {
    const { status } = await agent.follow(`${fixture.issuer}/account/done-for-you?before=${before}`);
    assert.equal(status, before.includes("&") ? 400 : 200, before);
  }
});

test("a fresh sign-in finds the person's address filled in; another account, and a browser whose login is over, find none", async () => {
  const agent = new UserAgent();
  const account = await openAccount(agent, "bob@acme.example");
  const anew = accountSignInUrl(fixture.issuer, "data", { anew: true });
  const filled = /name="email"[^>]* value="bob@acme\.example"/;
  const page = await agent.follow(anew);
  assert.match(page.text, filled);
  const other = await agent.follow(page.url.href.replace(/\/?$/, "/login"));
  assert.match(other.text, /name="email"/);
  assert.doesNotMatch(other.text, /bob@acme/);
  assert.doesNotMatch((await new UserAgent().follow(anew)).text, /bob@acme/);
  const bob = await fixture.db("accounts").where({ email: "bob@acme.example" }).first("id");
  await fixture.db("session_vouchers").where({ account_id: bob.id }).delete();
  assert.equal(account.url.pathname, "/account");
  assert.doesNotMatch((await agent.follow(anew)).text, /bob@acme/);
});

test("one person's agreement is not another's", async () => {
  const agent = new UserAgent();
  await decide(agent, await openApplications(agent, "bob@acme.example"), "allow");
  assert.match(await mint(), /^presence_required/);
});

test("what the page says of applications agrees with the tenant's policy, whichever it is", async () => {
  await createTenant(fixture.db, { id: "quiet", name: "Quiet" }, new Date());
  await addPerson(fixture.db, { email: "kim@quiet.example", tenants: ["quiet"] });
  const told = {
    session: [/only while you are signed in\./, /No application may, and none can ask\./],
    "within 12": [/up to 12 hours after your last sign-in\./, /It is as your organizations say/],
    offline: [/if you allow it under Applications\./, /Not allowed/],
    never: [/may never act for you while you are away\./, /No application may, and none can ask\./],
  };
  for (const [policy, [organization, agreements]] of Object.entries(told)) {
    const presencePolicy = parsePresencePolicy(policy);
    await saveTenant(fixture.db, "quiet", { presencePolicy }, new Date());
    const agent = new UserAgent();
    const overview = await openAccount(agent, "kim@quiet.example");
    assert.match(overview.text, organization as RegExp, policy);
    const { text } = await agent.follow(`${fixture.issuer}/account/applications`);
    assert.match(text, agreements as RegExp, policy);
    if (policy.startsWith("within")) assert.doesNotMatch(text, /No application may/);
  }
});

test("without a session nothing is shown and nothing decided", async () => {
  const page = await new UserAgent().follow(`${fixture.issuer}/account`);
  assert.ok(!page.text.includes("ann@acme.example"));
  const body = new URLSearchParams({ tenant: "acme", client: backEndId, decision: "allow" });
  const answer = await new UserAgent().visit(`${fixture.issuer}/account/applications`, {
    method: "POST",
    body,
  });
  assert.equal(answer.headers.get("location"), "/account/applications", "where one signs in first");
  assert.match(await mint(), /^presence_required/);
});

test("a form of another site decides nothing", async () => {
  const agent = new UserAgent();
  await openAccount(agent, "ann@acme.example");
  const body = new URLSearchParams({ tenant: "acme", client: backEndId, decision: "allow" });
  for (const headers of [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }]) {
    const answer = await agent.visit(`${fixture.issuer}/account/applications`, {
      method: "POST",
      body,
      headers,
    });
    assert.equal(answer.status, 403);
  }
  assert.match(await mint(), /^presence_required/);
});

test("an agreement that is not on offer cannot be given", async () => {
  const agent = new UserAgent();
  const page = await openApplications(agent, "ann@acme.example");
  const csrf = formsOf(page)[0]?.fields.get("csrf") ?? assert.fail("a form says for whom it is");
  const given = (await fixture.db("offline_consents").whereNull("revoked_at_ms")).length;
  for (const fields of [
    { tenant: "globex", client: backEndId, decision: "allow" },
    { tenant: "acme", client: "tti-account", decision: "allow" },
    { tenant: "acme", client: backEndId, decision: "always" },
  ]) {
    const init = { method: "POST", body: new URLSearchParams({ ...fields, csrf }) };
    const answer = await agent.follow(`${fixture.issuer}/account/applications`, init);
    if (fields.decision === "always") assert.equal(answer.status, 400);
    else assert.match(answer.text, /role="alert">Nothing was changed/, JSON.stringify(fields));
    assert.equal((await fixture.db("offline_consents").whereNull("revoked_at_ms")).length, given);
  }
});

test("nobody can redeem the code that brought the person here, not even who made up the verifier", async () => {
  const agent = new UserAgent();
  const verifier = "v".repeat(43);
  const url = new URL(accountSignInUrl(fixture.issuer));
  url.searchParams.set("code_challenge", createHash("sha256").update(verifier).digest("base64url"));
  await openAccount(agent, "ann@acme.example");
  const sent = await agent.visit(url.href);
  const code = new URL(sent.headers.get("location") ?? "").searchParams.get("code") ?? "";
  assert.notEqual(code, "");
  const redeemed = await redeem(
    fixture,
    code,
    {
      client_id: "tti-account",
      code_verifier: verifier,
      redirect_uri: `${fixture.issuer}/account/signed-in`,
    },
    null,
  );
  assert.deepEqual([redeemed.status, redeemed.body["error"]], [400, "invalid_grant"]);
  assert.match(String(redeemed.body["error_description"]), /^tenant_not_found/);
  const back = await agent.visit(`${fixture.issuer}/account/signed-in?code=stolen`);
  assert.equal(back.status, 303);
  assert.equal(back.headers.get("location"), `${fixture.issuer}/account`);
  for (const state of ["https://evil.example", "/portal", "__proto__", "portal&state=account"]) {
    const wayOn = await agent.visit(`${fixture.issuer}/account/signed-in?state=${state}`);
    const to = wayOn.headers.get("location");
    assert.ok(to === null || to === `${fixture.issuer}/account`, `${state} leads to ${to}`);
  }
});

test("a person who belongs to several tenants, or to none, is asked for no tenant", async () => {
  await addPerson(fixture.db, { email: "sam@partner.example", tenants: ["acme", "globex"] });
  await addPerson(fixture.db, { email: "new@partner.example" });
  for (const email of ["sam@partner.example", "new@partner.example"]) {
    const page = await openAccount(new UserAgent(), email);
    assert.equal(page.url.pathname, "/account", email);
    assert.match(page.text, new RegExp(email));
  }
});
