// Owns the pictures of the docs: taken from the running product in a real Chromium, with the people and customers of the
// browser tests, so that they are renewed by one command (npm run docs:images) when a page's look changes.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { makeFirstLink } from "../src/admin/operations/first_link.ts";
import { firstStartUrl } from "../src/console/first_start/first_start_page.ts";
import {
  alice,
  arrivedAt,
  openBrowserWorld,
  signInToDemo,
  submitLogin,
} from "../test/browser/browser_world.ts";
import { furnish } from "../test/browser/walked_world.ts";
import { startProvider } from "../test/provider/support/provider_fixture.ts";
import { launchBrowser } from "../test/support/browser.ts";
import { cliContext } from "../test/support/cli_context.ts";
import { startDev } from "../test/support/dev_world.ts";

const folder = fileURLToPath(new URL("../docs/images/", import.meta.url));

async function photograph(page: Page, name: string): Promise<void> {
  process.stdout.write(`docs/images/${name}.png\n`);
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

async function pictureDemo(): Promise<void> {
  const world = await openBrowserWorld();
  try {
    const { page } = await world.openPage({
      viewport: { width: 1120, height: 1040 },
      colorScheme: "light",
    });
    await signInToDemo(page, world.demo, alice.email);
    await page.getByRole("searchbox").fill("travel budget");
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await arrivedAt(page, page.locator(".document").first());
    await photograph(page, "demo");
  } finally {
    await world.close();
  }
}

/** Console and portal, as the first owner of an installation with two customers sees them. */
async function pictureAdministration(): Promise<void> {
  const world = await startProvider();
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1120, height: 760 }, colorScheme: "light" });
    const owner = { email: "olga@isv.example", password: "seven green umbrellas in march" };
    const { link } = await makeFirstLink(cliContext(world.db));
    const at = world.server.consoleUrl ?? "";
    await page.goto(firstStartUrl(at, link?.secret ?? ""));
    await photograph(page, "console_first");
    await page.getByLabel("E-mail address").fill(owner.email);
    await page.getByLabel("Name").fill("Olga Owner");
    await page.getByLabel("Password", { exact: true }).fill(owner.password);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
    await furnish(world, owner.email);
    await submitLogin(page, owner.email, owner.password);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await photograph(page, "console_overview");
    await page.goto(`${at}/console/people`);
    await photograph(page, "console_people");
    await page.getByRole("link", { name: "Ann Ames" }).first().click();
    await photograph(page, "console_person");
    await page.goto(`${at}/console/applications/app`);
    await photograph(page, "console_application");
    await page.goto(`${world.issuer}/portal/acme/people`);
    if ((await page.getByLabel("E-mail address").count()) > 0) {
      await submitLogin(page, owner.email, owner.password);
    }
    await photograph(page, "portal_people");
  } finally {
    await browser.close();
    await world.close();
  }
}

/** The page behind a customer's link, when everything is green. */
async function pictureOnboarding(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), "tti-pictures-"));
  const dev = await startDev(dataDir);
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1120, height: 900 }, colorScheme: "light" });
    const goOn = (name: string) => page.getByRole("button", { name }).first().click();
    await page.goto(dev.onboardingUrl);
    await page.getByRole("link", { name: "Sign in as Ivy Nolan" }).click();
    await submitLogin(page, "ivy@initech.example", dev.state.demoPassword);
    await page.getByRole("heading", { level: 1, name: /^Search/ }).waitFor();
    await page.goto(dev.onboardingUrl);
    await goOn("Make the link");
    await goOn("Run the script");
    const line = await page.locator("#details pre").first().innerText();
    await page.getByRole("link", { name: "Open the link" }).click();
    await goOn("Begin here");
    const setup = page.getByRole("link", { name: "Everything as one file" });
    await Promise.all([page.waitForEvent("download"), setup.click()]);
    await page.getByRole("link", { name: "Enter the details" }).click();
    await page.getByLabel("What the script printed").fill(line);
    await goOn("Hand over");
    await page.getByLabel("E-mail address of a person").fill("ivy@initech.example");
    await goOn("Test it");
    await page.getByText("4 of 4 done").waitFor();
    await photograph(page, "onboarding");
  } finally {
    await browser.close();
    await dev.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

await pictureDemo();
await pictureOnboarding();
await pictureAdministration();
