// Owns the proof of the console in a real browser: every section and page accessible on a wide screen in light and on a narrow
// one in dark; its forms without JavaScript, and by the keyboard alone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { createClient } from "../../src/admin/operations/clients.ts";
import { addDomain } from "../../src/admin/operations/domains.ts";
import { emails, useConsole } from "../console/console_world.ts";
import { launchBrowser } from "../support/browser.ts";
import { cliContext } from "../support/cli_context.ts";
import { assertAccessibleAt } from "./accessible.ts";
import { assertThumbSize, submitLogin } from "./browser_world.ts";

const world = useConsole({}, async () => {
  const context = cliContext(world.db);
  await createClient(context, {
    clientId: "app",
    name: "Sample ISV app",
    redirectUris: ["https://app.example/callback"],
  });
  await addDomain(context, { tenantId: "acme", domain: "acme.example" });
});
let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

const sections = [
  ["Overview", "Overview"],
  ["People", "People"],
  ["Organizations", "Organizations"],
  ["Applications", "Applications"],
  ["Data accessors", "Data accessors"],
  ["Activity", "Activity"],
  ["Signing keys", "Signing keys"],
  ["Token inspector", "Token inspector"],
  ["Explain an error", "Explain an error"],
  ["Administrators", "Administrators"],
] as const;

/** Signs in, without JavaScript unless axe is to run in the pages; what breaks their policy is noted. */
async function signIn(
  width: number,
  colorScheme: "light" | "dark",
  email: string = emails.owner,
  javaScriptEnabled = false,
) {
  const context: BrowserContext = await browser.newContext({
    javaScriptEnabled,
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

for (const [width, scheme] of [
  [1280, "light"],
  [390, "dark"],
] as const) {
  test(`every section and its pages, ${width} pixels wide in ${scheme}`, async () => {
    const { page, breaches, context } = await signIn(width, scheme, emails.owner, true);
    const judge = () => assertAccessibleAt(page, width, scheme);
    for (const [label, title] of sections) {
      const narrow = width < 960;
      if (narrow) await page.locator("details.menu > summary").click();
      const nav = page.getByRole("navigation", { name: narrow ? "Console menu" : "Console", exact: true });
      await nav.getByRole("link", { name: label, exact: true }).click();
      await heading(page, title);
      await judge();
    }
    const pages = [
      `/console/people/${encodeURIComponent(emails.nobody)}`,
      `/console/people/${encodeURIComponent(emails.nobody)}/delete`,
      "/console/people/new",
      "/console/organizations/acme",
      "/console/organizations/acme/edit",
      "/console/organizations/acme/domains/acme.example/verify",
      "/console/applications/app",
      "/console/applications/new",
    ];
    for (const path of pages) {
      assert.equal((await page.goto(`${world.origin}${path}`))?.status(), 200, path);
      await judge();
      if (width === 390) await assertThumbSize(page);
    }
    assert.deepEqual(breaches, []);
    await context.close();
  });
}

test("by the keyboard alone: skip to the content, add an organization, read the fault, mend it", async () => {
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

test("an auditor sees the same pages without what they may not do, and signs out", async () => {
  const { page, context } = await signIn(1280, "light", emails.auditor);
  await page.goto(`${world.origin}/console/people/${encodeURIComponent(emails.nobody)}`);
  await heading(page, "The nobody");
  assert.equal(await page.getByRole("link", { name: /Delete|Disable|Set a password/ }).count(), 0);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(/session\/end/);
  await context.close();
});
