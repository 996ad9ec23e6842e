// What only a real browser decides: SameSite cookies, form redirects under our Content-Security-Policy, and the one
// script that posts a form by itself. The relying party is another site (localhost against 127.0.0.1).
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../support/browser.ts";
import { authorizationUrl, redeem } from "./support/authorization.ts";
import {
  addClient,
  addPerson,
  type ProviderFixture,
  password,
  startProvider,
} from "./support/provider_fixture.ts";

let fixture: ProviderFixture;
let browser: Browser;
let relyingParty: Server;
let callback: string;
const posted: URLSearchParams[] = [];
before(async () => {
  relyingParty = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    if (request.method === "POST") posted.push(new URLSearchParams(body));
    response.setHeader("content-type", "text/html");
    if (request.url === "/post") {
      const fields = [...authorizationUrl(fixture, { redirect_uri: callback }).searchParams]
        .map(([name, value]) => `<input name="${name}" value="${value}">`)
        .join("");
      response.end(`<form method="post" action="${fixture.issuer}/auth">${fields}<button>Go</button></form>`);
    } else response.end("<h1>Back at the relying party</h1>");
  });
  await new Promise<void>((resolve) => relyingParty.listen(0, "127.0.0.1", resolve));
  callback = `http://127.0.0.1:${(relyingParty.address() as AddressInfo).port}/callback`;
  fixture = await startProvider();
  await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  await addPerson(fixture.db, { email: "ben@bolt.example", tenants: ["bolt"] });
  await addClient(fixture.db, {
    client_id: "app",
    redirect_uris: [callback],
    post_logout_redirect_uris: [callback],
  });
  await addClient(fixture.db, { client_id: "third", first_party: false, redirect_uris: [callback] });
  browser = await launchBrowser();
});
after(async () => {
  await browser.close();
  relyingParty.closeAllConnections();
  relyingParty.close();
  await fixture.close();
});

/** A new browser profile's page, and what the browser complained about. */
async function newPage(): Promise<{ page: Page; complaints: string[] }> {
  const page = await (await browser.newContext()).newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  return { page, complaints };
}

async function fillIn(page: Page, email: string): Promise<void> {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

const open = (page: Page, params: Record<string, string> = {}) =>
  page.goto(authorizationUrl(fixture, { redirect_uri: callback, ...params }).href);

test("sign-in, consent and sign-out each end at the relying party, with no complaint of the browser", async () => {
  const { page, complaints } = await newPage();
  await open(page);
  await fillIn(page, "ann@acme.example");
  await page.waitForURL(`${callback}?*`);
  const tokens = await redeem(fixture, new URL(page.url()).searchParams.get("code") ?? "", {
    redirect_uri: callback,
  });
  assert.equal(tokens.status, 200);
  await open(page, { client_id: "third" });
  await page.getByRole("button", { name: /allow/i }).click();
  await page.waitForURL(`${callback}?*`);
  const hint = encodeURIComponent(String(tokens.body["id_token"]));
  await page.goto(`${fixture.issuer}/session/end?id_token_hint=${hint}&post_logout_redirect_uri=${callback}`);
  await page.waitForURL(callback);
  assert.deepEqual(complaints, []);
});

test("a request posted from another site finds the session of the person who is signed in", async () => {
  const { page, complaints } = await newPage();
  await open(page);
  await fillIn(page, "ann@acme.example");
  await page.waitForURL(`${callback}?*`);
  await page.goto(callback.replace("/callback", "/post"));
  await page.getByRole("button", { name: "Go" }).click();
  await page.waitForURL(`${callback}?*`);
  assert.ok(new URL(page.url()).searchParams.has("code"), page.url());
  assert.deepEqual(complaints, []);
});

test("an answer by form_post is posted by itself", async () => {
  const { page, complaints } = await newPage();
  await open(page, { response_mode: "form_post" });
  await fillIn(page, "ann@acme.example");
  await page.waitForURL(callback);
  assert.equal(posted.at(-1)?.get("state"), "the-state");
  assert.ok(posted.at(-1)?.has("code"));
  assert.deepEqual(complaints, []);
});

test("an account that may not continue is exchanged for another one in one go", async () => {
  const { page } = await newPage();
  await open(page, { tenant: "bolt" });
  await fillIn(page, "ann@acme.example");
  await page.getByText("does not belong to the organization").waitFor();
  await page.getByRole("link", { name: "Sign in with another account" }).click();
  await fillIn(page, "ben@bolt.example");
  await page.waitForURL(`${callback}?*`);
  assert.ok(new URL(page.url()).searchParams.has("code"), page.url());
});
