// What the console's forms do, one by one: the act itself, post-redirect-get with its news, the fault beside its field with
// nothing half-written, a secret once, and what goes with what is deleted said before.
import assert from "node:assert/strict";
import { test } from "node:test";
import { addDomain } from "../../src/admin/operations/domains.ts";
import { createTenant } from "../../src/admin/operations/tenants.ts";
import { updateUser } from "../../src/admin/operations/user_update.ts";
import { showUser } from "../../src/admin/operations/users.ts";
import { newsText } from "../../src/console/news.ts";
import { authorizationUrl, codeOf, redeem } from "../provider/support/authorization.ts";
import { addClient, addPerson, signInAt } from "../provider/support/provider_fixture.ts";
import { UserAgent, type Visit } from "../provider/support/user_agent.ts";
import { cliContext } from "../support/cli_context.ts";
import { csrfOf, emails, filledForm, postForm, signInToConsole, useConsole } from "./console_world.ts";

let agent: UserAgent;
let csrf = "";
let txt: string[][] = [];
const world = useConsole({ resolveTxt: async () => txt }, async () => {
  await addClient(world.db, { client_id: "app" });
  await createTenant(cliContext(world.db), { id: "globex" });
  agent = new UserAgent();
  assert.equal((await signInToConsole(world, agent, emails.owner)).status, 200);
  csrf = await csrfOf(world, agent);
});

const see = async (path: string): Promise<string> => {
  const page = await agent.visit(`${world.origin}${path}`);
  assert.equal(page.status, 200, `${path}: ${page.text}`);
  return page.text;
};
const send = (path: string, fields: Record<string, string> = {}): Promise<Visit> =>
  postForm(world, agent, path, fields, csrf);

/** Sends a form that is taken, and reads the page it leads to. */
async function done(path: string, fields: Record<string, string>, news: RegExp): Promise<string> {
  const sent = await send(path, fields);
  assert.equal(sent.status, 303, sent.text);
  const to = sent.headers.get("location") ?? "";
  const page = await see(to);
  assert.match(page, news);
  assert.doesNotMatch(await see(to), news, "news are told once");
  return page;
}

const yes = { confirm: "yes" };

test("what a planted cookie makes a page say is a sentence of ours, or nothing", () => {
  assert.equal(newsText("created"), "Created.");
  for (const planted of ["Send your password to evil.example", "<b>x</b>", "constructor", "__proto__", ""]) {
    assert.equal(newsText(planted), undefined, planted);
  }
});

test("an organization is made, changed, disabled and enabled", async () => {
  await done("/console/organizations/new", { id: "initech", name: "Initech" }, /Created\./);
  const edit = "/console/organizations/initech/edit";
  const old = await agent.visit(`${world.origin}${edit}`);
  const typed = { name: "Initech Ltd", loginMethod: "handoff", presence: "within 12", discoverable: "on" };
  const page = await done(edit, filledForm(old, edit, typed), /Saved\./);
  assert.match(page, /Initech Ltd[\s\S]*at your login page[\s\S]*shown to strangers/);
  const late = await send(edit, filledForm(old, edit, { name: "Initech GmbH", presence: "never" }));
  assert.equal(late.status, 412);
  assert.match(late.text, /id="name-error">Meanwhile it became “Initech Ltd”/);
  assert.match(late.text, /id="presence-error">Meanwhile it became “within 12/);
  const again = filledForm(late, edit, {});
  assert.equal(again["loginMethod"], "handoff", "what was left alone is as it is now");
  assert.equal(again["discoverable"], "on");
  await done("/console/organizations/initech/disable", yes, /Disabled\. What stood has ended\./);
  assert.match(await see("/console/organizations/initech"), /<span class="badge bad">Disabled<\/span>/);
  await done("/console/organizations/initech/disable", yes, /It was so already/);
  await done("/console/organizations/initech/enable", yes, /Enabled\./);
});

test("a fault stands beside its field, what was typed is still there, and nothing was written", async () => {
  const refused = await send("/console/organizations/new", { id: "no spaces", name: "Some name" });
  assert.equal(refused.status, 400);
  assert.match(refused.text, /<title>Error: Add an organization/);
  assert.match(refused.text, /<input id="id"[^>]*value="no spaces"[^>]*aria-invalid="true"/);
  assert.match(refused.text, /<p class="wrong" id="id-error">/);
  assert.match(refused.text, /<input id="name"[^>]*value="Some name"/);
  const taken = await send("/console/organizations/new", { id: "globex" });
  assert.equal(taken.status, 409);
  assert.match(taken.text, /id="id-error"/);
  const edit = "/console/organizations/globex/edit";
  const open = await agent.visit(`${world.origin}${edit}`);
  const presence = await send(edit, filledForm(open, edit, { name: "x", presence: "sometimes" }));
  assert.match(presence.text, /id="presence-error"/);
  assert.match(await see("/console/organizations/globex"), /<h1>globex<\/h1>/);
  const unanswered = await send("/console/organizations/globex/disable");
  assert.equal(unanswered.status, 400);
  assert.doesNotMatch(await see("/console/organizations/globex"), /badge bad/);
});

test("an organization that is deleted is counted before, and wants its id typed", async () => {
  await createTenant(cliContext(world.db), { id: "umbrella", name: "Umbrella" });
  await addPerson(world.db, { email: "uma@umbrella.example", tenants: ["umbrella"] });
  await addDomain(cliContext(world.db), { tenantId: "umbrella", domain: "umbrella.example" });
  const path = "/console/organizations/umbrella/delete";
  const asked = await see(path);
  assert.match(asked, /1 membership, 1 domain and 0 data accessors are deleted/);
  assert.match(asked, /1 of them belongs to no other organization/);
  assert.match((await send(path, { ...yes, typed: "Umbrella" })).text, /id="typed-error"/);
  assert.match(await see("/console/organizations/umbrella"), /umbrella\.example/);
  await done(path, { ...yes, typed: "umbrella" }, /Deleted\./);
  assert.equal((await agent.visit(`${world.origin}/console/organizations/umbrella`)).status, 404);
  const again = await send("/console/organizations/new", { id: "umbrella" });
  assert.match(again.text, /id="id-error"/, "its id is given to nobody again");
});

test("somebody who has an account is made a member on the organization's page", async () => {
  const add = "/console/organizations/globex/members/add";
  await addPerson(world.db, { email: "mia@acme.example", tenants: ["acme"] });
  assert.match((await send(add, { user: "nobody@acme.example", role: "member" })).text, /id="user-error"/);
  const added = await send(add, { user: "mia@acme.example", role: "admin" });
  assert.ok([200, 303].includes(added.status), added.text);
  assert.match(await see("/console/organizations/globex"), /administers the organization/);
});

test("a domain is claimed, its record shown, refused while it is not there, verified, removed", async () => {
  const claimed = await send("/console/organizations/globex/domains/add", { domain: "globex.example" });
  const verify = claimed.headers.get("location") ?? "";
  assert.equal(verify, "/console/organizations/globex/domains/globex.example/verify");
  const page = await see(verify);
  const [, value = ""] = /<pre[^>]*aria-label="Value">([^<]+)<\/pre>/.exec(page) ?? [];
  assert.match(value, /=/);
  assert.match((await send(verify)).text, /Nothing was changed/);
  txt = [[value]];
  await done(verify, {}, /The domain is verified\./);
  await done("/console/organizations/globex/domains/globex.example/remove", yes, /Removed\./);
});

test("a data accessor is entered with each fault at its field, listed, and forgotten", async () => {
  const add = "/console/organizations/globex/accessors/add";
  const refused = await send(add, { applicationId: "x" });
  for (const field of ["applicationId", "retrieverId", "qRegion", "idcApplicationArn", "idcRegion"]) {
    assert.match(refused.text, new RegExp(`id="${field}-error"`), field);
  }
  const fields = {
    applicationId: "11111111-2222-3333-4444-555555555555",
    retrieverId: "66666666-7777-8888-9999-000000000000",
    qRegion: "us-east-1",
    idcApplicationArn: "arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/apl-1234567890abcdef",
    idcRegion: "us-east-1",
  };
  await done(add, fields, /Created\./);
  assert.match(
    await see("/console/accessors"),
    /globex[\s\S]*11111111-2222-3333-4444-555555555555[\s\S]*never/,
  );
  assert.match(await see("/console/organizations/globex/accessors/default"), /66666666-7777/);
  await done("/console/organizations/globex/accessors/default/delete", yes, /Deleted\./);
});

test("a link to the set-up at AWS is made, shown once, told of on the organization's page, and revoked", async () => {
  const make = "/console/organizations/globex/setup/link";
  const refused = await send(make, { days: "31" });
  assert.match(refused.text, /id="days-error"/);
  const made = await send(make, { days: "3" });
  assert.equal(made.status, 200, made.text);
  const [url = ""] = /http:\/\/[^<]*\/setup\/[\w-]+\?key=[\w-]{43}/.exec(made.text) ?? [];
  const visitor = new UserAgent();
  const page = "/console/organizations/globex";
  assert.match(await see(page), /Not used yet/);
  const begun = await visitor.submit(await visitor.follow(url), {});
  assert.equal(begun.status, 200, begun.text);
  const shown = await see(page);
  assert.match(shown, /Used/);
  assert.ok(!shown.includes("key="), "the link is shown once");
  const revoke = "/console/organizations/globex/setup/revoke";
  await done(revoke, yes, /Ended\./);
  assert.equal((await visitor.follow(begun.url)).status, 403);
  assert.match(await see(page), /None counts/);
});

test("a person is added with a password shown once, changed, added elsewhere and taken out", async () => {
  await createTenant(cliContext(world.db), { id: "hooli" });
  const added = await send("/console/people/new", {
    email: "pat@acme.example",
    name: "Pat Doe",
    organization: "acme",
    emailVerified: "on",
  });
  assert.equal(added.status, 200);
  const [, secret = ""] = /<pre[^>]*aria-label="Password">([^<]+)<\/pre>/.exec(added.text) ?? [];
  assert.ok(secret.length > 10);
  const person = /action="(\/console\/people\/[^"]+)"/.exec(added.text)?.[1] ?? "";
  assert.doesNotMatch(await see(person), new RegExp(secret));
  assert.match((await send("/console/people/new", { email: "pat@acme.example" })).text, /id="email-error"/);
  assert.match(
    (await send("/console/people/new", { email: "new@acme.example", organization: "nowhere" })).text,
    /id="organization-error"/,
  );
  const old = await agent.visit(`${world.origin}${person}/edit`);
  await done(`${person}/edit`, filledForm(old, `${person}/edit`, { name: "Pat Roe" }), /Saved\./);
  const late = await send(`${person}/edit`, filledForm(old, `${person}/edit`, { name: "Pat Poe" }));
  assert.equal(late.status, 412);
  assert.match(late.text, /id="name-error">Meanwhile it became “Pat Roe”/);
  await done(`${person}/memberships/add`, { tenantId: "hooli", role: "member" }, /Saved\./);
  await done(`${person}/memberships/hooli/role`, { role: "admin" }, /Saved\./);
  assert.match(await see(person), /hooli[\s\S]*administers it/);
  // The last administrator of an organization stays one, until whoever means it has read so and says so.
  const onlyOne = /Nobody else who can sign in administers the tenant hooli\. Make somebody else/;
  for (const [act, fields] of [
    ["memberships/hooli/role", { role: "member" }],
    ["memberships/hooli/remove", yes],
    ["disable", yes],
    ["delete", { ...yes, typed: "pat@acme.example" }],
  ] as const) {
    assert.doesNotMatch(await see(`${person}/${act}`), /name="allowNoAdmin"/);
    const refused = await send(`${person}/${act}`, fields);
    assert.equal(refused.status, 409, refused.text);
    assert.match(refused.text, onlyOne);
    assert.doesNotMatch(refused.text, /--allow-no-admin|tti member/);
    assert.match(
      refused.text,
      /type="checkbox"[^>]*><label for="allowNoAdmin">Leave the organization without/,
    );
  }
  assert.match(await see(`${person}/delete`), /hooli has no administrator afterwards\./);
  const meant = { role: "member", allowNoAdmin: "on" };
  await done(`${person}/memberships/hooli/role`, meant, /Saved\./);
  await done(`${person}/memberships/hooli/remove`, yes, /Removed\./);
  assert.match((await send(`${person}/password`, yes)).text, /Shown this once/);
  await done(`${person}/sign-out`, yes, /Signed out everywhere\./);
  await done(`${person}/disable`, yes, /Disabled\./);
  await done(`${person}/enable`, yes, /Enabled\./);
});

test("a person's address is changed, vouched for, and vouched for no longer; whose it is already is said", async () => {
  const { id } = await addPerson(world.db, { email: "uma@acme.example", tenants: ["acme"] });
  const person = `/console/people/${id}`;
  assert.match(await see(`${person}/address`), /end at once and on every instance[\s\S]*The password stays/);
  const typed = async (fields: Record<string, string>) => {
    const page = await agent.visit(`${world.origin}${person}/address`);
    return filledForm(page, `${person}/address`, fields);
  };
  const taken = await send(`${person}/address`, await typed({ email: emails.owner }));
  assert.match(taken.text, /id="email-error"[^>]*>\s*Another account signs in with this e-mail address/);
  const told = await send(`${person}/address`, await typed({ email: "no address" }));
  assert.match(told.text, /id="email-error"[^>]*>\s*E-mail address is not an e-mail address/);
  await done(`${person}/address`, await typed({}), /It was so already/);
  const lee = await typed({ email: "uma.lee@acme.example" });
  const moved = await done(`${person}/address`, lee, /The address is changed/);
  assert.match(moved, /uma\.lee@acme\.example[\s\S]*nobody vouched for it/);
  assert.match(await done(`${person}/vouch`, yes, /Saved\./), /proven since/);
  assert.match(await done(`${person}/doubt`, yes, /Saved\./), /nobody vouched for it/);
  const both = await typed({ email: "uma@acme.example", emailVerified: "on" });
  assert.match(await done(`${person}/address`, both, /The address is changed/), /proven since/);
});

test("what somebody vouches for is the address they read, and not the one that it became meanwhile", async () => {
  const { id } = await addPerson(world.db, { email: "vera@acme.example", tenants: ["acme"] });
  const person = `/console/people/${id}`;
  const operator = cliContext(world.db);
  await updateUser(operator, { user: id, emailVerified: false });
  const open = async (act: string) => {
    const page = await agent.visit(`${world.origin}${person}/${act}`);
    return filledForm(page, `${person}/${act}`, {});
  };
  const [vouch, move] = [{ ...(await open("vouch")), ...yes }, await open("address")];
  await updateUser(operator, { user: id, email: "boss@acme.example" });
  const late = await send(`${person}/vouch`, vouch);
  assert.equal(late.status, 412, late.text);
  assert.match(
    late.text,
    /Nothing was changed[\s\S]*shown as it is now[\s\S]*You vouch that boss@acme\.example/,
  );
  const moved = await send(`${person}/address`, {
    ...move,
    email: "vera.lee@acme.example",
    emailVerified: "on",
  });
  assert.equal(moved.status, 412, moved.text);
  assert.match(moved.text, /id="email-error">Meanwhile it became “boss@acme\.example”/);
  const { email, emailVerifiedAtMs } = await showUser(operator, { user: id });
  assert.deepEqual({ email, emailVerifiedAtMs }, { email: "boss@acme.example", emailVerifiedAtMs: null });
  const again = { ...filledForm(late, `${person}/vouch`, {}), ...yes };
  assert.match(await done(`${person}/vouch`, again, /Saved\./), /proven since/);
});

test("each page that asks is answered for what it said: with nothing of it, or with another's, nothing is done", async () => {
  const { id } = await addPerson(world.db, { email: "wim@acme.example", name: "Wim", tenants: ["acme"] });
  const person = `/console/people/${id}`;
  const page = await agent.visit(`${world.origin}${person}/disable`);
  const answer = { ...filledForm(page, `${person}/disable`, {}), ...yes };
  const enable = await agent.visit(`${world.origin}${person}/enable`);
  const { said = "" } = filledForm(enable, `${person}/enable`, {});
  for (const other of [said, ""]) {
    const refused = await send(`${person}/disable`, { ...answer, said: other });
    assert.equal(refused.status, 412);
  }
  await updateUser(cliContext(world.db), { user: id, name: "Willem" });
  const late = await send(`${person}/disable`, answer);
  assert.equal(late.status, 412);
  assert.match(late.text, /Nothing was changed[\s\S]*Willem can neither sign in/);
  assert.equal((await showUser(cliContext(world.db), { user: id })).disabledAtMs, null);
  // What comes and goes by itself is counted on the page, and does not hold anybody up.
  const erase = await agent.visit(`${world.origin}${person}/delete`);
  assert.match(erase.text, /0 browser sessions/);
  await signInAt(new UserAgent(), authorizationUrl(world), "wim@acme.example");
  const typed = { ...yes, typed: "wim@acme.example" };
  await done(`${person}/delete`, { ...filledForm(erase, `${person}/delete`, {}), ...typed }, /Deleted\./);
});

test("who is deleted is counted before, and wants the address typed", async () => {
  const { id } = await addPerson(world.db, { email: "quin@acme.example", tenants: ["acme", "globex"] });
  const path = `/console/people/${id}/delete`;
  assert.match(await see(path), /2 memberships and 0 agreements are deleted/);
  const refused = await send(path, { ...yes, typed: "quin" });
  assert.equal(refused.status, 400);
  assert.match(
    refused.text,
    /id="typed-error"[^>]*>\s*What was typed is not quin@acme\.example\. Type it exactly/,
  );
  assert.match(await see(`/console/people/${id}`), /quin@acme\.example/);
  await done(path, { ...yes, typed: "quin@acme.example" }, /Deleted\./);
  assert.equal((await agent.visit(`${world.origin}/console/people/${id}`)).status, 404);
});

test("an administrator is made, gets another role, and is removed; nobody does it to themselves", async () => {
  const created = await send("/console/administrators/new", {
    email: "new@isv.example",
    name: "New One",
    role: "auditor",
  });
  assert.match(created.text, /Shown this once/);
  assert.match(
    (await send("/console/administrators/new", { email: "new@isv.example", role: "auditor" })).text,
    /id="email-error"/,
  );
  await done("/console/administrators/new%40isv.example/role", { role: "operator" }, /Saved\./);
  await done("/console/administrators/new%40isv.example/remove", yes, /Removed\./);
  const oneself = await send(`/console/administrators/${encodeURIComponent(emails.owner)}/remove`, yes);
  assert.equal(oneself.status, 409, oneself.text);
});

test("the trail is filtered, paged, and says what cannot be looked for", async () => {
  const refused = await see("/console/activity?type=tenant.created");
  assert.match(refused, /Tenant created/);
  assert.doesNotMatch(refused, /Tenant updated<br>/);
  assert.match(
    await see("/console/activity?outcome=refused&account=nobody%40nowhere.example"),
    /Nothing matches/,
  );
  assert.match(await see("/console/activity?organization=nowhere"), /This cannot be looked for/);
  assert.match(await see("/console/activity?from=yesterday"), /From is no day/);
  const slips = {
    "application=ap": /Client id names no client there is or was/,
    "type=tenant.creatd": /Event is no audit event.*tenant\.created/,
    "type=tenant.created&outcome=refused": /Outcome can never be/,
    "outcome=maybe": /Outcome/,
    "from=2026-11-03&until=2026-11-01": /Until is not later/,
  };
  for (const [query, said] of Object.entries(slips)) {
    assert.match(await see(`/console/activity?${query}`), said, query);
  }
  for (let n = 0; n < 27; n += 1) await createTenant(cliContext(world.db), { id: `bulk-${n}` });
  const first = await see("/console/organizations");
  const next =
    /<a class="btn slim" href="([^"]+)" rel="next">/.exec(first)?.[1]?.replaceAll("&amp;", "&") ??
    assert.fail(first);
  const second = await see(next);
  const previous =
    /<a class="btn slim" href="([^"]+)" rel="prev">/.exec(second)?.[1]?.replaceAll("&amp;", "&") ??
    assert.fail(second);
  const names = (html: string) =>
    [...html.matchAll(/<th role="rowheader"[^>]*><a href="([^"]+)"/g)].map(([, url]) => url);
  assert.deepEqual(names(await see(previous)), names(first));
  assert.equal(new Set([...names(first), ...names(second)]).size, names(first).length + names(second).length);
});

test("the inspector says of every rule whether it is kept, and neither keeps nor repeats the token", async () => {
  const person = new UserAgent();
  const code = codeOf(
    await signInAt(person, authorizationUrl(world, { scope: "openid email" }), emails.nobody),
  );
  const { body } = await redeem(world, code);
  const token = String(body["id_token"]);
  const told = await send("/console/inspector", { token });
  assert.match(told.text, /AWS would refuse this token: 1 rule is broken/, "its audience is another client");
  assert.match(told.text, /Failed: <\/span>audience/);
  assert.ok((told.text.match(/Passed: /g) ?? []).length > 8);
  assert.match(told.text, /Passed: <\/span>signature/);
  assert.ok(!told.text.includes(token.slice(0, 60)));
  const forged = await send("/console/inspector", { token: `${token.slice(0, -20)}AAAAAAAAAAAAAAAAAAAA` });
  assert.match(forged.text, /Failed: <\/span>signature/);
  assert.match((await send("/console/inspector", { token: "no token" })).text, /Failed: <\/span>form/);
  assert.match((await send("/console/inspector", { token: "" })).text, /id="token-error"/);
});

test("an error is explained, its secrets are dropped and named, and the text is not repeated", async () => {
  const secret = `eyJhbGciOiJSUzI1NiJ9.${"a1B2".repeat(20)}.c2lnbmF0dXJl`;
  const text = `An error occurred (InvalidGrantException) when calling the CreateTokenWithIAM operation: JWT is already redeemed ${secret} <b>`;
  const told = await send("/console/errors", { text });
  assert.match(told.text, /1\. Identity Center has seen this ID token before \(token_already_redeemed\)/);
  assert.match(told.text, /What to do: Let the token source mint a new ID token/);
  assert.match(told.text, /The text held a token \(JWT\)/);
  assert.doesNotMatch(told.text, /a1B2a1B2|<b>/);
  assert.match((await send("/console/errors", { text: "nonsense" })).text, /Not recognised/);
  assert.match((await send("/console/errors", { text: " " })).text, /id="text-error"/);
});

test("the overview says which key signs, what waits and what was refused", async () => {
  await send("/console/organizations/globex/domains/add", { domain: "waits.example" });
  await new UserAgent().visit(`${world.origin}/console/people`, {
    method: "POST",
    headers: { origin: "https://evil.example" },
  });
  const page = await see("/console");
  assert.match(page, /Signs now/);
  assert.match(page, /waits\.example/);
  assert.match(await see("/console/keys"), /<svg [^>]*role="img" aria-label="Schedule of the signing keys/);
});

test("people and organizations are found by how they begin; sessions and applications end one by one", async () => {
  const found = await see("/console/people?q=NOR&state=enabled");
  assert.match(found, /nora@acme\.example/);
  assert.doesNotMatch(found, /href="\/console\/people\/[^"]*">The owner/);
  assert.match(await see("/console/organizations?q=glo"), /globex/);
  assert.match(await see("/console/people?q=zzz"), /Nothing matches/);
  const browser = new UserAgent();
  codeOf(await signInAt(browser, authorizationUrl(world), emails.nobody));
  const path = `/console/people/${encodeURIComponent(emails.nobody)}`;
  const page = await see(path);
  const grant =
    /href="(\/console\/people\/[^"]+\/applications\/[^"]+\/revoke)"/.exec(page)?.[1] ?? assert.fail(page);
  const session =
    /href="(\/console\/people\/[^"]+\/sessions\/[^"]+\/end)"/.exec(page)?.[1] ?? assert.fail(page);
  await done(grant, yes, /Ended\./);
  await done(session, yes, /Ended\./);
  assert.equal((await send(session, yes)).status, 404);
});

test("a list is ordered by the head that is pressed, the other way around when it is pressed again, page by page", async () => {
  for (const name of ["zack", "Abel"]) await addPerson(world.db, { email: `${name}@order.example`, name });
  const headOf = (html: string, label: string) =>
    new RegExp(`<th[^>]*?(?:aria-sort="(\\w+)")?><a href="([^"]+)">${label}`).exec(html)?.slice(1) ?? [];
  const urlOf = (html: string, label: string) =>
    (headOf(html, label)[1] ?? assert.fail(label)).replaceAll("&amp;", "&");
  const names = (html: string) =>
    [...html.matchAll(/<th role="rowheader"[^>]*><a href="[^"]+">([^<]+)/g)].map(([, name = ""]) => name);
  const plain = await see("/console/people");
  const up = await see(urlOf(plain, "Name"));
  assert.equal(headOf(up, "Name")[0], "ascending");
  assert.equal(names(up)[0], "Abel");
  const down = await see(urlOf(up, "Name"));
  assert.equal(headOf(down, "Name")[0], "descending");
  assert.equal(names(down)[0], "zack");
  const newest = await see(urlOf(plain, "Created"));
  assert.equal(headOf(newest, "Created")[0], "descending");
  assert.equal(names(newest)[0], "Abel");
  // Only the whole list has another order.
  const found = await see("/console/people?q=zack&order=name");
  assert.deepEqual([names(found), headOf(found, "Name")], [["zack"], []]);
  const organizations = await see("/console/organizations?order=-name");
  const next =
    /<a class="btn slim" href="([^"]+)" rel="next">/.exec(organizations)?.[1]?.replaceAll("&amp;", "&") ??
    assert.fail(organizations);
  const shown = [...names(organizations), ...names(await see(next))].map((name) => name.toLowerCase());
  assert.deepEqual(shown, [...shown].sort().reverse());
  assert.equal(new Set(shown).size, shown.length);
  assert.match(await see("/console/applications?order=created"), /aria-sort="ascending"/);
  const unknown = await agent.visit(`${world.origin}/console/people?order=size`);
  assert.equal(unknown.status, 400);
  assert.match(unknown.text, /order must be one of /);
});
