// The sign-in page and the request page in a real browser: the content policy lets the redirect through and
// nothing else is loaded, in light and dark, on a wide screen and a phone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../../../../../test/support/browser.ts";
import { listen } from "../../../src/gateway/http/listener.ts";
import { type Sandbox, startSandbox } from "../../../src/index.ts";
import { exampleSeed, ISV_ROLE } from "../../support/world.ts";

let browser: Browser;
let sandbox: Sandbox;
let application: Awaited<ReturnType<typeof listen>>;
let redirectUri = "";

before(async () => {
  application = await listen(0, "127.0.0.1", async (request) => ({
    status: 200,
    headers: { "content-type": "text/plain" },
    body: `back with ${request.rawQuery}`,
  }));
  redirectUri = `http://127.0.0.1:${application.port}/callback`;
  const seed = exampleSeed("https://issuer.example.com", { trustedTokenIssuer: undefined });
  seed.isvs = [{ displayName: "Example ISV", principal: ISV_ROLE, redirectUris: [redirectUri] }];
  sandbox = await startSandbox({ port: 0, seed });
  browser = await launchBrowser();
});

after(async () => {
  await browser.close();
  await sandbox.close();
  await application.close();
});

async function openPage(
  width: number,
  colorScheme: "light" | "dark",
): Promise<{ page: Page; breaches: string[] }> {
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
  const page = await context.newPage();
  const breaches: string[] = [];
  page.on("console", (message) => breaches.push(message.text()));
  page.on("pageerror", (error) => breaches.push(error.message));
  return { page, breaches };
}

const authorizeUrl = () => {
  const clientId = sandbox.seedResult.connections["example-isv"]?.idcApplicationArn ?? "";
  const parameters = { response_type: "code", client_id: clientId, redirect_uri: redirectUri, state: "xyz" };
  return `${sandbox.url}/authorize?${new URLSearchParams(parameters)}`;
};

test("choosing a person, typing a name and cancelling each lead back to the application", async () => {
  const { page, breaches } = await openPage(900, "light");
  await page.goto(authorizeUrl());
  await page.getByRole("button", { name: "Ada Lovelace" }).click();
  await page.getByText(/^back with code=[\w-]{43}&state=xyz$/).waitFor();

  await page.goto(authorizeUrl());
  await page.getByLabel("User name or e-mail").fill("bob@acme.example");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText(/^back with code=/).waitFor();

  await page.goto(authorizeUrl());
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText(/^back with error=access_denied/).waitFor();
  assert.deepEqual(breaches, []);
  await page.context().close();
});

test("the request page leads from a refusal to its checks, also dark and on a phone", async () => {
  await fetch(`${sandbox.url}/authorize?client_id=unknown`);
  const { page, breaches } = await openPage(390, "dark");
  await page.goto(`${sandbox.url}/?show=refused`);
  await page.getByText('There is no Identity Center application "unknown"').first().waitFor();
  await page
    .getByRole("link", { name: /Authorize/ })
    .first()
    .click();
  await page.getByRole("heading", { name: "Checks" }).waitFor();
  await page.getByText("authorize.client", { exact: true }).first().waitFor();
  const ground = await page.evaluate("getComputedStyle(document.body).backgroundColor");
  assert.equal(ground, "rgb(15, 18, 32)");
  for (const path of ["/", "/contents"]) {
    await page.goto(sandbox.url + path);
    const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    assert.ok(Number(overflow) <= 0, `${path} scrolls sideways by ${overflow}`);
  }
  assert.deepEqual(breaches, []);
  await page.context().close();
});
