// Owns the proof, in a real browser, of the account page: people see who may act for them while they are away, in
// words, allow it and take it back, and no other site decides for them.
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { findAccountByLogin } from "../../src/provider/accounts/account_store.ts";
import { revokeOfflineConsent } from "../../src/provider/presence/offline_consent_store.ts";
import { type AccountPageName, accountPages } from "../../src/provider/self_service/account_tabs.ts";
import { wordsIn } from "../../src/views/words/languages.ts";
import {
  addMintingClients,
  backEndId,
  exchange,
  setTenant,
  signSubject,
} from "../provider/grants/mint_support.ts";
import { notToday } from "../support/share_of_day.ts";
import { assertAccessibleAt } from "./accessible.ts";
import {
  alice,
  assertNoSidewaysScroll,
  type BrowserWorld,
  dana,
  openBrowserWorld,
  password,
  submitLogin,
  typeAddress,
} from "./browser_world.ts";

let world: BrowserWorld;
let issuer: string;
let aliceId: string;
let evil: Server;
let evilPort: number;

before(async () => {
  world = await openBrowserWorld();
  issuer = world.server.issuer;
  const { db } = world.server;
  await addMintingClients(db, ["acme"]);
  await setTenant(db, "acme", { presencePolicy: { name: "offline" } });
  await setTenant(db, "globex", { presencePolicy: { name: "within", hours: 12 } });
  aliceId = (await findAccountByLogin(db, alice.email))?.id ?? assert.fail("alice is there");
  const form = `<form method="post" action="${issuer}/account/applications"><input name="tenant" value="acme">
<input name="client" value="${backEndId}"><button name="decision" value="allow">Win a prize</button></form>`;
  evil = createServer((_request, response) => {
    response.setHeader("Content-Type", "text/html").end(form);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => evil.once("listening", resolve));
  evilPort = (evil.address() as AddressInfo).port;
});
beforeEach(async () => {
  const key = { tenantId: "acme", accountId: aliceId, clientId: backEndId };
  await revokeOfflineConsent(world.server.db, key, new Date());
});
after(async () => {
  evil.close();
  evil.closeAllConnections();
  await world.close();
});

async function openAccount(page: Page, email: string): Promise<void> {
  await page.goto(`${issuer}/account`);
  await submitLogin(page, email);
  await page.getByRole("heading", { name: "Your account" }).waitFor();
}

async function openApplications(page: Page, email: string): Promise<void> {
  await openAccount(page, email);
  await page.getByRole("navigation").getByRole("link", { name: "Applications" }).click();
  await page.getByRole("heading", { level: 1, name: "Applications" }).waitFor();
}

/** `minted`, or why not. */
async function mint(): Promise<string> {
  const { body } = await exchange(issuer, await signSubject(issuer, { sub: aliceId }));
  return typeof body["access_token"] === "string" ? "minted" : String(body["error_description"]);
}

/** What the page says of one back end, with its button. */
const agreementWith = (page: Page, name: string) =>
  page.getByRole("listitem").filter({ hasText: `${name} at Acme Corp` });

async function allowAndTakeBack(page: Page): Promise<void> {
  const agreement = agreementWith(page, "Client back-end");
  assert.match(await mint(), /^presence_required/);
  await agreement.getByRole("button", { name: "Allow" }).click();
  const notice = page.getByRole("status");
  assert.match(await notice.innerText(), /^Client back-end may now act for you at Acme Corp/);
  assert.equal(await mint(), "minted");
  await agreement.getByRole("button", { name: "Take back" }).click();
  assert.match(await notice.innerText(), /may no longer act for you at Acme Corp/);
  assert.match(await mint(), /^presence_required/);
}

test("a person sees their organizations and rules in words, allows a back end, and takes it back", async () => {
  const { page, breaches } = await world.openPage();
  await openAccount(page, alice.email);
  const text = await page.locator("main").innerText();
  assert.match(text, /Alice Ames[\s\S]*alice@acme\.example[\s\S]*verified/i);
  assert.match(
    text,
    /Acme Corp\s+Applications may act for you while you are away, if you allow it under Applications\./,
  );
  await page.getByRole("navigation").getByRole("link", { name: "Applications" }).click();
  await page.getByRole("heading", { level: 1, name: "Applications" }).waitFor();
  assert.match(await page.locator("main").innerText(), /Client back-end at Acme Corp\s+Not allowed/);
  await allowAndTakeBack(page);
  assert.deepEqual(breaches, []);
  await page.context().close();
});

test("what is allowed is remembered and dated, and only what an organization asks for is on offer", {
  skip: notToday(0, 2),
}, async () => {
  const { page } = await world.openPage();
  await page.goto(`${issuer}/account`);
  // Dana belongs to two organizations; the page is of both, so it asks for neither.
  await submitLogin(page, dana.email);
  await page.getByRole("heading", { name: "Your account" }).waitFor();
  const text = await page.locator("main").innerText();
  assert.match(text, /Globex\s+Applications may act for you up to 12 hours after your last sign-in\./);
  await page.goto(`${issuer}/account/applications`);
  // Of Globex nothing is on offer: its policy asks for no agreement.
  assert.equal(await page.getByRole("button", { name: "Allow" }).count(), 2);
  await agreementWith(page, "Client back-end").getByRole("button", { name: "Allow" }).click();
  await page.goto(`${issuer}/account/applications`);
  assert.match(await page.locator("main").innerText(), /Allowed since \d{4}-\d\d-\d\d/);
  assert.match(await mint(), /^presence_required/, "what Dana allows says nothing of Alice");
  await page.context().close();
});

test("a person sees where they are signed in, and ends the other browser", async () => {
  const { page: here } = await world.openPage();
  const { page: there } = await world.openPage();
  await openAccount(there, dana.email);
  await openAccount(here, dana.email);
  await here.getByRole("link", { name: "Sign-ins" }).click();
  await here.getByRole("heading", { name: "Where you are signed in" }).waitFor();
  const rows = here.getByRole("listitem").filter({ hasText: "Signed in" });
  assert.match((await rows.first().innerText()).replace(/\s+/g, " "), /^Chrome, Linux This browser/);
  await here.getByRole("button", { name: "End all others" }).click();
  await here.getByText("All other sign-ins were ended.").waitFor();
  assert.equal(await rows.count(), 1);
  await there.goto(`${issuer}/account`);
  await there.getByLabel("Password").waitFor();
  await Promise.all([here.context().close(), there.context().close()]);
});

test("it works without JavaScript, in the dark, on a screen 320 pixels wide", {
  skip: notToday(1, 2),
}, async () => {
  const { page } = await world.openPage({
    javaScriptEnabled: false,
    colorScheme: "dark",
    viewport: { width: 320, height: 568 },
  });
  await openApplications(page, alice.email);
  await assertNoSidewaysScroll(page);
  await allowAndTakeBack(page);
  await assertNoSidewaysScroll(page);
  await page.context().close();
});

test("everything can be reached and pressed with the keyboard alone", { skip: notToday(2, 2) }, async () => {
  const { page } = await world.openPage();
  await openApplications(page, alice.email);
  for (let presses = 0; presses < 20; presses += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate("document.activeElement.innerText.startsWith('Allow')")) break;
  }
  assert.ok(await page.evaluate("document.activeElement.innerText.startsWith('Allow')"));
  assert.notEqual(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle"), "none");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Take back" }).waitFor();
  await page.context().close();
});

for (const [where, host] of [
  ["another site", "127.0.0.1"],
  ["a neighbouring host of the same site, where cookies are sent", "localhost"],
] as const) {
  test(`a form on ${where} decides nothing`, { skip: notToday(3, 2) }, async () => {
    const { page } = await world.openPage();
    await openAccount(page, alice.email);
    await page.goto(`http://${host}:${evilPort}/`);
    const [answer] = await Promise.all([
      page.waitForResponse(`${issuer}/account/applications`),
      page.getByRole("button", { name: "Win a prize" }).click(),
    ]);
    assert.equal(answer.status(), 403);
    await page.getByRole("heading", { name: "This form was not accepted" }).waitFor();
    assert.match(await mint(), /^presence_required/);
    await page.context().close();
  });
}

test("in a German browser all of the account speaks German, by the keyboard alone, in the dark, on a screen 320 pixels wide", {
  skip: notToday(4, 2),
}, async () => {
  const { page, breaches } = await world.openPage({
    locale: "de-DE",
    colorScheme: "dark",
    viewport: { width: 320, height: 568 },
  });
  const names = ["Client back-end", "English", alice.email, alice.name];
  const isGerman = async () => {
    assert.equal(await page.locator("html").getAttribute("lang"), "de", page.url());
    const said = names.reduce(
      (text, name) => text.replaceAll(name, ""),
      await page.locator("body").innerText(),
    );
    assert.doesNotMatch(said, /\b(?:the|you|your|and|of|is|with|to|this|not|from|for)\b/i, page.url());
    await assertAccessibleAt(page, 320, "dark");
  };
  const press = async (what: string) => {
    for (let presses = 0; presses < 60; presses += 1) {
      const text = await page.evaluate<string>(
        "document.activeElement.innerText || document.activeElement.name || ''",
      );
      if (text.trim() === what) {
        assert.notEqual(
          await page.evaluate("getComputedStyle(document.activeElement).outlineStyle"),
          "none",
          what,
        );
        return;
      }
      await page.keyboard.press("Tab");
    }
    assert.fail(`Tab never comes to ${what} on ${page.url()}`);
  };
  await page.goto(`${issuer}/account/close`);
  await isGerman();
  await press("email");
  await page.keyboard.type(alice.email);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.getByLabel("Passwort").waitFor();
  await isGerman();
  await press("password");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Konto schließen" }).waitFor();
  await isGerman();
  const { tabs } = wordsIn("de").account;
  for (const [name, label] of Object.entries(tabs)) {
    await press(label);
    await page.keyboard.press("Enter");
    await page.locator(`nav [aria-current=page]:text-is("${label}")`).waitFor();
    assert.equal(new URL(page.url()).pathname, accountPages[name as AccountPageName].path);
    await isGerman();
  }
  // The choice at the foot is theirs from then on, wherever they sign in next.
  await press("English");
  await page.keyboard.press("Enter");
  await page.locator("html[lang=en]").waitFor();
  const { language } = await world.server.db("accounts").where({ id: aliceId }).first("language");
  assert.equal(language, "en");
  assert.deepEqual(breaches, []);
  await page.context().close();
});

test("a password is shown by the keyboard, and is one again before it is sent or left; without script there is no button", {
  skip: notToday(5, 2),
}, async () => {
  const { page, breaches } = await world.openPage();
  const field = page.locator("#password");
  const typeOf = () => field.getAttribute("type");
  // After the script's own listeners, what the field is; the storage of a tab outlives its pages.
  const noteOn = (event: string) =>
    page.evaluate(
      `addEventListener("${event}", () => { sessionStorage.noted = "${event}: " + document.getElementById("password").type; })`,
    );
  const noted = () => page.evaluate<string>("sessionStorage.noted");
  const showByKeyboard = async (typed: string) => {
    await field.focus();
    await page.keyboard.type(typed);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate("document.activeElement.innerText"), "Show password");
    // Its name says what a press does; "pressed" beside a name that changes would say the opposite.
    assert.equal(await page.evaluate("document.activeElement.getAttribute('aria-pressed')"), null);
    await page.keyboard.press("Space");
    assert.equal(await page.evaluate("document.activeElement.innerText"), "Hide password");
    assert.deepEqual([await typeOf(), await field.inputValue()], ["text", typed]);
  };
  await page.goto(`${issuer}${accountPages.password.path}`);
  await typeAddress(page, alice.email);
  assert.equal(await field.getAttribute("autocomplete"), "current-password");
  await showByKeyboard("not the password");
  assert.equal(await field.getAttribute("autocomplete"), "current-password");
  await assertAccessibleAt(page, 1280, "light");
  await page.keyboard.press("Enter");
  assert.deepEqual([await typeOf(), new URL(page.url()).origin], ["password", issuer]);
  await page.keyboard.press("Enter");
  await noteOn("pagehide");
  await page.getByRole("link", { name: "Use another address" }).click();
  await page.getByRole("button", { name: "Continue" }).waitFor();
  assert.equal(await noted(), "pagehide: password");
  assert.equal(await page.getByRole("button", { name: "Show password" }).count(), 0, "nothing is seen there");
  await typeAddress(page, alice.email);
  await showByKeyboard(password);
  await noteOn("submit");
  await field.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Password" }).waitFor();
  assert.equal(await noted(), "submit: password");
  assert.equal(await page.getByRole("button", { name: "Show password" }).count(), 2, "one for each");
  await page.locator("#current + button").press("Enter");
  assert.deepEqual(
    [await page.locator("#current").getAttribute("type"), await typeOf()],
    ["text", "password"],
  );
  assert.deepEqual(breaches, []);
  const plain = await world.openPage({ javaScriptEnabled: false });
  await plain.page.goto(`${issuer}/account`);
  await typeAddress(plain.page, alice.email);
  assert.equal(await plain.page.getByRole("button", { name: "Show password" }).count(), 0);
  assert.deepEqual(plain.breaches, []);
  await Promise.all([page.context().close(), plain.page.context().close()]);
});

test("signing out at the account page ends the session", async () => {
  const { page } = await world.openPage();
  await openAccount(page, alice.email);
  await page.getByRole("link", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Yes, sign me out" }).click();
  await page.getByRole("heading", { level: 1, name: "You are signed out" }).waitFor();
  await page.goto(`${issuer}/account`);
  await page.getByLabel("Password").waitFor();
  await page.context().close();
});
