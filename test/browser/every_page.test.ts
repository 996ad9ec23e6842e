// Owns the judgement of every page there is, also of those that the other tests do not come by: axe, no sideways scroll
// at any width, controls for a thumb, and the looks that only a browser knows. Drawn from the fixtures, without a server. By
// day those with a kind of element that none before them had, and a third of the others, which differ by their texts.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { withFrame } from "../../src/views/frame.ts";
import type { PageName, Pages } from "../../src/views/pages.ts";
import { frameOf, renderPage } from "../../src/views/render.ts";
import { type FrameName, stylesheet } from "../../src/views/stylesheets.ts";
import { launchBrowser } from "../support/browser.ts";
import { notToday } from "../support/share_of_day.ts";
import { question, secret } from "../views/console_fixtures.ts";
import {
  fixtures,
  freshSession,
  personsPages,
  portalQuestion,
  refusedPortalForm,
  refusedSession,
} from "../views/page_fixtures.ts";
import { drawParts } from "../views/parts_fixture.ts";
import { assertAccessible, assertAccessibleAt } from "./accessible.ts";
import { assertNoSidewaysScroll, assertThumbSize } from "./browser_world.ts";

let browser: Browser;
let page: Page;
before(async () => {
  browser = await launchBrowser();
  page = await browser.newPage();
});
after(() => browser.close());

function drawn<N extends PageName>(name: N, model: Pages[N]): string {
  return withStyle(renderPage(name, model), frameOf(name));
}

function withStyle(html: string, frame: FrameName): string {
  const link = /<link rel="stylesheet"[^>]*>/;
  return html.replace(link, () => `<style>${stylesheet(frame).body}</style>`);
}

const noContent = { error: undefined, wrongFields: [] };
const pages: ReadonlyMap<string, string> = new Map([
  ...(Object.keys(fixtures) as PageName[]).map((name) => [name, drawn(name, fixtures[name])] as const),
  ["login without a fault", drawn("login", { ...fixtures.login, ...noContent })],
  ["tenant_choice with a fault", drawn("tenant_choice", { ...fixtures.tenant_choice, error: "No access." })],
  [
    "account with a fault",
    drawn("account", {
      ...fixtures.account,
      shell: { ...fixtures.account.shell, notice: undefined, fault: "Nothing was changed." },
    }),
  ],
  ["demo_home with a refusal", drawn("demo_home", { ...fixtures.demo_home, notice: "No.", refused: true })],
  ["demo_session before a search", drawn("demo_session", freshSession)],
  ["demo_session refused", drawn("demo_session", refusedSession)],
  ["console question", drawn("console/page", question)],
  ["console secret", drawn("console/page", secret)],
  ["portal/page with a refused form", drawn("portal/page", refusedPortalForm)],
  ["portal/page with a question", drawn("portal/page", portalQuestion)],
  ["the console's parts", withStyle(drawParts("console"), "console")],
  ["the portal's parts", withStyle(drawParts("portal"), "portal")],
]);

const kindsOf = (html: string): string[] =>
  [...html.matchAll(/<[a-z][\w-]*(?:[^>]*? class="[^"]*")?/g)].map(([tag]) =>
    tag.replace(/ .* class="/s, " "),
  );

const drawnKinds = new Set<string>();
for (const [index, [name, html]] of [...pages].entries()) {
  const kinds = kindsOf(html);
  const skip = kinds.some((one) => !drawnKinds.has(one)) ? false : notToday(index, 3);
  for (const one of kinds) drawnKinds.add(one);
  test(`${name} is accessible and fits, in both schemes at every width`, { skip }, async () => {
    await page.setContent(html);
    await assertAccessible(page, name, true);
    await page.setViewportSize({ width: 320, height: 568 });
    await assertThumbSize(page);
    // WCAG 2.2, 1.4.12, and a font that is wider than ours: nothing may be lost.
    const spaced =
      "* { letter-spacing: 0.12em !important; word-spacing: 0.16em !important; line-height: 1.5 }";
    await page.setContent(html.replace("</head>", `<style>${spaced}</style></head>`));
    await assertNoSidewaysScroll(page);
  });
}

for (const name of personsPages) {
  test(`${name} in German is marked as German, accessible, and fits the smallest screen in the dark`, async () => {
    const here = `/${name}`;
    const frame = { name: "Obsthof", host: "konto.obsthof.example", language: "de", here };
    await page.setContent(withFrame(frame, () => drawn(name, fixtures[name])));
    assert.equal(await page.locator("html").getAttribute("lang"), "de");
    await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    await page.setViewportSize({ width: 320, height: 800 });
    await assertAccessibleAt(page, 320, "dark");
  });
}

const styleOf = (selector: string, property: string) =>
  page.evaluate<string>(`getComputedStyle(document.querySelector("${selector}"))["${property}"]`);

test("what unfolds says so by its triangle, on a small screen", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const [name, html] of pages) {
    if (!html.includes("<summary")) continue;
    await page.setContent(html);
    const displays = await page.evaluate<string[]>(
      `[...document.querySelectorAll("summary")].filter((one) => one.checkVisibility())
        .map((one) => getComputedStyle(one).display + " " + getComputedStyle(one).listStyleType)`,
    );
    for (const display of displays) assert.equal(display, "list-item disclosure-closed", name);
  }
});

test("an error page draws one line above its small print, and no empty box", async () => {
  await page.setContent(pages.get("error") ?? "");
  assert.equal(await styleOf(".small-print", "borderTopWidth"), "1px");
  assert.equal(await styleOf(".small-print .kv", "borderTopWidth"), "0px");
  assert.equal(await styleOf("[role=alert]", "rowGap"), "8px");
});
