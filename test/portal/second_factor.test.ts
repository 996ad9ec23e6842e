// The portal where it demands two factors, and where an organization requires one: who is signed in is asked for what is lacking,
// at each page and in each act, and stays signed in.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTenantBrand } from "../../src/admin/operations/tenant_brand.ts";
import { resetUserFactors } from "../../src/admin/operations/user_factors.ts";
import { type CallBase, callsBy } from "../../src/portal/calls.ts";
import { removeTotp } from "../../src/provider/factors/keep_factors.ts";
import { stepMs } from "../../src/provider/factors/totp.ts";
import { createPasskey } from "../../src/provider/passkeys/passkey_store.ts";
import { saveRole } from "../../src/provider/tenants/membership_store.ts";
import { addPerson, password, useProvider } from "../provider/support/provider_fixture.ts";
import { type App, appOnPage, giveApp, sessionUidOf, typeCode } from "../provider/support/second_factor.ts";
import { UserAgent, type Visit } from "../provider/support/user_agent.ts";
import { cliContext } from "../support/cli_context.ts";
import { signInToPortal } from "./portal_support.ts";

const fixture = useProvider({ environment: { TTI_PORTAL_FACTOR: "required" }, writesMeanwhile: true });

let made = 0;
async function admin(...tenants: string[]): Promise<{ id: string; email: string }> {
  made += 1;
  const email = `admin${made}@acme.example`;
  const account = await addPerson(fixture.db, { email, tenants });
  for (const tenantId of tenants)
    await saveRole(fixture.db, { tenantId, accountId: account.id }, { was: "member", is: "admin" });
  return { id: account.id, email };
}

// Each code counts once, so the second is the next one: there are two, whenever it is.
const codesOf = (app: App): (() => string) => {
  let used = 0;
  return () => app.codeAt(Date.now() + stepMs * used++);
};
const at = (tenant: string, page = "people") => `${fixture.issuer}/portal/${tenant}/${page}`;
const isAt = (page: Visit, path: string): void =>
  assert.ok(page.url.pathname.endsWith(path), `${page.status} ${page.url}: ${page.text}`);

/** Sets an app up on the page of a half-done sign-in, and goes on. */
async function setUp(agent: UserAgent, page: Visit): Promise<Visit> {
  isAt(page, "/factor");
  const codes = await agent.submit(page, { code: appOnPage(page).codeAt(Date.now()) }, "/factor");
  return agent.submit(codes, {}, "/factor");
}

/** Sends a form of the portal, as its own page does. */
const post = (agent: UserAgent, url: string, fields: Record<string, string>): Promise<Visit> =>
  agent.visit(url, {
    method: "POST",
    headers: { origin: fixture.issuer, "sec-fetch-site": "same-origin" },
    body: new URLSearchParams(fields),
  });

test("an administrator without a second factor sets one up on the way in, their password typed once", async () => {
  const { email } = await admin("acme");
  const { agent, page } = await signInToPortal(fixture.issuer, email);
  const inside = await setUp(agent, page);
  assert.equal(inside.url.href, at("acme"));
  assert.equal(inside.status, 200);
});

test("a member who administers nothing is asked for none", async () => {
  const { email } = await addPerson(fixture.db, { email: "member@acme.example", tenants: ["acme"] });
  const { page } = await signInToPortal(fixture.issuer, String(email));
  assert.match(page.text, /You administer no organization/);
});

test("who is signed in by a password alone is asked for the factor at any address, and stays signed in", async () => {
  const { id, email } = await admin("acme");
  const agent = new UserAgent();
  const login = await agent.follow(`${fixture.issuer}/account`);
  await agent.submit(login, { email, password }, "/login");
  const kept = await sessionUidOf(fixture, id);
  const code = codesOf(await giveApp(fixture, { id, email }, new Date(), kept));
  assert.equal((await agent.follow(`${fixture.issuer}/account`)).url.pathname, "/account");
  const posted = await post(agent, at("acme", "presence"), { policy: "never", hours: "" });
  assert.match(posted.headers.get("location") ?? "", /acr_values=urn%3Atti%3Aacr%3Amfa/);
  const events = await fixture.db("audit_events").where({ type: "tenant.updated" });
  assert.deepEqual(events, [], "and nothing was done");
  const asked = await agent.follow(at("acme", "domains"));
  isAt(asked, "/factor");
  assert.equal((await typeCode(agent, asked, code())).url.href, at("acme"));
  // The address of another organization answers as before.
  assert.equal((await agent.visit(at("globex"))).status, 404);
});

test("a password that was typed long ago is typed again before a first factor is set up", async () => {
  const { id, email } = await admin("acme");
  const agent = new UserAgent();
  const login = await agent.follow(`${fixture.issuer}/account`);
  await agent.submit(login, { email, password }, "/login");
  await fixture
    .db("session_vouchers")
    .where("account_id", id)
    .decrement("auth_time_ms", 11 * 60_000);
  const again = await agent.follow(at("acme"));
  assert.match(again.text, /<h1>Sign in<\/h1>/);
  assert.equal(
    (await setUp(agent, await agent.submit(again, { email, password }, "/login"))).url.href,
    at("acme"),
  );
});

test("whose factor is gone loses the portal at once, and proves another one", async () => {
  const { id, email } = await admin("acme");
  const account = { id, email };
  let sessionUid = "";
  const ways: Record<string, () => Promise<unknown>> = {
    "removed by the person": () => fixture.db.transaction((trx) => removeTotp(trx, { account }, new Date())),
    "taken away by an administrator": () => resetUserFactors(cliContext(fixture.db), { user: id }),
    "in the place of another": async () => {
      await fixture.db.transaction((trx) => removeTotp(trx, { account }, new Date()));
      await fixture.db("session_vouchers").where("account_id", id).decrement("created_at_ms", 300_000);
      await giveApp(fixture, account, new Date(), sessionUid);
    },
  };
  for (const [way, take] of Object.entries(ways)) {
    await resetUserFactors(cliContext(fixture.db), { user: id });
    const code = codesOf(await giveApp(fixture, account));
    const { agent, page } = await signInToPortal(fixture.issuer, email);
    assert.equal((await typeCode(agent, page, code())).url.href, at("acme"), way);
    sessionUid = await sessionUidOf(fixture, id);
    assert.equal((await agent.visit(at("acme"))).status, 200);
    const call = callIn(sessionUid, id);
    await call();
    await take();
    await assert.rejects(call(), { code: "unauthenticated" }, `${way}: in the act`);
    assert.match((await agent.follow(at("acme"))).text, /<h1>Sign in<\/h1>/, way);
  }
});

// An act of the portal whose page was let in before.
function callIn(sessionUid: string, accountId: string): () => Promise<unknown> {
  const base = { ...cliContext(fixture.db), requireVerifiedDomain: false, portalFactor: "required" };
  const right = { session: { sessionUid, accountId }, tenantId: "acme" };
  const call = callsBy(base as unknown as CallBase, right);
  return () => call(setTenantBrand, { color: "#0b6b53" });
}

test("what an organization requires is asked for on the way to it, whatever the portal demands", async () => {
  const { id, email } = await admin("initech", "umbrella");
  const code = codesOf(await giveApp(fixture, { id, email }));
  const { agent, page } = await signInToPortal(fixture.issuer, email);
  const list = await typeCode(agent, page, code());
  assert.match(list.text, /Choose an organization/);
  await fixture.db("tenants").where("id", "umbrella").update({ required_factor: "passkey" });
  const still = await agent.follow(`${fixture.issuer}/portal`);
  assert.match(still.text, /Tenant umbrella/, "it is told of");
  assert.equal((await agent.follow(at("initech"))).status, 200);
  const led = await agent.visit(at("umbrella"));
  assert.match(led.headers.get("location") ?? "", /acr_values=phr/);
});

test("the word of an application's own login page counts as it is, and the organization may ask more of it", async () => {
  const { id, email } = await admin("hooli");
  const code = codesOf(await giveApp(fixture, { id, email }));
  const { agent, page } = await signInToPortal(fixture.issuer, email);
  assert.equal((await typeCode(agent, page, code())).url.href, at("hooli"));
  await fixture.db("tenants").where("id", "hooli").update({ login_method: "handoff" });
  const [before] = await fixture.db("session_vouchers").where("account_id", id);
  const row = { ...before, method: "handoff", tenant_id: "hooli", amr: "[]", login_level: 0 };
  await fixture.db("session_vouchers").insert(row);
  assert.equal((await agent.visit(at("hooli"))).status, 200);
  // Their own app is none of what that page proves.
  const rules = { requiredFactor: "any", sessionIdleMinutes: "0", sessionLifeHours: "0" };
  assert.equal((await post(agent, at("hooli", "sign-in"), rules)).status, 400);
  await fixture.db("tenants").where("id", "hooli").update({ required_factor: "any" });
  assert.equal((await agent.visit(at("hooli"))).status, 404);
});

test("an administrator sets what the organization's people prove and for how long it holds: for their own alone", async () => {
  const { id, email } = await admin("soylent");
  await addPerson(fixture.db, { email: "other@vandelay.example", tenants: ["vandelay"] });
  const code = codesOf(await giveApp(fixture, { id, email }));
  const { agent, page } = await signInToPortal(fixture.issuer, email);
  await typeCode(agent, page, code());
  const rules = { requiredFactor: "any", sessionIdleMinutes: "30", sessionLifeHours: "12" };
  const rowOf = (tenant: string) =>
    fixture
      .db("tenants")
      .where("id", tenant)
      .first("required_factor", "session_idle_ms", "session_life_ms", "login_method");
  const before = await rowOf("vandelay");
  const foreign = { ...rules, id: "vandelay", tenantId: "vandelay", loginMethod: "handoff", name: "Mine" };
  assert.equal((await post(agent, at("soylent", "sign-in"), foreign)).status, 303);
  assert.deepEqual(await rowOf("soylent"), {
    required_factor: "any",
    session_idle_ms: 1_800_000,
    session_life_ms: 43_200_000,
    login_method: before.login_method,
  });
  assert.deepEqual(await rowOf("vandelay"), before);
  assert.equal((await post(agent, at("vandelay", "sign-in"), rules)).status, 404);
  const [event] = await fixture.db("audit_events").where({ type: "tenant.updated", tenant_id: "soylent" });
  assert.equal(event.actor, `account:${id}`);
  for (const [wrong, told] of [
    [{ ...rules, sessionIdleMinutes: "5" }, /Sign in again after this many minutes without use/],
    [{ ...rules, sessionLifeHours: "soon" }, /Sign in again after this many hours at the latest/],
    [{ ...rules, requiredFactor: "two" }, /Second factor/],
    [{ ...rules, requiredFactor: "passkey" }, /You have no passkey yourself, and would shut yourself out/],
  ] as const) {
    const refused = await post(agent, at("soylent", "sign-in"), wrong);
    assert.equal(refused.status, 400);
    assert.match(refused.text, told);
  }
  assert.equal((await rowOf("soylent")).session_idle_ms, 1_800_000);
  assert.equal((await rowOf("soylent")).required_factor, "any");
  // Judged in the act as well, and asked of none but who asks more of the others.
  await fixture.db("tenants").where("id", "soylent").update({ required_factor: "none" });
  await fixture.db("tenants").where("id", "vandelay").update({ required_factor: "passkey" });
  assert.equal(
    (await post(agent, at("soylent", "sign-in"), { ...rules, requiredFactor: "none" })).status,
    303,
  );
  const key = { publicKey: "x", counter: 1, transports: [], synced: false, backedUp: false };
  const of = { accountId: id, userHandle: "h", name: "Own phone", credentialId: "soylent" };
  await createPasskey(fixture.db, { ...key, ...of }, new Date());
  assert.equal(
    (await post(agent, at("soylent", "sign-in"), { ...rules, requiredFactor: "passkey" })).status,
    303,
  );
  assert.equal((await rowOf("soylent")).required_factor, "passkey");
});
