// Signing in by a passkey: as the first factor, with no address typed, and as the second after a password. What tokens say of it,
// what is refused and told, and that what ends a passkey ends what it opened.
import assert from "node:assert/strict";
import { test } from "node:test";
import { resetUserFactors } from "../../../src/admin/operations/user_factors.ts";
import { removeUserPasskey } from "../../../src/admin/operations/user_passkeys.ts";
import { findAccount, saveDisabled } from "../../../src/provider/accounts/account_store.ts";
import { replaceRecoveryCodes } from "../../../src/provider/factors/recovery_code_store.ts";
import { addPasskey, offerEnrolment } from "../../../src/provider/passkeys/enrol_passkey.ts";
import { passkeysOf } from "../../../src/provider/passkeys/passkey_deps.ts";
import { createPasskey, listPasskeys } from "../../../src/provider/passkeys/passkey_store.ts";
import { saveTenant } from "../../../src/provider/tenants/tenant_store.ts";
import { eventsOf } from "../../audit/audit_world.ts";
import { cliContext } from "../../support/cli_context.ts";
import { authorizationUrl, basic, codeOf, type Params, redeem } from "../support/authorization.ts";
import { addClient, addPerson, password, useProvider } from "../support/provider_fixture.ts";
import { codesOnPage, giveApp, typeCode } from "../support/second_factor.ts";
import { type Question, SoftwareAuthenticator, type Wrongly } from "../support/software_authenticator.ts";
import { UserAgent, unescapeHtml, type Visit } from "../support/user_agent.ts";

const fixture = useProvider({}, async () => {
  await addClient(fixture.db, { client_id: "app" });
  // The organization is there, whichever test runs.
  await addPerson(fixture.db, { email: "first@acme.example", tenants: ["acme"] });
});
let people = 0;

/** A person with a passkey, and the device that has it. */
async function owner() {
  people += 1;
  const email = `p${people}@acme.example`;
  const { id } = await addPerson(fixture.db, { email, tenants: ["acme"] });
  const device = new SoftwareAuthenticator(new URL(fixture.issuer).origin);
  await enrol(id, device);
  return { id, email, device };
}

async function enrol(id: string, device: SoftwareAuthenticator): Promise<void> {
  const { db, issuer, config } = fixture;
  const deps = passkeysOf({ db, issuer, clock: () => new Date(), secrets: config.secrets }) ?? assert.fail();
  const account = (await findAccount(db, id)) ?? assert.fail();
  const session = { account, sessionUid: "s" };
  const answer = device.create((await offerEnrolment(deps, session, "ISV")) as Question);
  await addPasskey(deps, session, { answer, name: "" }, async () => {});
}

const open = (agent: UserAgent, params: Params = {}) =>
  agent.follow(authorizationUrl(fixture, { tenant: "acme", ...params }));

const questionOf = (page: Visit): Question => {
  const question = /data-question="([^"]*)"/.exec(page.text)?.[1] ?? assert.fail(`no question: ${page.text}`);
  return JSON.parse(unescapeHtml(question)) as Question;
};

const answer = (agent: UserAgent, page: Visit, device: SoftwareAuthenticator, wrongly: Wrongly = {}) =>
  agent.submit(page, { answer: device.get(questionOf(page), wrongly) }, "/passkey");

/** Types address and password. */
async function typePassword(agent: UserAgent, email: string, params: Params = {}): Promise<Visit> {
  return agent.submit(await open(agent, params), { email, password }, "/login");
}

async function claimsOf(code: string): Promise<Record<string, unknown>> {
  const { body } = await redeem(fixture, code, {}, basic("app"));
  return JSON.parse(Buffer.from(String(body["id_token"]).split(".")[1] ?? "", "base64url").toString());
}

const signedIn = async (agent: UserAgent): Promise<boolean> =>
  (await open(agent, { prompt: "none" })).url.searchParams.has("code");

test("a passkey signs in with no address typed, and tokens say what it proved", async () => {
  const { id, device } = await owner();
  const agent = new UserAgent();
  const page = await open(agent);
  assert.match(page.headers.get("content-security-policy") ?? "", /script-src 'self'/);
  assert.match(page.text, /autocomplete="username webauthn"/);
  const claims = await claimsOf(codeOf(await answer(agent, page, device)));
  assert.equal(claims["sub"], id);
  assert.deepEqual(claims["amr"], ["pop", "user", "mfa"]);
  assert.equal(claims["acr"], "phr");
  const event = (await eventsOf(fixture.db, "sign_in.succeeded")).find((one) => one.accountId === id);
  assert.deepEqual(event?.details, { by: "passkey" });
});

test("who stays signed in on the device says so beside the passkey, and nobody else does", async () => {
  const { id, device } = await owner();
  for (const stays of [false, true]) {
    const agent = new UserAgent();
    const page = await open(agent);
    assert.match(page.text, /<div data-use hidden>[^<]*<div class="field check">\s*<input id="remember"/);
    const posted = { answer: device.get(questionOf(page)), ...(stays ? { remember: "yes" } : {}) };
    codeOf(await agent.submit(page, posted, "/passkey"));
    const rows = await fixture.db("session_vouchers").where("account_id", id).orderBy("created_at_ms");
    assert.equal(rows.filter(({ remembered }) => remembered === 1).length, stays ? 1 : 0);
  }
  // After the address the page asks it once, and the script reads it there.
  const page = await open(new UserAgent(), { login_hint: "ann@acme.example" });
  assert.match(page.text, /data-passkey="get"[^>]* data-stay="remember"/);
  assert.equal(page.text.match(/id="remember"/g)?.length, 1);
});

test("after a password a passkey of the same person completes the sign-in, and until then nothing is open", async () => {
  const { id, email, device } = await owner();
  const agent = new UserAgent();
  const half = await typePassword(agent, email);
  assert.match(half.url.pathname, /\/factor$/);
  assert.deepEqual(
    questionOf(half).allowCredentials?.map((one) => one.id),
    (await listPasskeys(fixture.db, id)).map(({ credentialId }) => credentialId),
  );
  assert.equal(await signedIn(agent), false);
  const other = await owner();
  const stolen = other.device.get({ ...questionOf(half), allowCredentials: [] });
  const refused = await agent.submit(half, { answer: stolen }, "/factor/passkey");
  assert.match(refused.text, /belongs to another account/);
  assert.equal(await signedIn(agent), false);
  const again = await agent.follow(half.url);
  const claims = await claimsOf(codeOf(await answer(agent, again, device)));
  assert.deepEqual(claims["amr"], ["pwd", "pop", "user", "mfa"]);
  assert.equal(claims["acr"], "phr");
});

test("an organization that requires a passkey lets in who has one, by either way", async () => {
  const { email, device } = await owner();
  await saveTenant(fixture.db, "acme", { requiredFactor: "passkey" }, new Date());
  try {
    const first = new UserAgent();
    assert.ok(codeOf(await answer(first, await open(first), device)));
    const second = new UserAgent();
    assert.ok(codeOf(await answer(second, await typePassword(second, email), device)));
  } finally {
    await saveTenant(fixture.db, "acme", { requiredFactor: "none" }, new Date());
  }
});

/** While the organization requires a passkey. */
async function whereRequired(run: () => Promise<void>): Promise<void> {
  await saveTenant(fixture.db, "acme", { requiredFactor: "passkey" }, new Date());
  try {
    await run();
  } finally {
    await saveTenant(fixture.db, "acme", { requiredFactor: "none" }, new Date());
  }
}

async function newcomer(tenants = ["acme"], emailVerified = true) {
  people += 1;
  const email = `p${people}@acme.example`;
  const { id } = await addPerson(fixture.db, { email, emailVerified, tenants });
  const device = new SoftwareAuthenticator(new URL(fixture.issuer).origin);
  return { id, email, device };
}

const create = (agent: UserAgent, page: Visit, device: SoftwareAuthenticator, wrongly: Wrongly = {}) =>
  agent.submit(page, { answer: device.create(questionOf(page), wrongly) }, "/new-passkey");

const mailsTo = (id: string) => fixture.db("mails").where("account_id", id).pluck("kind");

test("who has no second factor adds the passkey that is required on the way, and until then nothing is open", () =>
  whereRequired(async () => {
    const { id, email, device } = await newcomer();
    // Whoever has the password was here before.
    const before = new UserAgent();
    const account = await before.follow(`${fixture.issuer}/account`);
    await before.submit(account, { email, password }, "/login");
    const agent = new UserAgent();
    const page = await typePassword(agent, email);
    assert.match(page.text, /<h1>Add a passkey to go on<\/h1>/);
    assert.match(page.headers.get("content-security-policy") ?? "", /script-src 'self'/);
    for (const use of ["finish", "set_up", "totp"])
      await agent.follow(page.url, {
        method: "POST",
        headers: { origin: new URL(fixture.issuer).origin },
        body: new URLSearchParams({ use, code: "000000" }),
      });
    assert.equal(await signedIn(agent), false);
    const anew = await typePassword(agent, email);
    const refused = await create(agent, anew, device, { origin: "https://evil.example" });
    assert.match(refused.text, /used on a page that is not ours/);
    assert.deepEqual(await listPasskeys(fixture.db, id), []);
    const sent = device.create(questionOf(refused));
    const codes = await agent.submit(refused, { answer: sent }, "/new-passkey");
    assert.equal(codesOnPage(codes).length, 10);
    assert.equal(await signedIn(agent), false);
    assert.equal(
      (await before.visit(`${fixture.issuer}/account`)).status,
      303,
      "sign-ins of before are over",
    );
    await agent.submit(refused, { answer: sent }, "/new-passkey");
    assert.equal((await listPasskeys(fixture.db, id)).length, 1, "sent again");
    const done = await agent.follow(refused.url);
    const claims = await claimsOf(codeOf(await agent.submit(done, {}, "/factor")));
    assert.deepEqual(claims["amr"], ["pwd", "pop", "user", "mfa"]);
    assert.equal(claims["acr"], "phr");
    assert.deepEqual(await mailsTo(id), ["factor_added"]);
    const next = new UserAgent();
    assert.ok(codeOf(await answer(next, await open(next), device)));
    // Whom a passkey would not let in adds none, and proves no address by it.
    const stranger = await newcomer(["acme"], false);
    const told = await typePassword(new UserAgent(), stranger.email);
    assert.match(told.text, /has not been confirmed/);
    assert.doesNotMatch(told.text, /data-passkey="create"/);
  }));

test("who has an app proves it before they add the passkey that is required, and is asked for none elsewhere", () =>
  whereRequired(async () => {
    const { id, email, device } = await newcomer(["acme", "globex"]);
    const app = await giveApp(fixture, { id, email });
    const agent = new UserAgent();
    const half = await typePassword(agent, email);
    assert.match(half.text, /name="code"/);
    const early = await agent.follow(`${half.url}/new-passkey`, {
      method: "POST",
      body: new URLSearchParams(),
    });
    assert.doesNotMatch(early.text, /data-passkey="create"/);
    const again = await typePassword(agent, email);
    const page = await typeCode(agent, again, app.codeAt(Date.now()));
    assert.match(page.text, /<h1>Add a passkey to go on<\/h1>/);
    assert.equal(await signedIn(agent), false);
    const claims = await claimsOf(codeOf(await create(agent, page, device)));
    assert.deepEqual(claims["amr"], ["pwd", "otp", "mfa", "pop", "user"]);
    const other = await newcomer(["acme", "globex"]);
    const second = await giveApp(fixture, other);
    const elsewhere = new UserAgent();
    const login = await open(elsewhere, { tenant: undefined });
    const step = await elsewhere.submit(login, { email: other.email, password }, "/login");
    assert.ok(codeOf(await typeCode(elsewhere, step, second.codeAt(Date.now()))));
  }));

test("a question for a new passkey counts in its own sign-in alone, and of who came to have one no more", () =>
  whereRequired(async () => {
    const { id, email, device } = await newcomer();
    const [mine, theirs] = [new UserAgent(), new UserAgent()];
    const [page, foreign] = [await typePassword(mine, email), await typePassword(theirs, email)];
    const refused = await mine.submit(page, { answer: device.create(questionOf(foreign)) }, "/new-passkey");
    assert.match(refused.text, /another browser, or of another sign-in/);
    const third = await typePassword(mine, email);
    const other = await mine.submit(third, { answer: device.create(questionOf(refused)) }, "/new-passkey");
    assert.match(other.text, /another browser, or of another sign-in/);
    // One that came without ending what is half done: beside an app, say.
    const key = { publicKey: "x", counter: 1, transports: [], synced: false, backedUp: false };
    const userHandle = questionOf(foreign).user?.id ?? assert.fail();
    const of = { accountId: id, userHandle, name: "Theirs", credentialId: `c${id}` };
    await createPasskey(fixture.db, { ...key, ...of }, new Date());
    await create(theirs, foreign, device);
    assert.deepEqual(
      (await listPasskeys(fixture.db, id)).map(({ name }) => name),
      ["Theirs"],
    );
    assert.equal(await signedIn(theirs), false);
  }));

test("what is refused is told on the page, which asks anew, and stands in the trail", async () => {
  const { device } = await owner();
  const agent = new UserAgent();
  let page = await open(agent);
  for (const [wrongly, words, status] of [
    [{ origin: "https://evil.example" }, /used on a page that is not ours/, 403],
    [{ flags: 1 }, /did not make sure that it is you/, 403],
    [{ challenge: "AAAA" }, /answered another question/, 400],
    [{ rpId: "evil.example" }, /for another service/, 403],
  ] as const) {
    const before = questionOf(page).challenge;
    page = await answer(agent, page, device, wrongly);
    assert.match(page.text, words);
    assert.equal(page.status, status);
    assert.notEqual(questionOf(page).challenge, before);
  }
  const reasons = (await eventsOf(fixture.db, "sign_in.refused")).map(({ details }) => details["reason"]);
  assert.ok(reasons.includes("passkey_foreign_origin"));
  assert.ok(codeOf(await answer(agent, page, device)));
});

test("an answer counts in its browser alone, and once", async () => {
  const { device } = await owner();
  const [mine, theirs] = [new UserAgent(), new UserAgent()];
  const [page, other] = [await open(mine), await open(theirs)];
  const stolen = device.get(questionOf(page));
  const refused = await theirs.submit(other, { answer: stolen }, "/passkey");
  assert.match(refused.text, /belongs to another page/);
  assert.equal(await signedIn(theirs), false);
  // Sent twenty times at once, it signs in once.
  const url = new URL(page.url.pathname.replace(/\/login$/, "").concat("/passkey"), fixture.issuer);
  const visits = await Promise.all(
    Array.from({ length: 20 }, () =>
      mine.visit(url, { method: "POST", body: new URLSearchParams({ answer: stolen }) }),
    ),
  );
  const went = visits.filter(({ headers }) => /\/auth\//.test(headers.get("location") ?? ""));
  assert.equal(went.length, 1);
});

test("a disabled account, and one whose passkey is gone, are told so and signed in by none", async () => {
  const { id, device } = await owner();
  await saveDisabled(fixture.db, id, true, new Date());
  const agent = new UserAgent();
  assert.match((await answer(agent, await open(agent), device)).text, /is disabled|switched off/);
  await saveDisabled(fixture.db, id, false, new Date());
  const held = await open(agent);
  const [{ id: passkey } = assert.fail()] = await listPasskeys(fixture.db, id);
  await removeUserPasskey(cliContext(fixture.db), { user: id, passkey });
  assert.match((await answer(agent, held, device)).text, /not known here/);
  assert.equal(await signedIn(agent), false);
});

test("a passkey that is taken away ends what it opened, on every instance; one that is half-way opens nothing", async () => {
  const { id, email, device } = await owner();
  const elsewhere = await fixture.startAnother();
  const [agent, halfway] = [new UserAgent(), new UserAgent()];
  codeOf(await answer(agent, await open(agent), device));
  assert.equal(await signedIn(agent.at(elsewhere)), true);
  const half = await typePassword(halfway, email);
  const held = device.get(questionOf(half));
  const [{ id: passkey } = assert.fail()] = await listPasskeys(fixture.db, id);
  await removeUserPasskey(cliContext(fixture.db), { user: id, passkey });
  assert.equal(await signedIn(agent.at(elsewhere)), false);
  const after = await halfway.submit(half, { answer: held }, "/factor/passkey");
  assert.equal(after.url.searchParams.has("code"), false);
  assert.equal(await signedIn(halfway), false);
});

test("a copied passkey is refused with what to do, and ends the person's sign-ins", async () => {
  const { id, email, device } = await owner();
  const copy = device.copied();
  const [mine, thief] = [new UserAgent(), new UserAgent()];
  codeOf(await answer(mine, await open(mine), device));
  const refused = await answer(thief, await open(thief), copy);
  assert.match(refused.text, /There may be a copy of this passkey/);
  assert.equal(await signedIn(mine), false);
  assert.equal(await signedIn(thief), false);
  assert.equal(
    (await eventsOf(fixture.db, "passkey.cloned")).filter(({ accountId }) => accountId === id).length,
    1,
  );
  // Whoever has the copy may have the password, too: that alone opens nothing, and the page says what does.
  await fixture.db("recovery_codes").where("account_id", id).delete();
  const agent = new UserAgent();
  const half = await typePassword(agent, email);
  assert.match(half.url.pathname, /\/factor$/);
  assert.match(half.text, /There may be a copy of your passkey/);
  assert.match(half.text, /administrator/);
  assert.doesNotMatch(half.text, /data-question|name="code"/);
  assert.equal(await signedIn(agent), false);
  const codes = await fixture.db.transaction((trx) => replaceRecoveryCodes(trx, id, new Date()));
  const again = await agent.follow(half.url);
  assert.match(again.text, /There may be a copy of your passkey/);
  assert.ok(codeOf(await agent.submit(again, { code: codes[0] ?? "" }, "/factor")));
  await resetUserFactors(cliContext(fixture.db), { user: id });
  assert.ok(codeOf(await typePassword(new UserAgent(), email)));
});

test("at an address without passkeys there is nothing to post to", async () => {
  const withoutThem = await fixture.startAnother({ TTI_ISSUER: "http://127.0.0.1:3000" });
  const post = async (base: string, path: string) => {
    const headers = { Origin: new URL(base === withoutThem.localUrl ? withoutThem.issuer : base).origin };
    return (await fetch(`${base}${path}`, { method: "POST", headers, redirect: "manual" })).status;
  };
  // Elsewhere there are such addresses, and this sign-in is not.
  for (const path of [
    "/interaction/abcdefghij/passkey",
    "/interaction/abcdefghij/factor/passkey",
    "/interaction/abcdefghij/factor/new-passkey",
  ]) {
    assert.equal(await post(withoutThem.localUrl, path), 404);
    assert.equal(await post(fixture.issuer, path), 400);
  }
});
