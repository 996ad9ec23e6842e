// Class: session fixation and restart tricks (CVE-2026-7507, CVE-2025-12390). A new session id at login, the old one
// dead, an interaction bound to the browser that began it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { authorizationUrl, codeOf } from "../provider/support/authorization.ts";
import {
  addClient,
  addPerson,
  password,
  signInAt,
  useProvider,
} from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";

const fixture = useProvider({}, async () => {
  await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  await addPerson(fixture.db, { email: "eve@evil.example", tenants: ["evil"] });
  await addClient(fixture.db, { client_id: "app" });
});

const named = (agent: UserAgent, name: string): [string, string] => {
  const found = [...agent.cookies].find(([key]) => key.endsWith(` ${name}`));
  if (!found) throw new Error(`no cookie ${name}`);
  return found;
};

/** Gives one browser another's cookie of a name, with its signature. */
function copy(from: UserAgent, to: UserAgent, name: string): void {
  for (const full of [name, `${name}.sig`]) {
    const [key, value] = named(from, full);
    to.plant(fixture.issuer, full, value, key.split(" ")[1]);
  }
}

const isSignedIn = async (agent: UserAgent): Promise<boolean> =>
  (await agent.follow(authorizationUrl(fixture))).url.searchParams.has("code");

test("a session planted before login is not the session after it", async () => {
  const attacker = new UserAgent();
  await signInAt(attacker, authorizationUrl(fixture), "eve@evil.example");
  const victim = new UserAgent();
  copy(attacker, victim, "tti_session");
  const planted = named(victim, "tti_session")[1];
  const page = await victim.follow(authorizationUrl(fixture, { prompt: "login" }));
  const ending = await victim.submit(page, { email: "ann@acme.example", password }, "/login");
  codeOf(await victim.submit(ending, {}, "/confirm"));
  assert.notEqual(named(victim, "tti_session")[1], planted);
  const again = new UserAgent();
  again.plant(fixture.issuer, "tti_session", planted);
  assert.equal(await isSignedIn(again), false);
  assert.equal(await isSignedIn(attacker), false, "the attacker's copy is dead as well");
});

test("a session id the attacker made up is never taken over", async () => {
  const victim = new UserAgent();
  victim.plant(fixture.issuer, "tti_session", "chosen-by-the-attacker");
  victim.plant(fixture.issuer, "tti_session.sig", "x");
  await signInAt(victim, authorizationUrl(fixture), "ann@acme.example");
  assert.notEqual(named(victim, "tti_session")[1], "chosen-by-the-attacker");
});

test("the id changes with every sign-in, and the one before is dead", async () => {
  const agent = new UserAgent();
  await signInAt(agent, authorizationUrl(fixture), "ann@acme.example");
  const thief = new UserAgent();
  copy(agent, thief, "tti_session");
  assert.equal(await isSignedIn(thief), true, "the copy worked");
  const page = await agent.follow(authorizationUrl(fixture, { prompt: "login" }));
  await agent.submit(page, { email: "ann@acme.example", password }, "/login");
  const late = new UserAgent();
  copy(thief, late, "tti_session");
  assert.equal(await isSignedIn(late), false);
});

test("a cookie with a changed value or signature is no session", async () => {
  const agent = new UserAgent();
  await signInAt(agent, authorizationUrl(fixture), "ann@acme.example");
  const forged = new UserAgent();
  copy(agent, forged, "tti_session");
  forged.plant(fixture.issuer, "tti_session.sig", "A".repeat(27));
  assert.equal(await isSignedIn(forged), false);
});

test("an attacker's interaction cannot be finished in the victim's browser, nor the victim's in his", async () => {
  const attacker = new UserAgent();
  const hisPage = await attacker.follow(authorizationUrl(fixture));
  const victim = new UserAgent();
  await victim.follow(authorizationUrl(fixture));
  const lured = await victim.follow(`${hisPage.url}/login`, {
    method: "POST",
    body: new URLSearchParams({ email: "ann@acme.example", password }),
  });
  assert.equal(lured.status, 400);
  assert.match(lured.text, /sign_in_expired/);
  assert.equal(lured.url.href, hisPage.url.href, "the page of his sign-in, which is not the victim's");
});

test("an interaction ends once: its page cannot be posted again", async () => {
  const agent = new UserAgent();
  const page = await agent.follow(authorizationUrl(fixture));
  await agent.submit(page, { email: "ann@acme.example", password }, "/login");
  const again = await agent.submit(page, { email: "ann@acme.example", password }, "/login");
  assert.equal(again.status, 400);
});
