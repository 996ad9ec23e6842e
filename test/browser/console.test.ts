// Owns the proof of the console's journeys in a real browser, without JavaScript: its menu and its forms, by the keyboard
// alone; what an auditor sees. Every page by itself: every_address.test.ts.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { createClient } from "../../src/admin/operations/clients.ts";
import { emails, useConsole } from "../console/console_world.ts";
import { launchBrowser } from "../support/browser.ts";
import { cliContext } from "../support/cli_context.ts";
import { notToday } from "../support/share_of_day.ts";
import { submitLogin } from "./browser_world.ts";

const world = useConsole({}, async () => {
  const context = cliContext(world.db);
  await createClient(context, {
    clientId: "app",
    name: "Sample ISV app",
    redirectUris: ["https://app.example/callback"],
  });
});
let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

/** Signs in, without JavaScript; what breaks the pages' policy is noted. */
async function signIn(width: number, colorScheme: "light" | "dark", email: string = emails.owner) {
  const context: BrowserContext = await browser.newContext({
    javaScriptEnabled: false,
    viewport: { width, height: 800 },
    colorScheme,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const breaches: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().startsWith("Failed to load"))
      breaches.push(message.text());
  });
  await page.goto(`${world.origin}/console`);
  await submitLogin(page, email);
  await heading(page, "Overview");
  return { page, breaches, context };
}

const heading = (page: Page, name: string | RegExp) =>
  page.getByRole("heading", { level: 1, name, exact: true }).waitFor();

test("on a narrow screen the sections are in a menu, which the keyboard opens", {
  skip: notToday(0, 2),
}, async () => {
  const { page, breaches, context } = await signIn(390, "dark");
  await page.locator("details.menu > summary").press("Enter");
  const nav = page.getByRole("navigation", { name: "Console menu", exact: true });
  await nav.getByRole("link", { name: "Signing keys", exact: true }).press("Enter");
  await heading(page, "Signing keys");
  assert.deepEqual(breaches, []);
  await context.close();
});

test("by the keyboard alone: skip to the content, add an organization, read the fault, mend it", {
  skip: notToday(1, 2),
}, async () => {
  const { page, context } = await signIn(1280, "light");
  await page.goto(`${world.origin}/console/organizations/new`);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  for (
    let n = 0;
    n < 10 &&
    (await page
      .getByLabel("Id", { exact: true })
      .evaluate((field) => field !== field.ownerDocument.activeElement));
    n += 1
  )
    await page.keyboard.press("Tab");
  await page.keyboard.type("no spaces");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  assert.match(await page.title(), /^Error: Add an organization/);
  const id = page.getByLabel("Id", { exact: true });
  assert.equal(await id.getAttribute("aria-invalid"), "true");
  assert.equal(await id.inputValue(), "no spaces");
  await id.focus();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type("umbrella");
  await page.keyboard.press("Enter");
  await heading(page, "umbrella");
  await page.getByText("Created.").waitFor();
  await page.reload();
  assert.equal(await page.getByText("Created.").count(), 0);
  await context.close();
});

test("an act asks before it is done, can be left, and says what it did", async () => {
  const { page, context } = await signIn(390, "light", emails.operator);
  await page.goto(`${world.origin}/console/applications/app`);
  await page.getByRole("link", { name: "Disable…" }).click();
  await page.getByText("proves itself nowhere any more").waitFor();
  await page.getByRole("link", { name: "Cancel" }).click();
  await heading(page, "Sample ISV app");
  await page.getByRole("link", { name: "Disable…" }).click();
  await page.getByRole("button", { name: "Disable" }).click();
  await page.getByText("Disabled. What stood has ended.").waitFor();
  await context.close();
});

test("an auditor sees the same pages without what they may not do, and signs out", {
  skip: notToday(2, 2),
}, async () => {
  const { page, context } = await signIn(1280, "light", emails.auditor);
  await page.goto(`${world.origin}/console/people/${encodeURIComponent(emails.nobody)}`);
  await heading(page, "The nobody");
  assert.equal(await page.getByRole("link", { name: /Delete|Disable|Set a password/ }).count(), 0);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(/session\/end/);
  await context.close();
});
