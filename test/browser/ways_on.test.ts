// No page is a dead end: going back, an expired sign-in, a page that is not there and signing out each say what is so
// and lead on. Every page here is also judged by axe, in light and dark, wide and narrow.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { notToday } from "../support/share_of_day.ts";
import { assertAccessible } from "./accessible.ts";
import {
  alice,
  arrivedAt,
  type BrowserWorld,
  bob,
  openBrowserWorld,
  signInToDemo,
  submitLogin,
  typeAddress,
} from "./browser_world.ts";

let world: BrowserWorld;
before(async () => {
  world = await openBrowserWorld();
});
after(() => world.close());

const backToTheDemo = (page: Page) => page.getByRole("link", { name: "Go back to Sample ISV app" });

test("Back after signing in leads back to the application", async () => {
  const { page, breaches } = await world.openPage();
  await page.goto(`${world.demo.url}/login`);
  const loginPage = page.url();
  await submitLogin(page, alice.email);
  await page.getByRole("heading", { level: 1, name: /^Search / }).waitFor();
  await page.goto(loginPage);
  await page.getByRole("heading", { level: 1, name: "This sign-in is over" }).waitFor();
  await assertAccessible(page);
  assert.doesNotMatch(await page.locator("main").innerText(), /\bclient|verifier|tenant|operator/i);
  await backToTheDemo(page).click();
  await page.getByRole("heading", { level: 1, name: /^Search / }).waitFor();
  assert.deepEqual(breaches, []);
  await page.context().close();
});

test("Back from the consent page to the sign-in form leads on, too", { skip: notToday(0, 2) }, async () => {
  const { page } = await world.openPage();
  const request = new URL("/auth", world.server.issuer);
  request.search = String(
    new URLSearchParams({
      client_id: "report-builder",
      response_type: "code",
      scope: "openid email",
      redirect_uri: `${world.demo.url}/elsewhere`,
      code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
      code_challenge_method: "S256",
    }),
  );
  await page.goto(request.href);
  const loginPage = page.url();
  await submitLogin(page, alice.email);
  await page.getByRole("heading", { name: "Allow access?" }).waitFor();
  await assertAccessible(page);
  const [allow, deny] = await Promise.all(
    ["Allow", "Deny"].map((name) => page.getByRole("button", { name, exact: true }).boundingBox()),
  );
  assert.deepEqual(
    [allow?.width, allow?.height, allow?.y],
    [deny?.width, deny?.height, deny?.y],
    "Allow and Deny have the same weight",
  );
  await page.goto(loginPage);
  const link = page.getByRole("link", { name: "Go back to Report Builder" });
  assert.equal(await link.getAttribute("href"), `${world.demo.url}/`);
  await page.context().close();
});

test("a sign-in that another browser began leads on by the account, where no application is known", {
  skip: notToday(1, 2),
}, async () => {
  const { page: theirs } = await world.openPage();
  await theirs.goto(`${world.demo.url}/login`);
  const { page } = await world.openPage();
  await page.goto(theirs.url());
  await page.getByRole("heading", { level: 1, name: "This sign-in is over" }).waitFor();
  await page.getByRole("link", { name: "Your account" }).click();
  await page.getByLabel("Password").waitFor();
  for (const one of [page, theirs]) await one.context().close();
});

test("the address of the provider alone is a page, and a page that is not there says so", {
  skip: notToday(2, 2),
}, async () => {
  const { page, breaches } = await world.openPage();
  await page.goto(world.server.issuer);
  await page.getByRole("heading", { level: 1, name: "This is where you sign in" }).waitFor();
  await assertAccessible(page);
  await page.goto(`${world.server.issuer}/nothing/here`);
  await page.getByRole("heading", { level: 1, name: "There is no such page" }).waitFor();
  await assertAccessible(page);
  await page.getByRole("link", { name: "Your account" }).click();
  await page.getByLabel("Password").waitFor();
  assert.deepEqual(breaches, []);
  await page.context().close();
});

test("signing out at the account page is confirmed, and a sign-in form comes only when asked for", {
  skip: notToday(3, 2),
}, async () => {
  const { page, breaches } = await world.openPage();
  await page.goto(`${world.server.issuer}/account`);
  await submitLogin(page, bob.email);
  await page.getByRole("heading", { level: 1, name: "Your account" }).waitFor();
  await assertAccessible(page);
  await page.getByRole("link", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign out?" }).waitFor();
  await assertAccessible(page);
  await page.getByRole("button", { name: "Yes, sign me out" }).click();
  await page.getByRole("heading", { level: 1, name: "You are signed out" }).waitFor();
  await assertAccessible(page);
  assert.equal(await page.getByRole("alert").count(), 0);
  await page.getByRole("link", { name: "Sign in again" }).click();
  await page.getByLabel("Password").waitFor();
  assert.deepEqual(breaches, []);
  await page.context().close();
});

test("who stays signed in at the account page is told so, and may sign out after all", {
  skip: notToday(4, 2),
}, async () => {
  const { page, breaches } = await world.openPage();
  await page.goto(`${world.server.issuer}/account`);
  await submitLogin(page, bob.email);
  await page.getByRole("link", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "No, stay signed in" }).click();
  await page.getByRole("heading", { level: 1, name: "You are still signed in" }).waitFor();
  await assertAccessible(page);
  await page.getByRole("link", { name: "Your account" }).click();
  await page.getByRole("heading", { level: 1, name: "Your account" }).waitFor();
  await page.goBack();
  await page.getByRole("link", { name: "Sign out after all" }).click();
  await page.getByRole("button", { name: "Yes, sign me out" }).click();
  await page.getByRole("heading", { level: 1, name: "You are signed out" }).waitFor();
  await page.goto(`${world.server.issuer}/account/still-signed-in`);
  await page.getByRole("heading", { level: 1, name: "You are signed out" }).waitFor();
  assert.deepEqual(breaches, []);
  await page.context().close();
});

test("news is no alert: signing out and cancelling are said in a status, a refusal in an alert", {
  skip: notToday(5, 2),
}, async () => {
  const { page } = await world.openPage();
  await signInToDemo(page, world.demo, alice.email);
  await page.getByRole("button", { name: "Sign out" }).click();
  await arrivedAt(page, page.getByRole("status"));
  assert.equal(await page.getByRole("status").innerText(), "You are signed out.");
  assert.equal(await page.getByRole("alert").count(), 0);
  await assertAccessible(page);
  await page.goto(`${world.demo.url}/login`);
  await page.getByRole("button", { name: "Cancel" }).click();
  assert.equal(await page.getByRole("status").innerText(), "The sign-in was cancelled.");
  await page.goto(`${world.demo.url}/callback?code=x&state=y`);
  assert.match(await page.getByRole("alert").innerText(), /expired or was finished already/);
  await page.context().close();
});

test("an answer that is not of this sign-in is told as that, and not as an outage", async () => {
  const other = "http://127.0.0.1:9/";
  for (const change of [
    (answer: URLSearchParams) => answer.delete("iss"),
    (answer: URLSearchParams) => answer.set("iss", other),
    (answer: URLSearchParams) => answer.set("state", "another"),
  ]) {
    const begun = await fetch(`${world.demo.url}/login`, { redirect: "manual" });
    const asked = new URL(begun.headers.get("location") ?? "").searchParams;
    const answer = new URLSearchParams({ code: "x", state: asked.get("state") ?? "" });
    answer.set("iss", world.server.issuer);
    change(answer);
    const cookie = begun.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
    const back = await fetch(`${world.demo.url}/callback?${answer}`, { headers: { cookie } });
    const text = await back.text();
    assert.equal(back.status, 400, text);
    assert.match(text, /What came back does not belong to the sign-in that was begun here/);
    assert.doesNotMatch(text, /not running/);
  }
});

test("only a field that is wrong is marked wrong", async () => {
  const { page } = await world.openPage();
  await page.goto(`${world.demo.url}/login`);
  await assertAccessible(page);
  await submitLogin(page, "carol@acme.example", "not the password");
  await assertAccessible(page);
  const marked = () =>
    page.locator("input[aria-invalid=true]").evaluateAll((fields) => fields.map((field) => field.id));
  assert.deepEqual(await marked(), ["password"]);
  for (let tries = 0; tries < 30; tries += 1) {
    await submitLogin(page, "carol@acme.example", "not the password");
    if (/too (many|often)|wait/i.test(await page.getByRole("alert").innerText())) break;
  }
  assert.match(await page.getByRole("alert").innerText(), /wait/i);
  assert.deepEqual(await marked(), [], "a wait is no field's fault");
  await page.context().close();
});

test("buttons keep their edges, and the first one its weight, under forced colours", {
  skip: notToday(6, 2),
}, async () => {
  const { page } = await world.openPage({ forcedColors: "active" });
  await page.goto(`${world.demo.url}/login`);
  const style = (name: string, property: string) =>
    page
      .getByRole("button", { name })
      .evaluate(
        (element, wanted) => `${Reflect.get(globalThis, "getComputedStyle")(element)[wanted]}`,
        property,
      );
  const check = async (first: string) => {
    assert.notEqual(await style(first, "backgroundColor"), await style("Cancel", "backgroundColor"));
    for (const name of [first, "Cancel"]) assert.equal(await style(name, "borderTopStyle"), "solid");
  };
  await check("Continue");
  await typeAddress(page, alice.email);
  await check("Sign in");
  await page.context().close();
});

test("after a search the box stays in sight", { skip: notToday(7, 2) }, async () => {
  for (const viewport of [
    { width: 1280, height: 800 },
    { width: 390, height: 844 },
  ]) {
    const { page } = await world.openPage({ viewport });
    await signInToDemo(page, world.demo, alice.email);
    await page.getByRole("searchbox").fill("travel budget");
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.locator(".document").first().waitFor();
    const box = await page.getByRole("searchbox").boundingBox();
    assert.ok((box?.y ?? -1) >= 0, `the search box lies at ${box?.y} in a window of ${viewport.width}`);
    const height = await page.evaluate<number>("document.documentElement.scrollHeight");
    assert.ok(height < (viewport.width < 1000 ? 4_500 : 3_500), `${height} pixels high at ${viewport.width}`);
    const shown = await page.locator(".step dl").first().isVisible();
    assert.equal(
      shown,
      viewport.width > 1000,
      "a wide screen shows what went in at once, a small one on demand",
    );
    await assertAccessible(page);
    await page.context().close();
  }
});
