// Where a person is signed in: they see it and end it, one by one or all; nobody else does, and what the ISV's word opened sees
// and ends no more than its own.
import assert from "node:assert/strict";
import { test } from "node:test";
import { listUserSessions } from "../../../src/admin/operations/user_sessions.ts";
import type { RunningServer } from "../../../src/running_server.ts";
import { cliContext } from "../../support/cli_context.ts";
import { setTenant } from "../grants/mint_support.ts";
import { addIsvClient, challengeOf, IsvBackEnd, isvId, loginUrl } from "../handoff/handoff_support.ts";
import { postAccountForm } from "../support/account_forms.ts";
import { authorizationUrl, codeOf, getUserinfo, redeem, refresh } from "../support/authorization.ts";
import { addClient, addPerson, signInAt, useProvider } from "../support/provider_fixture.ts";
import { UserAgent, type Visit } from "../support/user_agent.ts";

const firefox = "Mozilla/5.0 (Windows NT 10.0; rv:145.0) Gecko/20100101 Firefox/145.0";
const people = { ann: { id: "" }, bob: { id: "" } };
let other: RunningServer;
const fixture = useProvider({ environment: { TTI_LOGIN_URL: loginUrl } }, async () => {
  people.ann = await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme", "hooli"] });
  people.bob = await addPerson(fixture.db, { email: "bob@acme.example", tenants: ["acme"] });
  await setTenant(fixture.db, "hooli", { loginMethod: "handoff" });
  await addClient(fixture.db, { client_id: "app" });
  await addIsvClient(fixture, isvId, ["hooli"]);
  other = await fixture.startAnother();
});

const page = () => `${fixture.issuer}/account/sessions`;
const email = "ann@acme.example";

async function signIn(who = email, agent = new UserAgent(), scope = "openid email") {
  const url = authorizationUrl(fixture, { tenant: "acme", scope, prompt: "consent login" });
  const { body } = await redeem(fixture, codeOf(await signInAt(agent, url, who)));
  return { agent, tokens: body };
}

const rowsOf = ({ text }: Visit): string[] => {
  const [, list = ""] = /<ul class="rows">([\s\S]*?)<\/ul>/.exec(text) ?? [];
  return list.split("<li>").slice(1);
};
const idIn = (row: string | undefined): string => /name="session" value="([^"]+)"/.exec(row ?? "")?.[1] ?? "";

async function isSignedIn({ agent }: { agent: UserAgent }): Promise<boolean> {
  const there = agent.at({ issuer: fixture.issuer, localUrl: other.localUrl });
  const { url } = await there.follow(authorizationUrl(fixture, { tenant: "acme", prompt: "none" }));
  return url.searchParams.has("code");
}

test("each browser is a line; another is ended, with what came of it, on every instance", async () => {
  const here = await signIn(email, new UserAgent({ "user-agent": firefox }));
  const there = await signIn(email, new UserAgent(), "openid email offline_access");
  const shown = await here.agent.follow(page());
  const rows = rowsOf(shown);
  assert.equal(rows.length, 2);
  assert.match(rows[0] ?? "", /Firefox, Windows[\s\S]*This browser[\s\S]*Tenant acme/);
  assert.equal(idIn(rows[0]), "", "this one is signed out as ever");
  assert.match(rows[1] ?? "", /A browser/);

  // An administrator sees the same of them.
  const { sessions } = await listUserSessions(cliContext(fixture.db), { user: email });
  const told = new Map(sessions.map(({ id, browser, seenAtMs }) => [id, { browser, seenAtMs }]));
  assert.equal(told.get(idIn(rows[1]))?.browser, null);
  told.delete(idIn(rows[1]));
  const [mine] = told.values();
  assert.deepEqual([told.size, mine?.browser], [1, "Firefox, Windows"]);
  assert.ok(Math.abs(Date.now() - (mine?.seenAtMs ?? 0)) < 600_000);

  const form = { decision: "end", session: idIn(rows[1]) };
  const bob = await signIn("bob@acme.example");
  const stolen = await postAccountForm(bob.agent, page(), people.bob, form);
  assert.match(stolen.text, /Nothing was ended/);
  assert.equal(await isSignedIn(there), true);

  const ended = await postAccountForm(here.agent, page(), people.ann, form);
  assert.match(ended.text, /That sign-in was ended/);
  assert.equal(rowsOf(ended).length, 1);
  assert.equal(await isSignedIn(there), false);
  assert.equal((await refresh(fixture, there.tokens["refresh_token"])).body["error"], "invalid_grant");
  assert.equal((await getUserinfo(fixture, there.tokens["access_token"])).status, 401);
  assert.equal(await isSignedIn(here), true);
  const [event] = await fixture
    .db("audit_events")
    .where({ type: "session.ended", account_id: people.ann.id });
  assert.equal(event.actor, `account:${people.ann.id}`);
  const again = await postAccountForm(here.agent, page(), people.ann, form);
  assert.match(again.text, /Nothing was ended/);
});

test("all others are ended at once; everywhere is this one too, and what applications hold for the time away", async () => {
  const here = await signIn(email, new UserAgent(), "openid email offline_access");
  const others = [await signIn(), await signIn()];
  const done = await postAccountForm(here.agent, page(), people.ann, { decision: "end_others" });
  assert.match(done.text, /All other sign-ins were ended/);
  assert.equal(rowsOf(done).length, 1);
  assert.deepEqual(await Promise.all(others.map(isSignedIn)), [false, false]);
  assert.equal(await isSignedIn(here), true);

  const elsewhere = await signIn();
  const out = await postAccountForm(here.agent, page(), people.ann, { decision: "everywhere" });
  assert.equal(out.url.pathname, "/account/signed-out");
  assert.deepEqual([await isSignedIn(here), await isSignedIn(elsewhere)], [false, false]);
  assert.equal((await refresh(fixture, here.tokens["refresh_token"])).body["error"], "invalid_grant");
  const late = await postAccountForm(elsewhere.agent, page(), people.ann, { decision: "everywhere" });
  assert.ok(late.url.searchParams.has("login_challenge"), "whose session was ended signs in first");
});

test("what the ISV's word opened sees and ends no more than what it opened", async () => {
  const own = await signIn();
  const isv = new IsvBackEnd(fixture);
  const byWord = new UserAgent();
  const challenge = await challengeOf(byWord, fixture, { tenant: "hooli" });
  const now = Math.floor(Date.now() / 1000);
  const login = { subject: people.ann.id, tenant: "hooli", email, auth_time: now, amr: ["pwd"] };
  codeOf(await byWord.follow(await isv.accept(challenge, login)));
  const shown = await byWord.follow(page());
  assert.equal(rowsOf(shown).length, 1, "its own");
  assert.doesNotMatch(shown.text, /Sign out everywhere/);
  const [, theirs] = rowsOf(await own.agent.follow(page()));
  assert.ok(idIn(theirs));
  for (const form of [{ decision: "end_others" }, { decision: "everywhere" }]) {
    const answer = await postAccountForm(byWord, page(), people.ann, form);
    assert.match(answer.text, /Nothing was ended/);
  }
  assert.equal(await isSignedIn(own), true);
});
