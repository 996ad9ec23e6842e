// Owns the proof, in a real browser, that the sandbox's page is live without taking anybody's place: new requests come on
// top while focus, scroll and keyboard stay; it can be paused; a ticket is copied; switches work by their forms.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { type Sandbox, startSandbox } from "tti-sandbox";
import { launchBrowser } from "../support/browser.ts";

let sandbox: Sandbox;
let browser: Browser;
before(async () => {
  sandbox = await startSandbox({ port: 0 });
  browser = await launchBrowser();
});
after(async () => {
  await browser.close();
  await sandbox.close();
});

async function ask(count: number): Promise<void> {
  for (let asked = 0; asked < count; asked += 1)
    await (await fetch(sandbox.url, { method: "POST", body: "Action=GetCallerIdentity" })).arrayBuffer();
}

const topOf = (page: Page): Promise<number> =>
  page.evaluate<number>(`Number(document.querySelector("[data-sequence]").dataset.sequence)`);

const waitForTop = (page: Page, sequence: number) =>
  page.locator(`li:first-child[data-sequence="${sequence}"]`).waitFor();

const lastSequence = (): number => sandbox.control.requests(1)[0]?.sequence ?? 0;

test("new requests come on top without moving focus, scroll or keyboard; whoever pauses is left alone (fault P3)", async () => {
  await ask(30);
  const page = await (await browser.newContext({ viewport: { width: 1000, height: 500 } })).newPage();
  const breaches: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") breaches.push(message.text());
  });
  await page.goto(sandbox.url);
  const focused = page.locator(".row").nth(12);
  await focused.focus();
  const address = await focused.getAttribute("href");
  const placeOf = () => page.evaluate<number>("document.activeElement.getBoundingClientRect().top");
  const place = await placeOf();
  await ask(3);
  await waitForTop(page, lastSequence());
  assert.equal(await page.evaluate(`document.activeElement.getAttribute("href")`), address);
  assert.ok(Math.abs((await placeOf()) - place) < 2, `from ${place} to ${await placeOf()}`);
  assert.equal(await page.locator("[data-live-status]").innerText(), "3 new requests");
  assert.equal(await page.locator('[data-live-part="All"]').innerText(), "33");
  await page.keyboard.press("Tab");
  assert.notEqual(await page.evaluate(`document.activeElement.getAttribute("href")`), address);

  await page.getByRole("button", { name: "Live: pause" }).click();
  const paused = await topOf(page);
  await ask(1);
  await page.reload();
  await page.getByRole("button", { name: "Paused: go on" }).waitFor();
  assert.equal(await topOf(page), paused + 1);
  await ask(1);
  await page.getByRole("button", { name: "Paused: go on" }).click();
  await waitForTop(page, lastSequence());
  assert.deepEqual(breaches, []);
  await page.context().close();
});

test("the first request takes the place of the empty page, and an emptied list is empty again", async () => {
  sandbox.control.clearRequests();
  const page = await (await browser.newContext()).newPage();
  await page.goto(sandbox.url);
  await page.getByText("No request yet.").waitFor();
  await ask(1);
  await waitForTop(page, lastSequence());
  sandbox.control.clearRequests();
  await page.getByText("No request yet.").waitFor();
  await page.context().close();
});

test("without JavaScript the list is reloaded by a link, the filter and the controls work all the same", async () => {
  await ask(1);
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await page.goto(sandbox.url);
  assert.equal(await page.getByRole("button", { name: /pause/i }).count(), 0);
  await ask(1);
  await page.getByRole("link", { name: "Reload" }).click();
  assert.ok((await page.content()).includes(`data-sequence="${lastSequence()}"`));
  await page.getByLabel("Outcome").selectOption("ok");
  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByText("No request matches.").waitFor();
  await page.goto(`${sandbox.url}/controls`);
  await page.getByRole("button", { name: "One hour on" }).click();
  await page.getByText("The clock was moved.").waitFor();
  assert.equal(sandbox.control.clock().offsetSeconds, 3600);
  await page.getByRole("link", { name: "Reset the sandbox" }).click();
  await page.getByRole("button", { name: "Reset the sandbox" }).click();
  await page.getByText("The sandbox is as its seed made it.").waitFor();
  assert.equal(sandbox.control.clock().offsetSeconds, 0);
  await page.context().close();
});

test("a refusal is copied as text", async () => {
  await ask(1);
  const context = await browser.newContext();
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: sandbox.url });
  const page = await context.newPage();
  await page.goto(`${sandbox.url}/requests/${lastSequence()}`);
  await page.getByRole("button", { name: "Copy" }).click();
  await page.getByText(/^(Copied|Selected)/).waitFor();
  const shown = await page.locator("#ticket").innerText();
  assert.match(shown, /^AWS call refused/);
  if (await page.getByText("Copied.").isVisible())
    assert.equal(
      await page.evaluate("navigator.clipboard.readText()"),
      await page.locator("#ticket").textContent(),
    );
  await context.close();
});
