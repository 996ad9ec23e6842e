// The page of one's passkeys: adding one takes a fresh sign-in of one's own, its policy lets the one script, and removing one ends
// every sign-in.
import assert from "node:assert/strict";
import { test } from "node:test";
import { savePasswordHash } from "../../../src/provider/accounts/account_store.ts";
import { listPasskeys } from "../../../src/provider/passkeys/passkey_store.ts";
import { accountPages } from "../../../src/provider/self_service/account_tabs.ts";
import { passkeyScript } from "../../../src/views/script.ts";
import { addClient, addPerson, password, useProvider } from "../support/provider_fixture.ts";
import { codesOnPage } from "../support/second_factor.ts";
import { type Question, SoftwareAuthenticator, type Wrongly } from "../support/software_authenticator.ts";
import { formsOf, UserAgent, unescapeHtml, type Visit } from "../support/user_agent.ts";

let now = () => new Date();
const fixture = useProvider({ clock: () => now() }, async () => {
  await addClient(fixture.db, { client_id: "app" });
});
let people = 0;

async function signedIn(agent = new UserAgent()) {
  people += 1;
  const email = `p${people}@acme.example`;
  const { id } = await addPerson(fixture.db, { email, tenants: ["acme"] });
  const page = await signInTo(agent, email);
  return { agent, id, email, page };
}

const url = () => `${fixture.issuer}/account/passkeys`;

async function signInTo(agent: UserAgent, email: string, at = url()): Promise<Visit> {
  return agent.submit(await agent.follow(at), { email, password }, "/login");
}

const questionOf = (page: Visit): Question => {
  const question = /data-question="([^"]*)"/.exec(page.text)?.[1] ?? assert.fail(`no question: ${page.text}`);
  return JSON.parse(unescapeHtml(question)) as Question;
};

const newDevice = () => new SoftwareAuthenticator(new URL(fixture.issuer).origin);

/** Adds one; the first comes with recovery codes, on a page of their own. */
const addFirst = (
  agent: UserAgent,
  page: Visit,
  device = newDevice(),
  name = "Phone",
  wrongly: Wrongly = {},
) => agent.submit(page, { answer: device.create(questionOf(page), wrongly), name }, "/passkeys/add");

/** Adds one, and goes on to the list. */
const addOn = async (...args: Parameters<typeof addFirst>) => {
  const answer = await addFirst(...args);
  return codesOnPage(answer).length > 0 ? args[0].follow(url()) : answer;
};

/** Sends one of the forms of a passkey that is listed. */
const send = (agent: UserAgent, page: Visit, fields: Record<string, string>) =>
  agent.submit(page, fields, "/account/passkeys");

test("a passkey is added, named anew and removed; the page says so, and that it ends every sign-in", async () => {
  const { agent, id, email, page } = await signedIn();
  assert.match(page.text, /You have none yet/);
  const first = await addFirst(agent, page);
  assert.match(first.text, /The passkey Phone was added/);
  assert.equal(codesOnPage(first).length, 10);
  const added = await agent.follow(url());
  assert.deepEqual(codesOnPage(added), [], "codes are shown once");
  assert.match(added.text, /never used; on one device/);
  const renamed = await send(agent, added, { act: "rename", name: " My  phone " });
  assert.match(renamed.text, /The passkey is called My {2}phone now/);
  const asked = await send(agent, renamed, { act: "remove" });
  assert.match(asked.url.pathname, /^\/interaction\//, "nobody is signed in any more");
  assert.deepEqual(await listPasskeys(fixture.db, id), []);
  const back = await agent.submit(asked, { email, password }, "/login");
  assert.match(back.text, /The passkey My {2}phone was removed/);
});

test("the first passkey ends what the password alone had opened elsewhere; the second one ends nothing", async () => {
  const { agent, email, page } = await signedIn();
  const thief = new UserAgent();
  assert.equal((await signInTo(thief, email)).url.pathname, "/account/passkeys");
  const device = newDevice();
  const added = await addFirst(agent, page, device);
  assert.match(added.text, /Wherever else you were signed in, you are signed out/);
  assert.equal((await agent.follow(url())).url.pathname, "/account/passkeys", "this sign-in goes on");
  assert.match((await thief.follow(url())).url.pathname, /^\/interaction\//);
  const other = new UserAgent();
  const half = await signInTo(other, email);
  await other.submit(half, { answer: device.get(questionOf(half)) }, "/factor/passkey");
  const second = await addOn(agent, await agent.follow(url()), newDevice(), "Laptop");
  assert.match(second.text, /The passkey Laptop was added/);
  assert.doesNotMatch(second.text, /you are signed out/);
  assert.deepEqual(codesOnPage(second), [], "the codes there are stay");
  const lost = new UserAgent();
  const page2 = await signInTo(lost, email);
  const recovery = await lost.follow(`${page2.url}?use=recovery_code`);
  const back = await lost.submit(recovery, { code: codesOnPage(added)[0] ?? "" }, "/factor");
  assert.equal(back.url.pathname, "/account/passkeys", "a code stands in for the passkey");
  assert.equal((await other.follow(url())).url.pathname, "/account/passkeys");
});

test("the page may load its script, served under its own name, as the password's may; no other page of the account may", async () => {
  const { agent, page } = await signedIn();
  assert.match(
    page.headers.get("content-security-policy") ?? "",
    /default-src 'none'; script-src 'self'; style-src/,
  );
  const [source] = /(?<=<script src=")[^"]*/.exec(page.text) ?? [];
  assert.equal(source, passkeyScript.path);
  const script = await agent.visit(`${fixture.issuer}${source}`);
  assert.equal(script.status, 200);
  assert.match(script.headers.get("content-type") ?? "", /^text\/javascript/);
  assert.match(script.headers.get("cache-control") ?? "", /immutable/);
  assert.equal(script.text, passkeyScript.body.toString());
  const password = await agent.visit(`${fixture.issuer}${accountPages.password.path}`);
  assert.match(password.headers.get("content-security-policy") ?? "", /script-src 'self'; style-src/);
  const others = Object.entries(accountPages).filter(([name]) => name !== "passkeys" && name !== "password");
  for (const path of [...others.map(([, other]) => other.path), "/"]) {
    const other = await agent.visit(`${fixture.issuer}${path}`);
    assert.doesNotMatch(other.headers.get("content-security-policy") ?? "", /script-src/, path);
    assert.doesNotMatch(other.text, /<script/, path);
  }
});

test("what a device answers wrongly is told on the page, with a new question, and nothing is added", async () => {
  const { agent, id, page } = await signedIn();
  let shown = page;
  for (const [wrongly, words, status] of [
    [{ origin: "https://evil.example" }, /used on a page that is not ours/, 403],
    [{ flags: 1 }, /did not make sure that it is you/, 403],
    [{ rpId: "evil.example" }, /for another service/, 403],
    [{ challenge: "AAAA" }, /answered another question/, 400],
  ] as const) {
    const before = questionOf(shown).challenge;
    shown = await addOn(agent, shown, newDevice(), "Kept", wrongly);
    assert.match(shown.text, words);
    assert.equal(shown.status, status);
    assert.match(shown.text, /<title>[^<]*Passkeys/);
    assert.match(shown.text, /value="Kept"/, "what was typed is there again");
    assert.notEqual(questionOf(shown).challenge, before);
  }
  const sent = await addOn(agent, shown, newDevice(), "x\u202ey");
  assert.match(sent.text, /This name cannot be taken/);
  assert.deepEqual(await listPasskeys(fixture.db, id), []);
});

test("an answer counts once, also for two tabs of one session", async () => {
  const { agent, id, page } = await signedIn();
  const answer = newDevice().create(questionOf(page));
  const first = await agent.submit(page, { answer, name: "" }, "/passkeys/add");
  assert.match(first.text, /The passkey Passkey 1 was added/);
  const second = await agent.submit(page, { answer, name: "" }, "/passkeys/add");
  assert.match(second.text, /sent before/);
  assert.equal((await listPasskeys(fixture.db, id)).length, 1);
});

test("adding and removing take a fresh sign-in; without one the page leads through it, and back", async () => {
  const { agent, id, email, page } = await signedIn();
  const device = newDevice();
  const added = await addOn(agent, page, device);
  const later = 11 * 60_000;
  now = () => new Date(Date.now() + later);
  try {
    const stale = await agent.follow(url());
    assert.doesNotMatch(stale.text, /data-question/);
    const asked = await send(agent, added, { act: "remove" });
    assert.match(asked.url.pathname, /^\/interaction\//);
    assert.equal((await listPasskeys(fixture.db, id)).length, 1);
    const late = await agent.submit(page, { answer: "{}", name: "" }, "/passkeys/add");
    assert.match(late.url.pathname, /^\/interaction\//);
    const begun = await agent.submit(stale, {}, "/passkeys/begin");
    assert.match(begun.url.pathname, /^\/interaction\//);
    const half = await agent.submit(begun, { email, password }, "/login");
    const back = await agent.submit(half, { answer: device.get(questionOf(half)) }, "/factor/passkey");
    assert.equal(back.url.pathname, "/account/passkeys");
    assert.match(back.text, /data-question/);
  } finally {
    now = () => new Date();
  }
});

test("who has no password does not remove the last passkey", async () => {
  const { agent, id, page } = await signedIn();
  const added = await addOn(agent, page);
  await fixture.db("accounts").where({ id }).update({ password_hash: null });
  const kept = await send(agent, added, { act: "remove" });
  assert.equal(kept.status, 409);
  assert.match(kept.text, /You need this passkey/);
  assert.equal((await listPasskeys(fixture.db, id)).length, 1);
  await savePasswordHash(fixture.db, id, "x", new Date());
});

test("a name that is refused is told at the passkey that was to have it; a copied passkey is no way left to sign in", async () => {
  const { agent, id, page } = await signedIn();
  await addOn(agent, page, newDevice(), "Phone");
  const added = await addOn(agent, await agent.follow(url()), newDevice(), "Laptop");
  const [first, second] = await listPasskeys(fixture.db, id);
  for (const name of [" ", "x\u202ey"]) {
    const refused = await send(agent, added, { act: "rename", name });
    assert.equal(refused.status, 400);
    assert.match(refused.text, /id="name-0"[^>]*aria-invalid="true"/);
    assert.doesNotMatch(refused.text, /id="name"[^>]*aria-invalid/);
    assert.doesNotMatch(refused.text, /id="name-1"[^>]*aria-invalid/);
  }
  await fixture.db("passkeys").where("id", second?.id).update({ cloned_at_ms: 1 });
  await fixture.db("accounts").where({ id }).update({ password_hash: null });
  const kept = await send(agent, added, { act: "remove" });
  assert.match(kept.text, /You need this passkey/);
  assert.deepEqual(
    (await listPasskeys(fixture.db, id)).map((one) => one.id),
    [first?.id, second?.id],
  );
});

test("another person's passkey is neither named nor removed, by whatever id", async () => {
  const ann = await signedIn();
  const anns = await addOn(ann.agent, ann.page);
  const [{ id: passkey } = assert.fail()] = await listPasskeys(fixture.db, ann.id);
  const bob = await signedIn();
  const bobs = await addOn(bob.agent, bob.page);
  for (const act of ["rename", "remove"]) {
    const form = formsOf(bobs).find(({ fields }) => fields.has("passkey")) ?? assert.fail();
    form.fields.set("passkey", passkey);
    const body = new URLSearchParams([...form.fields, ["act", act], ["name", "Mine"]]);
    const refused = await bob.agent.follow(new URL(form.action, bobs.url), { method: "POST", body });
    assert.equal(refused.status, 404);
    assert.match(refused.text, /There is no such passkey/);
  }
  assert.equal((await listPasskeys(fixture.db, ann.id))[0]?.name, "Phone");
  assert.match(anns.text, /Phone/);
});

test("who signs in at their organization adds none", async () => {
  const { agent, id } = await signedIn();
  await fixture.db("accounts").where({ id }).update({ external_at_ms: 1 });
  const page = await agent.follow(url());
  assert.match(page.text, /You sign in at your organization/);
  assert.doesNotMatch(page.text, /data-question|passkeys\/begin/);
});

test("in German the page, and a refusal, are German", async () => {
  const { agent } = await signedIn(new UserAgent({ "accept-language": "de" }));
  const page = await agent.follow(url());
  assert.match(page.text, /Ihre Passkeys/);
  const refused = await addOn(agent, page, newDevice(), "", { flags: 1 });
  assert.match(refused.text, /Ihr Gerät hat nicht geprüft, ob Sie es sind/);
});
