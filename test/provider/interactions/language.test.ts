// Which language a person's page speaks: what the application asked for, through the whole sign-in; what the person chose;
// what the browser likes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { languages } from "../../../src/views/words/languages.ts";
import { authorizationUrl } from "../support/authorization.ts";
import { addClient, addPerson, password, useProvider } from "../support/provider_fixture.ts";
import { UserAgent, type Visit } from "../support/user_agent.ts";

const fixture = useProvider({}, async () => {
  await addPerson(fixture.db, { email: "both@x.example", tenants: ["acme", "bolt"] });
  await addClient(fixture.db, { client_id: "app" });
});

const languageOf = (page: Visit): string => /<html lang="(\w+)">/.exec(page.text)?.[1] ?? page.text;
const german = () => new UserAgent({ "accept-language": "de-AT,de;q=0.9,en;q=0.5" });
const typed = { email: "both@x.example", password };

/** Presses the button of a language at the foot of a page, as a browser does that has the fields of the form filled in. */
function choose(agent: UserAgent, page: Visit, language: string, fields: Record<string, string> = {}) {
  const button = new RegExp(`formaction="(/language)"[^>]* value="(${language} [^"]*)"`).exec(page.text);
  assert.ok(button, page.text);
  const body = new URLSearchParams({ ...fields, language: (button[2] ?? "").replaceAll("&amp;", "&") });
  return agent.follow(new URL(button[1] ?? "", page.url), { method: "POST", body });
}

test("discovery names the languages there are", async () => {
  const answer = await fetch(`${fixture.issuer}/.well-known/openid-configuration`);
  const found = (await answer.json()) as Record<string, unknown>;
  assert.deepEqual(found["ui_locales_supported"], [...languages]);
});

test("a browser's own language is spoken, and English where it likes none of ours", async () => {
  assert.equal(languageOf(await german().follow(authorizationUrl(fixture))), "de");
  for (const header of ["fr", "", "de;q=0", "de;q=x", `${"fr,".repeat(3000)}de`]) {
    const agent = new UserAgent({ "accept-language": header });
    assert.equal(languageOf(await agent.follow(authorizationUrl(fixture))), "en", header);
  }
});

test("what the application asks for is spoken through the whole sign-in, by its errors, and after Back", async () => {
  const agent = new UserAgent();
  const login = await agent.follow(authorizationUrl(fixture, { ui_locales: "fr de" }));
  assert.equal(languageOf(login), "de");
  assert.match(login.text, /<h1>Anmelden<\/h1>/);
  const refused = await agent.submit(login, { ...typed, password: "wrong" }, "/login");
  assert.equal(languageOf(refused), "de");
  const choice = await agent.submit(refused, typed, "/login");
  assert.equal(languageOf(choice), "de");
  const answer = await agent.submit(choice, { tenant: "bolt" }, "/tenant");
  assert.ok(answer.url.searchParams.has("code"), answer.text);
  // Back, to a sign-in that is over and of which nothing is stored any more.
  const back = await agent.follow(login.url);
  assert.equal(back.status, 400);
  assert.equal(languageOf(back), "de");
  // And the next application that asks for nothing is not answered in it.
  assert.equal(languageOf(await agent.follow(authorizationUrl(fixture, { prompt: "login" }))), "en");
});

test("a request that fails before there is a sign-in is answered in the language it asked for, posted ones too", async () => {
  const bad = { ui_locales: "de", redirect_uri: "https://elsewhere.example/" };
  assert.equal(languageOf(await new UserAgent().visit(authorizationUrl(fixture, bad))), "de");
  const { search } = authorizationUrl(fixture, bad);
  const posted = { method: "POST", body: new URLSearchParams(search) };
  const page = await new UserAgent().follow(`${fixture.issuer}/auth`, posted);
  assert.equal(languageOf(page), "de");
});

test("a parameter that is sent twice, or names what there is not, does no harm", async () => {
  const agent = german();
  for (const query of ["ui_locales=fr", "ui_locales=", "ui_locales=en&ui_locales=en", "ui_locales=%00"]) {
    const page = await agent.visit(`${fixture.issuer}/?${query}`);
    assert.equal(languageOf(page), "de", query);
  }
  assert.equal(languageOf(await agent.visit(`${fixture.issuer}/?ui_locales=en-GB`)), "en");
});

test("a person's choice stands, over the application's in the very sign-in too, and keeps what was typed", async () => {
  const agent = german();
  const login = await agent.follow(authorizationUrl(fixture, { ui_locales: "de" }));
  const english = await choose(agent, login, "en", { email: "both@x.example", password: "half ty" });
  assert.equal(english.url.href, login.url.href);
  assert.equal(languageOf(english), "en");
  assert.match(english.text, /name="email"[^>]* value="both@x\.example"/);
  assert.doesNotMatch(english.text, /half ty/);
  const again = await agent.visit(login.url);
  assert.doesNotMatch(again.text, /both@x\.example/, "told once");
  const tenants = await agent.submit(english, typed, "/login");
  assert.equal(languageOf(tenants), "en");
  assert.equal(languageOf(await agent.visit(fixture.issuer)), "en", "it outlives the sign-in");
  // A page whose address asks for a language is left for one that does not.
  const asked = await agent.visit(`${fixture.issuer}/?ui_locales=en&a=1`);
  const chosen = await choose(agent, asked, "de");
  assert.equal(chosen.url.search, "?a=1");
  assert.equal(languageOf(chosen), "de");
});

test("a choice of before gives way to what an application asks for", async () => {
  const agent = new UserAgent();
  await choose(agent, await agent.visit(fixture.issuer), "de");
  assert.equal(languageOf(await agent.follow(authorizationUrl(fixture))), "de");
  assert.equal(languageOf(await agent.follow(authorizationUrl(fixture, { ui_locales: "en" }))), "en");
  assert.equal(languageOf(await agent.visit(fixture.issuer)), "de");
});

test("the choice leads back to pages of ours alone, and is taken from pages of ours alone", async () => {
  for (const page of [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "",
  ]) {
    const body = new URLSearchParams({ language: `de ${page}` });
    const answer = await new UserAgent().visit(`${fixture.issuer}/language`, { method: "POST", body });
    assert.equal(answer.headers.get("location"), "/", page);
  }
  const unknown = new URLSearchParams({ language: "tlh /" });
  const refused = await new UserAgent().visit(`${fixture.issuer}/language`, {
    method: "POST",
    body: unknown,
  });
  assert.equal(refused.status, 400);
  const foreign = await new UserAgent({ "sec-fetch-site": "cross-site" }).visit(
    `${fixture.issuer}/language`,
    {
      method: "POST",
      body: new URLSearchParams({ language: "de /" }),
    },
  );
  assert.equal(foreign.status, 403);
  assert.deepEqual(foreign.headers.getSetCookie(), []);
});

test("a cookie that holds anything else than a language says nothing", async () => {
  for (const value of ["tlh", "__proto__", "constructor", "de.", "", "<b>"]) {
    const agent = new UserAgent();
    agent.plant(fixture.issuer, "tti_language", value);
    const page = await agent.visit(fixture.issuer);
    assert.ok(
      languages.some((code) => code === languageOf(page)),
      value,
    );
    assert.equal(page.status, 200);
  }
});

test("what a person chose follows them to the next browser, from their proof on, and stands after what an application asks for", async () => {
  const email = "kim@x.example";
  const { id } = await addPerson(fixture.db, { email, tenants: ["acme"] });
  const kept = async () => (await fixture.db("accounts").where({ id }).first("language")).language;
  const account = `${fixture.issuer}/account`;
  const signIn = async (agent: UserAgent, more = {}, word = password) => {
    const login = await agent.follow(authorizationUrl(fixture, { prompt: "login", ...more }));
    const ways = await agent.submit(login, { email, password: "" }, "/login");
    const done = await agent.submit(ways, { email, password: word }, "/login");
    return { login, ways, done };
  };
  // In the midst of a sign-in, by whoever then proves who they are.
  const first = new UserAgent();
  const login = await first.follow(account);
  const chosen = await choose(first, login, "de", { email });
  assert.equal(await kept(), null, "nobody is known yet");
  await first.submit(chosen, { email, password: "wrong" }, "/login");
  assert.equal(await kept(), null, "a wrong password is no proof");
  await first.submit(await first.follow(account), { email, password }, "/login");
  assert.equal(await kept(), "de");

  const second = new UserAgent({ "accept-language": "en" });
  const { login: before, ways } = await signIn(second);
  assert.deepEqual([before, ways].map(languageOf), ["en", "en"], "an address alone tells nothing");
  assert.equal(languageOf(await second.follow(account)), "de");
  // On a page of their own, it is theirs at once.
  await choose(second, await second.follow(account), "en");
  assert.equal(await kept(), "en");
  const third = new UserAgent();
  await signIn(third, { ui_locales: "de" });
  assert.equal(languageOf(await third.follow(account)), "de", "the application's wish");
  assert.equal(await kept(), "en", "is not the person's");
  const fourth = german();
  await signIn(fourth);
  assert.equal(
    languageOf(await fourth.follow(account)),
    "en",
    "the browser's wish stands behind the person's",
  );
});

test("who signs in after another at one browser has chosen nothing by the other's choice", async () => {
  const [lea, max] = ["lea@x.example", "max@x.example"];
  for (const email of [lea, max]) await addPerson(fixture.db, { email, tenants: ["acme"] });
  const kept = async (email: string) =>
    (await fixture.db("accounts").where({ email }).first("language")).language;
  await fixture.db("accounts").where({ email: max }).update({ language: "en" });
  const agent = new UserAgent();
  const url = authorizationUrl(fixture, { prompt: "login" });
  const chosen = await choose(agent, await agent.follow(url), "de");
  await agent.submit(chosen, { email: lea, password }, "/login");
  await agent.submit(await agent.follow(url), { email: max, password }, "/login");
  assert.deepEqual([await kept(lea), await kept(max)], ["de", "en"]);
  assert.equal(languageOf(await agent.follow(`${fixture.issuer}/account`)), "en");
  // A language that is spoken here no longer is none.
  await fixture.db("accounts").where({ email: max }).update({ language: "tlh" });
  const other = new UserAgent();
  await other.submit(await other.follow(url), { email: max, password }, "/login");
  assert.equal(languageOf(await other.follow(`${fixture.issuer}/account`)), "en");
});
