// Owns the pictures of the docs: taken from the running product in a real Chromium, with the people and customers of the
// browser tests, so that they are renewed by one command (npm run docs:images) when a page's look changes.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import pngjs from "pngjs";
import { makeRefusal, refusalCases } from "../packages/sandbox/test/docs/refusal_cases.ts";
import { setClientLogo } from "../src/admin/operations/client_logo.ts";
import { updateClient } from "../src/admin/operations/client_update.ts";
import { makeFirstLink } from "../src/admin/operations/first_link.ts";
import { setTenantBrand } from "../src/admin/operations/tenant_brand.ts";
import { setTenantLogo } from "../src/admin/operations/tenant_logo.ts";
import { updateTenant } from "../src/admin/operations/tenants.ts";
import { firstStartUrl } from "../src/console/first_start/first_start_page.ts";
import {
  alice,
  arrivedAt,
  openBrowserWorld,
  signInToDemo,
  submitLogin,
} from "../test/browser/browser_world.ts";
import { furnish } from "../test/browser/walked_world.ts";
import { authorizationUrl } from "../test/provider/support/authorization.ts";
import { addClient, addPerson, startProvider } from "../test/provider/support/provider_fixture.ts";
import { launchBrowser } from "../test/support/browser.ts";
import { cliContext } from "../test/support/cli_context.ts";
import { startDev } from "../test/support/dev_world.ts";
import { readTypedWords, tellFault } from "./typed_words.ts";

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

/** What people see: of an organization that has a logo and a colour, on the way to an application of the house and another's. */
async function picturePeople(): Promise<void> {
  const world = await startProvider({ environment: { TTI_PUBLIC_NAME: "Northwind" } });
  const browser = await launchBrowser();
  try {
    const context = cliContext(world.db);
    const [email, password] = ["ann@acme.example", "correct horse battery staple"];
    await addPerson(world.db, { email, name: "Ann Ames", tenants: ["acme"] });
    await addClient(world.db, { client_id: "house", client_name: "Northwind Desk", first_party: true });
    await addClient(world.db, { client_id: "other", client_name: "Timesheets", first_party: false });
    await updateTenant(context, { id: "acme", name: "Acme Corporation" });
    await setTenantBrand(context, {
      ...{ id: "acme", color: "#0b6b53", supportUrl: "https://acme.example/help" },
      ...{ policyUrl: "https://acme.example/privacy", termsUrl: "https://acme.example/terms" },
    });
    await setTenantLogo(context, { id: "acme", png: drawnLogo([11, 107, 83]) });
    await updateClient(context, { clientId: "house", color: "#9a3412" });
    await setClientLogo(context, { clientId: "house", png: drawnLogo([154, 52, 18]) });
    const openAt = (colorScheme: "light" | "dark", width: number) =>
      browser.newPage({ viewport: { width, height: 700 }, colorScheme });
    const login = await openAt("light", 480);
    await login.goto(authorizationUrl(world, { client_id: "house" }).href);
    await photograph(login, "sign_in");
    const consent = await openAt("dark", 480);
    await consent.goto(authorizationUrl(world, { client_id: "other", scope: "openid email profile" }).href);
    await submitLogin(consent, email, password);
    await consent.getByRole("heading", { level: 1, name: "Allow access?" }).waitFor();
    await photograph(consent, "consent_dark");
    const account = await openAt("light", 800);
    await account.goto(`${world.issuer}/account`);
    await submitLogin(account, email, password);
    await account.getByRole("heading", { level: 1, name: "Your account" }).waitFor();
    await photograph(account, "account");
  } finally {
    await browser.close();
    await world.close();
  }
}

/** Of each refusal of packages/sandbox/docs/refusals.md the picture of its exchange: what was answered, and where it ended. */
async function pictureRefusals(): Promise<void> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1200, height: 800 }, colorScheme: "light" });
    for (const each of refusalCases) {
      await makeRefusal(each, async (url) => {
        await page.goto(url);
        process.stdout.write(`docs/images/refusal_${each.name}.png\n`);
        const picture = page.locator(".chain");
        await picture.screenshot({ path: join(folder, `refusal_${each.name}.png`) });
      });
    }
  } finally {
    await browser.close();
  }
}

/** Two discs beside each other, one over the other. */
function drawnLogo(rgb: readonly [number, number, number]): string {
  const png = new pngjs.PNG({ width: 96, height: 64 });
  for (let y = 0; y < png.height; y += 1)
    for (let x = 0; x < png.width; x += 1) {
      const inside = [34, 62].filter((middle) => Math.hypot(x - middle, y - 32) < 26).length;
      const color = inside === 2 ? rgb.map((part) => part / 2) : rgb;
      png.data.set([...color, inside === 0 ? 0 : inside === 2 ? 255 : 210], (y * png.width + x) * 4);
    }
  return pngjs.PNG.sync.write(png).toString("base64");
}

const pictures: Readonly<Record<string, () => Promise<void>>> = {
  demo: pictureDemo,
  onboarding: pictureOnboarding,
  administration: pictureAdministration,
  people: picturePeople,
  refusals: pictureRefusals,
};
const usage = `Usage: npm run docs:images [-- NAME …]

Takes the pictures of the docs anew, in Chromium: ${Object.keys(pictures).join(", ")}; all, if none is named.

Example:
  $ npm run docs:images -- people`;
const typed = readTypedWords(usage, { args: process.argv.slice(2), allowPositionals: true });
if (typeof typed === "number") process.exit(typed);
const named = typed.positionals;
const unknown = named.filter((name) => !Object.hasOwn(pictures, name));
if (unknown.length > 0) process.exit(tellFault(usage, `There is no picture named ${unknown.join(", ")}.`));
for (const [name, take] of Object.entries(pictures))
  if (named.length === 0 || named.includes(name)) await take();
