// An application in the console, from its registration to its end: all that the operations take, each fault beside its field,
// what a change ends asked about before, a form that is older than what it changes, secrets and keys.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { updateClient } from "../../src/admin/operations/client_update.ts";
import { createClient, showClient } from "../../src/admin/operations/clients.ts";
import { basic, postToken } from "../provider/support/authorization.ts";
import { UserAgent, type Visit } from "../provider/support/user_agent.ts";
import { cliContext } from "../support/cli_context.ts";
import { csrfOf, emails, filledForm, postForm, signInToConsole, useConsole } from "./console_world.ts";

let agent: UserAgent;
let csrf = "";
const world = useConsole({}, async () => {
  agent = new UserAgent();
  assert.equal((await signInToConsole(world, agent, emails.owner)).status, 200);
  csrf = await csrfOf(world, agent);
});

type Typed = Readonly<Record<string, string | undefined>>;
const look = (path: string): Promise<Visit> => agent.visit(`${world.origin}${path}`);
const see = async (path: string): Promise<string> => {
  const page = await look(path);
  assert.equal(page.status, 200, `${path}: ${page.text}`);
  return page.text;
};
const send = (path: string, fields: Record<string, string> = {}) =>
  postForm(world, agent, path, fields, csrf);
/** Fills in the form of a page as a browser does, and sends it. */
const fill = async (path: string, typed: Typed, page?: Visit): Promise<Visit> =>
  send(path, filledForm(page ?? (await look(path)), path, typed));
const shown = (clientId: string) => showClient(cliContext(world.db), { clientId });
const secretOf = ({ text }: Visit) => /<pre[^>]*>([^<]+)<\/pre>/.exec(text)?.[1] ?? "";
const uri = "https://app.example/back";
const newPath = "/console/applications/new";

/** Registers an application for a test of its own. */
const register = async (clientId: string, more: object = {}): Promise<string> => {
  await createClient(cliContext(world.db), { clientId, name: clientId, redirectUris: [uri], ...more });
  return `/console/applications/${clientId}`;
};
const ownToken = async (clientId: string, secret: string) =>
  postToken(world, { grant_type: "client_credentials", scope: "tti:search" }, basic(clientId, secret));

test("an application is registered with its secret shown once, each fault beside its field, and deleted by its id", async () => {
  const refused = await fill(newPath, { name: "Reports", redirectUris: "http://reports.example/x" });
  assert.match(refused.text, /id="redirectUris-error"/);
  assert.match(refused.text, /<input id="name"[^>]*value="Reports"/, "what was typed is still there");
  const none = await fill(newPath, { name: "x", "purposes.login": undefined });
  assert.match(none.text, /id="purposes\.login-error"/);
  const typed = {
    ...{ name: "Reports", clientId: "reports", redirectUris: `${uri}\r\n${uri}/2`, "purposes.search": "on" },
    ...{ searchTenants: "acme", dpop: "allowed", accessTokenSeconds: "300", firstParty: "on" },
  };
  const created = await fill(newPath, typed);
  assert.equal(created.status, 200, created.text);
  assert.ok(secretOf(created).length > 30);
  const { metadata } = await shown("reports");
  assert.deepEqual(metadata.redirect_uris, [uri, `${uri}/2`]);
  assert.deepEqual(Reflect.get(metadata, "search_tenants"), ["acme"]);
  assert.equal(metadata.first_party, true);
  assert.equal(Reflect.get(metadata, "dpop"), "allowed");
  const page = await see("/console/applications/reports");
  assert.doesNotMatch(page, new RegExp(secretOf(created)));
  assert.match(page, /Sign people in, Search as people/);
  const yes = { confirm: "yes" };
  const deleted = "/console/applications/reports/delete";
  assert.match((await send(deleted, { ...yes, typed: "x" })).text, /id="typed-error"/);
  assert.equal((await send(deleted, { ...yes, typed: "reports" })).status, 303);
});

test("the form of a change holds every member that the operation takes", async () => {
  const path = await register("whole");
  const page = await see(`${path}/edit`);
  // Keys have pages of their own.
  const elsewhere = ["clientId", "dryRun", "jwks", "jwksUri", "addKeys", "retireKeys"];
  for (const member of Object.keys(updateClient.entry.input.shape)) {
    if (elsewhere.includes(member)) continue;
    assert.match(page, new RegExp(`name="${member}(?:\\.\\w+)?"`), member);
  }
});

test("what is sent as it stood changes nothing, and a change changes that alone", async () => {
  const path = await register("steady", { firstParty: true, postLogoutRedirectUris: [uri] });
  const before = await shown("steady");
  const same = await fill(`${path}/edit`, {});
  assert.equal(same.status, 303, same.text);
  assert.match(await see(path), /It was so already/);
  assert.deepEqual(await shown("steady"), before);
  const sent = await fill(`${path}/edit`, { name: "Steadier", policyUri: "https://app.example/policy" });
  assert.equal(sent.status, 303, sent.text);
  assert.match(await see(path), /Saved\.[\s\S]*Steadier[\s\S]*https:\/\/app\.example\/policy/);
  const { metadata } = await shown("steady");
  const named = { client_name: "Steadier", policy_uri: "https://app.example/policy" };
  assert.deepEqual(metadata, { ...before.metadata, ...named });
  await fill(`${path}/edit`, { policyUri: "" });
  assert.equal((await shown("steady")).metadata.policy_uri, undefined);
});

test("a fault of a change stands beside its field, and nothing is changed", async () => {
  const path = await register("faulty");
  const before = await shown("faulty");
  const typed = {
    name: "Other",
    redirectUris: "no address",
    accessTokenSeconds: "soon",
    mintTenants: "acme",
  };
  const one = await fill(`${path}/edit`, typed);
  assert.equal(one.status, 400);
  assert.match(one.text, /<title>Error: Edit/);
  assert.match(one.text, /id="accessTokenSeconds-error"/);
  assert.match(one.text, /<input id="name"[^>]*value="Other"/);
  const two = await fill(`${path}/edit`, { redirectUris: "no address" });
  assert.match(two.text, /id="redirectUris-error"/);
  const three = await fill(`${path}/edit`, { mintTenants: "acme" });
  assert.match(three.text, /id="mintTenants-error"/);
  assert.deepEqual(await shown("faulty"), before);
});

test("a change that ends something asks first, with what it counted, and does it when it is answered", async () => {
  const both = {
    purposes: ["login", "search"],
    searchTenants: ["acme"],
    secret: "s".repeat(8) + crypto.randomUUID(),
  };
  const path = await register("ending", both);
  assert.equal((await ownToken("ending", both.secret)).status, 200);
  const asked = await fill(`${path}/edit`, { "purposes.search": undefined });
  assert.equal(asked.status, 200);
  assert.match(asked.text, /What it may do[\s\S]*1 token, [\s\S]*end with what is taken away/);
  assert.match(
    String((await shown("ending")).metadata.scope),
    /tti:search/,
    "nothing is done before the answer",
  );
  const done = await fill(`${path}/edit`, { confirm: "yes" }, asked);
  assert.equal(done.status, 303, done.text);
  assert.doesNotMatch(String((await shown("ending")).metadata.scope), /tti:search/);
  assert.equal((await ownToken("ending", both.secret)).status, 400);
});

test("a form that is older than the application says so, keeps what was typed, and takes what others changed", async () => {
  const path = await register("stale");
  const old = await look(`${path}/edit`);
  const change = { name: "By another", clientUri: "https://app.example/", requirePkce: false };
  await updateClient(cliContext(world.db), { clientId: "stale", ...change });
  const typed = { name: "By me", tosUri: "https://app.example/terms" };
  const refused = await fill(`${path}/edit`, typed, old);
  assert.equal(refused.status, 412);
  assert.match(refused.text, /Somebody else changed it since this page was opened/);
  assert.match(refused.text, /id="name-error">Meanwhile it became “By another”/);
  assert.equal((await shown("stale")).metadata.client_name, "By another");
  const shownAgain = filledForm(refused, `${path}/edit`, {});
  assert.deepEqual(
    [shownAgain["name"], shownAgain["tosUri"], shownAgain["clientUri"], shownAgain["requirePkce"]],
    ["By me", "https://app.example/terms", "https://app.example/", undefined],
  );
  assert.equal((await send(`${path}/edit`, shownAgain)).status, 303);
  const { metadata } = await shown("stale");
  assert.deepEqual(
    [metadata.client_name, metadata.client_uri, metadata.tos_uri, metadata.require_pkce],
    ["By me", "https://app.example/", "https://app.example/terms", false],
  );
  const { revision: _, ...without } = filledForm(await look(`${path}/edit`), `${path}/edit`, { name: "x" });
  assert.equal((await send(`${path}/edit`, without)).status, 400, "a form that shows no state changes none");
});

test("a state that another changes between question and answer is told, too", async () => {
  const secret = `t${crypto.randomUUID()}`;
  const path = await register("asked", { purposes: ["login", "search"], searchTenants: ["acme"], secret });
  await ownToken("asked", secret);
  const asked = await fill(`${path}/edit`, { "purposes.search": undefined });
  await updateClient(cliContext(world.db), { clientId: "asked", name: "By another" });
  const late = await fill(`${path}/edit`, { confirm: "yes" }, asked);
  assert.equal(late.status, 412);
  assert.match(String((await shown("asked")).metadata.scope), /tti:search/);
  assert.doesNotMatch(late.text, /id="purposes\.search"[^>]* checked/, "what was unticked still is");
});

test("a secret is replaced with a time in which both count, which ends when it is ended", async () => {
  const former = `f${crypto.randomUUID()}`;
  const path = await register("secrets", {
    purposes: ["login", "search"],
    searchTenants: ["acme"],
    secret: former,
  });
  const rotated = await fill(`${path}/rotate-secret`, { confirm: "yes", overlapSeconds: "86400" });
  assert.equal(rotated.status, 200, rotated.text);
  const present = secretOf(rotated);
  assert.equal((await ownToken("secrets", former)).status, 200);
  assert.equal((await ownToken("secrets", present)).status, 200);
  const page = await see(path);
  assert.match(page, /Still counts/);
  assert.doesNotMatch(page, new RegExp(present));
  assert.equal((await send(`${path}/end-old-secret`)).status, 400, "it asks first");
  assert.equal((await send(`${path}/end-old-secret`, { confirm: "yes" })).status, 303);
  assert.match(await see(path), /Ended\./);
  assert.equal((await ownToken("secrets", former)).status, 401);
  assert.equal((await ownToken("secrets", present)).status, 200);
  assert.doesNotMatch(await see(path), /Still counts/);
  await send(`${path}/end-old-secret`, { confirm: "yes" });
  assert.match(await see(path), /It was so already/);
  const atOnce = await send(`${path}/rotate-secret`, { confirm: "yes", overlapSeconds: "0" });
  assert.equal((await ownToken("secrets", present)).status, 401);
  assert.equal((await ownToken("secrets", secretOf(atOnce))).status, 200);
  const wrong = await send(`${path}/rotate-secret`, { confirm: "yes", overlapSeconds: "99999999" });
  assert.match(wrong.text, /id="overlapSeconds-error"/);
});

test("keys are added, retired and replaced; what is no public key is refused beside its field", async () => {
  const key = (kid: string) => ({
    ...generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" }),
    kid,
  });
  const first = key("first");
  const own = { authMethod: "private_key_jwt", jwks: { keys: [first] } };
  const path = await register("keys", own);
  assert.doesNotMatch(await see(path), /keys\/first\/retire/, "its only key has no way out");
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });
  for (const [text, says] of [
    ["{", /is not JSON/],
    ["", /is missing/],
    [JSON.stringify(pair), /private or secret key/],
    [JSON.stringify(first), /kid of another/],
  ] as const) {
    const refused = await fill(`${path}/keys/add`, { keys: text });
    assert.equal(refused.status, 400, text);
    assert.match(/<p class="wrong" id="keys-error">([^<]*)/.exec(refused.text)?.[1] ?? "", says);
  }
  assert.equal((await fill(`${path}/keys/add`, { keys: JSON.stringify(key("second")) })).status, 303);
  assert.match(await see(path), /second/);
  assert.match(await see(`${path}/keys/first/retire`), /0 tokens/);
  assert.equal((await send(`${path}/keys/first/retire`, { confirm: "yes" })).status, 303);
  const kids = async () => (await shown("keys")).metadata.jwks?.keys.map((one) => Reflect.get(one, "kid"));
  assert.deepEqual(await kids(), ["second"]);
  const others = JSON.stringify({ keys: [key("third"), key("fourth")] });
  assert.equal((await fill(`${path}/keys/replace`, { keys: others })).status, 303);
  assert.deepEqual(await kids(), ["third", "fourth"]);
  assert.match((await fill(`${path}/keys/replace`, { jwksUri: "ftp://x" })).text, /id="jwksUri-error"/);
  assert.equal((await fill(`${path}/keys/replace`, { jwksUri: "https://app.example/keys" })).status, 303);
  assert.equal((await shown("keys")).metadata.jwks_uri, "https://app.example/keys");
  assert.match(await see(path), /its public keys are read from there/);
});

test("what administers is changed by owners alone", async () => {
  const path = await register("administers", { purposes: ["admin"], redirectUris: [] });
  const operator = new UserAgent();
  await signInToConsole(world, operator, emails.operator);
  const token = await csrfOf(world, operator);
  const page = await operator.visit(`${world.origin}${path}/edit`);
  const sent = await postForm(
    world,
    operator,
    `${path}/edit`,
    filledForm(page, `${path}/edit`, { name: "x" }),
    token,
  );
  assert.equal(sent.status, 403);
  assert.doesNotMatch((await operator.visit(`${world.origin}${path}`)).text, /\/edit"/);
});
