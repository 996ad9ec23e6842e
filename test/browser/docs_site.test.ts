// The documentation's pages as a reader has them: opened from the disk, with no server and no network, and from a plain web
// server below a path. The search, by keyboard too; axe in light and dark, wide and narrow.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { buildSite } from "../../scripts/docs_site/build_site.ts";
import { launchBrowser } from "../support/browser.ts";
import { notToday } from "../support/share_of_day.ts";
import { standIn } from "../support/stand_in.ts";
import { assertAccessibleAt } from "./accessible.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "tti-site-"));
const { files } = buildSite({ root });

let opened: Browser | undefined;
const browser = standIn<Browser>("the browser", () => opened);
before(async () => {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  opened = await launchBrowser();
});
after(async () => {
  await opened?.close();
  rmSync(folder, { recursive: true });
});

/** A page of the site, and what went wrong on it or was asked of somewhere else. */
async function openPage(base: string, path: string): Promise<{ page: Page; wrong: string[] }> {
  const page = await (await browser.newContext()).newPage();
  const wrong: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(base)) wrong.push(request.url());
  });
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(error.message));
  await page.goto(new URL(path, base).href);
  return { page, wrong };
}

async function findRefreshing(page: Page): Promise<void> {
  await page.keyboard.press("/");
  await page.keyboard.type("refreshing token");
  await page.locator("#found a").first().waitFor();
  assert.match(await page.getByRole("status").innerText(), /^\d+ found$/);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/connecting-an-application\.html#/);
  assert.match(await page.locator("h1").innerText(), /Connect/);
}

test("opened from the disk the pages have their look, their search and their links, and ask nobody", {
  skip: notToday(0, 2),
}, async () => {
  const base = pathToFileURL(`${folder}/`).href;
  const { page, wrong } = await openPage(base, "docs/keys.html");
  assert.notEqual(
    await page.evaluate<string>("getComputedStyle(document.body).fontFamily"),
    await page.evaluate<string>("getComputedStyle(document.createElement('p')).fontFamily"),
  );
  await findRefreshing(page);
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Glossary" }).click();
  await page.getByRole("heading", { level: 1, name: "Glossary" }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("xqzvkj");
  await page.getByText("Nothing holds “xqzvkj”.").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#found").isVisible(), false);
  assert.deepEqual(wrong, []);
  await page.context().close();
});

test("a plain web server gives the same, below a path too", { skip: notToday(1, 2) }, async () => {
  const types: Readonly<Record<string, string>> = {
    html: "text/html",
    css: "text/css",
    js: "text/javascript",
    svg: "image/svg+xml",
  };
  const server = createServer((request, response) => {
    const path = (request.url ?? "").replace(/^\/docs\/v1\//, "");
    const content = files.get(path);
    const type = types[path.split(".").at(-1) ?? ""] ?? "image/png";
    response.writeHead(content === undefined ? 404 : 200, { "content-type": type }).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const base = `http://127.0.0.1:${port}/docs/v1/`;
    const { page, wrong } = await openPage(base, "index.html");
    await findRefreshing(page);
    assert.deepEqual(wrong, []);
    await page.context().close();
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("pages are accessible, and so is what was found", { skip: notToday(2, 2) }, async () => {
  const { page } = await openPage(pathToFileURL(`${folder}/`).href, "docs/guides/troubleshooting.html");
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.setViewportSize({ width: 1280, height: 800 });
  await assertAccessibleAt(page, 1280, "light");
  await page.keyboard.press("/");
  await page.keyboard.type("issuer");
  await page.locator("#found a").first().waitFor();
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  await page.setViewportSize({ width: 320, height: 800 });
  await assertAccessibleAt(page, 320, "dark");
  await page.context().close();
});
