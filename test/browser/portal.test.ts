// Owns the proof, in a real browser, that an organization's administrator gets through the portal: by keyboard alone, without
// JavaScript. Every page by itself: every_address.test.ts.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { createDomain, saveDomainVerified } from "../../src/provider/tenants/domain_store.ts";
import { saveRole } from "../../src/provider/tenants/membership_store.ts";
import {
  alice,
  arrivedAtHeading,
  type BrowserWorld,
  bob,
  dana,
  openBrowserWorld,
  submitLogin,
} from "./browser_world.ts";

let world: BrowserWorld;
before(async () => {
  world = await openBrowserWorld();
  const { db } = world.server;
  const rows = await db("memberships").join("accounts", "accounts.id", "memberships.account_id");
  for (const { email, account_id: accountId, tenant_id: tenantId } of rows) {
    if (email !== bob.email) await saveRole(db, { tenantId, accountId }, { was: "member", is: "admin" });
  }
  const claim = { tenantId: "acme", domain: "acme.example" };
  await createDomain(db, { ...claim, challenge: "one" }, new Date());
  await saveDomainVerified(db, { ...claim, shared: false }, new Date());
});
after(() => world.close());

const portal = () => `${world.server.issuer}/portal`;

async function signIn(page: Page, email: string): Promise<void> {
  await page.goto(portal());
  await submitLogin(page, email);
}

/** Presses Tab until what has the focus is called so. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate<string>(
      "(document.activeElement.innerText || document.activeElement.id || '').trim()",
    );
    if (name.test(focused)) return;
  }
  assert.fail(`no key leads to ${name} on ${page.url()}`);
}

test("who administers several organizations chooses, and always reads which one it is", async () => {
  const { page } = await world.openPage();
  await signIn(page, dana.email);
  await arrivedAtHeading(page, "Choose an organization");
  await page.getByRole("link", { name: "Globex" }).click();
  await arrivedAtHeading(page, "People");
  await page.getByText("for Globex").waitFor();
  assert.match(await page.title(), /^People – Globex/);
  await page.context().close();
});

test("a person is added, gets another role and is removed by keyboard alone, and without JavaScript", async () => {
  const { page, breaches } = await world.openPage({ javaScriptEnabled: false });
  await signIn(page, alice.email);
  await arrivedAtHeading(page, "People");
  await page.getByRole("link", { name: "Add a person" }).press("Enter");
  await arrivedAtHeading(page, "Add a person");
  await page.getByLabel("E-mail address").press("End");
  await page.keyboard.type("zoe@elsewhere.example");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  assert.match(await page.title(), /^Error: Add a person/);
  await page.getByRole("alert").getByRole("link").press("Enter");
  assert.equal(await page.getByLabel("E-mail address").getAttribute("aria-invalid"), "true");
  await page.getByLabel("E-mail address").fill("zoe@acme.example");
  await page.keyboard.press("Enter");
  await arrivedAtHeading(page, "The person is added");
  await page.getByRole("link", { name: "I have stored it" }).press("Enter");
  await arrivedAtHeading(page, "People");
  await page.getByRole("link", { name: /^Change role of zoe@/ }).press("Enter");
  await page.getByRole("combobox", { name: "Role" }).selectOption("admin");
  await page.getByRole("button", { name: "Save" }).press("Enter");
  await page.getByText("has the other role now").waitFor();
  await page.getByRole("link", { name: /^Remove… zoe@/ }).press("Enter");
  await page.getByRole("button", { name: "Remove" }).press("Enter");
  await page.getByText("belongs to your organization no longer").waitFor();
  assert.deepEqual(breaches, []);
  await page.context().close();
});

test("the tab key leads past the bar, through the tabs, to the one thing to do", async () => {
  const { page } = await world.openPage();
  await signIn(page, alice.email);
  await arrivedAtHeading(page, "People");
  await tabTo(page, /^Skip to content$/);
  await page.keyboard.press("Enter");
  await tabTo(page, /^Add a person$/);
  await tabTo(page, /^Domains$/);
  await page.keyboard.press("Enter");
  await arrivedAtHeading(page, "Domains");
  await tabTo(page, /^domain$/);
  await page.keyboard.type("new.acme.example");
  await page.keyboard.press("Enter");
  await arrivedAtHeading(page, "new.acme.example");
  // One click selects the whole value, for who copies it.
  await page.getByRole("region", { name: "Value" }).click();
  const picked = await page.evaluate<string>("getSelection().toString()");
  assert.equal(picked, await page.getByRole("region", { name: "Value" }).innerText());
  await page.context().close();
});
