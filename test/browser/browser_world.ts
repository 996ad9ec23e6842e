// Owns the world of the browser tests: a provider with two tenants and their people, the demo application as its
// client, a third-party client, and a real browser that reports every breach of a page's policy.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { type Sandbox, startSandbox } from "tti-sandbox";
import { createClient } from "../../src/admin/operations/clients.ts";
import { createTenant } from "../../src/admin/operations/tenants.ts";
import { createUser } from "../../src/admin/operations/users.ts";
import { systemClock } from "../../src/clock.ts";
import { readConfig } from "../../src/config.ts";
import { demoClientAddresses, type RunningDemo, startDemo } from "../../src/demo/start_demo.ts";
import { silentLog } from "../../src/log.ts";
import { createPasswords } from "../../src/provider/accounts/passwords.ts";
import type { RunningServer } from "../../src/running_server.ts";
import { startServer } from "../../src/server.ts";
import { launchBrowser } from "../support/browser.ts";
import { punctual } from "../support/punctual.ts";
import { customersSeed } from "./sandbox_customers.ts";

export const password = "correct horse battery staple";
export const alice = { email: "alice@acme.example", name: "Alice Ames" };
export const bob = { email: "bob@acme.example", name: "Bob Brown" };
/** Belongs to both tenants. */
export const dana = { email: "dana@consulting.example", name: "Dana Diaz" };

const clientId = "isv-app";

export interface BrowserWorld {
  server: RunningServer;
  sandbox: Sandbox;
  demo: RunningDemo;
  browser: Browser;
  /** A page of a browser context of its own. `breaches` fills with policy violations and console errors. */
  openPage(options?: BrowserContextOptions): Promise<{ page: Page; breaches: string[] }>;
  close(): Promise<void>;
}

/** Starts everything on free ports, with a throw-away store. */
export async function openBrowserWorld(): Promise<BrowserWorld> {
  const dataDir = mkdtempSync(join(tmpdir(), "tti-browser-"));
  const config = readConfig({
    PORT: String(await freePort()),
    TTI_ADMIN_PORT: "0",
    TTI_DATA_DIR: dataDir,
    TTI_CLIENT_ID: clientId,
    TTI_LOG_LEVEL: "silent",
  });
  const server = await startServer(config, { log: silentLog, drainMs: 200, loop: punctual });
  const sandbox = await startSandbox({
    port: 0,
    allowLocalIssuers: true,
    seed: customersSeed(server.issuer, clientId),
  });
  const secret = "a-demo-secret-that-is-long-enough-for-it";
  const connections = Object.values(sandbox.seedResult.connections).map((connection) => ({
    tenantId: connection.externalId ?? "",
    roleArn: connection.principal,
    idcApplicationArn: connection.idcApplicationArn,
    idcRegion: connection.idcRegion,
    applicationId: connection.applicationId,
    retrieverId: connection.retrieverId,
    qRegion: connection.applicationRegion,
  }));
  const demo = await startDemo({
    port: 0,
    issuer: server.issuer,
    clientId,
    clientSecret: secret,
    exchange: {
      connectionOf: async (tenantId) => connections.find((one) => one.tenantId === tenantId),
      awsEndpointUrl: sandbox.url,
      baseCredentials: sandbox.seedResult.credentials["base"],
    },
    users: [
      { ...alice, password, tenant: "Acme Corp", sees: "finance" },
      { ...bob, password, tenant: "Acme Corp", sees: "engineering" },
    ],
    tenantNames: { acme: "Acme Corp", globex: "Globex" },
    suggestions: ["travel budget"],
    log: silentLog,
  });
  await seed(server, demo, secret);
  const browser = await launchBrowser();
  return {
    server,
    sandbox,
    demo,
    browser,
    openPage: (options) => openPage(browser, options),
    async close() {
      await browser.close();
      await demo.close();
      await sandbox.close();
      await server.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function seed(server: RunningServer, demo: RunningDemo, secret: string): Promise<void> {
  const context = {
    db: server.db,
    clock: systemClock,
    passwords: createPasswords(),
    actor: "test",
    may: () => true,
  };
  await createTenant(context, { id: "acme", name: "Acme Corp" });
  await createTenant(context, { id: "globex", name: "Globex" });
  for (const person of [alice, bob]) {
    await createUser(context, { ...person, password, memberships: [{ tenantId: "acme" }] });
  }
  const both = [{ tenantId: "acme" }, { tenantId: "globex" }];
  await createUser(context, { ...dana, password, memberships: both });
  const demoClient = { clientId, name: "Sample ISV app", secret, firstParty: true };
  await createClient(context, { ...demoClient, ...demoClientAddresses(demo.url) });
  await createClient(context, {
    clientId: "report-builder",
    name: "Report Builder",
    authMethod: "none",
    redirectUris: [`${demo.url}/elsewhere`],
  });
}

/** A page of a browser context of its own; `breaches` fills with policy violations and console errors. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const breaches: string[] = [];
  page.on("console", (message) => {
    // Chromium reports the status of a page itself this way; the tests look at those on purpose.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      breaches.push(`${page.url()}: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => breaches.push(`${page.url()}: ${error.message}`));
  return { page, breaches };
}

/** Types the address, and waits for the page that it leads to. */
export async function typeAddress(page: Page, email: string): Promise<void> {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
}

/** Goes through the login: the address, where it does not stand yet, then the password. */
export async function submitLogin(page: Page, email: string, secret = password): Promise<void> {
  if (await page.getByLabel("E-mail address").isEditable()) await typeAddress(page, email);
  await page.getByLabel("Password").fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Signs in to the demo from its first page. */
export async function signInToDemo(page: Page, demo: RunningDemo, email: string): Promise<void> {
  await page.goto(demo.url);
  await page.getByRole("link", { name: "Sign in", exact: true }).click();
  await submitLogin(page, email);
  await page.getByRole("heading", { level: 1, name: /^Search / }).waitFor();
}

/**
 * Waits for the page a click led to: what only that page shows, and then its stylesheet. A click does not wait for the
 * page it asks for, so whoever measures at once may measure the page that is going, or the next one without its style.
 */
export async function arrivedAt(page: Page, shown: Locator): Promise<void> {
  await shown.waitFor();
  await page.waitForLoadState("load");
}

/** Waits for the page with this heading of the first level, see {@link arrivedAt}. */
export function arrivedAtHeading(page: Page, name: string | RegExp): Promise<void> {
  return arrivedAt(page, page.getByRole("heading", { level: 1, name }));
}

/** Fails if a control that is shown is lower than a thumb needs: 44 pixels. All are measured in one moment. */
export async function assertThumbSize(page: Page): Promise<void> {
  const small = await page.evaluate<
    string[]
  >(`[...document.querySelectorAll(".btn, button, input:not([type=checkbox], [type=radio]), select, textarea")]
    .filter((control) => control.checkVisibility() && control.type !== "hidden")
    .map((control) => [control.getBoundingClientRect().height, control.outerHTML])
    .filter(([height]) => height < 44)
    .map(([height, html]) => height + " pixels: " + html)`);
  assert.deepEqual(small, [], page.url());
}

/** Fails if the page is wider than its window. */
export async function assertNoSidewaysScroll(page: Page): Promise<void> {
  // A string, because these files know no DOM.
  const width = (name: string) => page.evaluate<number>(`document.documentElement.${name}`);
  const [needed, given] = [await width("scrollWidth"), await width("clientWidth")];
  if (needed <= given) return;
  // The innermost come last.
  const beyond = await page.evaluate<string[]>(`[...document.querySelectorAll("body *")]
    .filter((one) => one.scrollWidth > one.clientWidth && one.clientWidth > 1)
    .map((one) => one.outerHTML.slice(0, 100))`);
  const told = beyond.slice(-5).join("\n");
  assert.fail(`${page.url()} is ${needed} pixels wide in a window of ${given}:\n${told}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
