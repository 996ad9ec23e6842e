// Every page of console, portal and account in a running installation, found by following the links that people have: axe in
// light and dark, wide and narrow, nothing sideways, no script (but the two of ours), every control reached by Tab in order and seen to be (on
// each page with a kind of element that none before it had; at night once for each shape of page), every form that lacks something says what. An
// address that no link leads to fails, and so does a link that leads nowhere: what is added is walked without being listed.
// The way in is the first start, by the keyboard and without JavaScript.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import Router from "@koa/router";
import type { Browser, BrowserContext, CDPSession, Page } from "playwright-core";
import { makeFirstLink } from "../../src/admin/operations/first_link.ts";
import { firstStartUrl } from "../../src/console/first_start/first_start_page.ts";
import { places } from "../../src/console/places.ts";
import { MailNotTaken } from "../../src/mail/transport.ts";
import { addPortalRoutes } from "../../src/portal/portal_routes.ts";
import { accountPages } from "../../src/provider/self_service/account_tabs.ts";
import { passkeyScript, showPasswordScript } from "../../src/views/script.ts";
import { useProvider } from "../provider/support/provider_fixture.ts";
import { launchBrowser } from "../support/browser.ts";
import { cliContext } from "../support/cli_context.ts";
import { shareOfToday } from "../support/share_of_day.ts";
import { assertAccessibleAt, isNewKind } from "./accessible.ts";
import { assertNoSidewaysScroll, assertThumbSize, submitLogin } from "./browser_world.ts";
import { furnish } from "./walked_world.ts";

const owner = { email: "owner@isv.example", password: "seven green umbrellas in march" };
// With what the pack of a customer is made from.
const world = useProvider({
  environment: { TTI_ROLE_ARN: "arn:aws:iam::111122223333:role/isv" },
  // Mail is offered, and what is written waits.
  mail: {
    send: () => Promise.reject(new MailNotTaken("the mail server cannot be reached", false)),
    close: () => undefined,
  },
});
let browser: Browser;
let context: BrowserContext;
let page: Page;
let engine: CDPSession;
const breaches: string[] = [];

/** Switches the pages' JavaScript on, which axe needs, or off, as they must do without it. */
const script = (on: boolean) => engine.send("Emulation.setScriptExecutionDisabled", { value: !on });

before(async () => {
  browser = await launchBrowser();
  context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
  page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().startsWith("Failed to load")) {
      breaches.push(`${page.url()}: ${message.text()}`);
    }
  });
  engine = await context.newCDPSession(page);
});
after(() => browser.close());

/**
 * Judges the page as it is: nothing sideways on a wide screen nor on one of 320 pixels, and by axe wide and in light, and narrow and in dark. Axe and
 * the keyboard cost a second a page, so a page of which each kind of element stood on those judged before is judged at night
 * only, and then if no page was put together from the same ones.
 * @returns whether it was judged by axe
 */
async function judge(): Promise<boolean> {
  await script(true);
  await assertNoSidewaysScroll(page);
  const { isNew } = await isNewKind(page);
  if (isNew) {
    for (const [width, colorScheme] of [
      [1280, "light"],
      [390, "dark"],
    ] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 800 });
      await assertAccessibleAt(page, width, colorScheme);
    }
  }
  await page.setViewportSize({ width: 320, height: 800 });
  await assertNoSidewaysScroll(page);
  await assertThumbSize(page);
  await page.setViewportSize({ width: 1280, height: 800 });
  await script(false);
  return isNew;
}

// Said to the browser as text, because these files know no DOM.
const controls =
  '[...document.querySelectorAll("main a[href], main button, main input, main select, main textarea, main summary")]' +
  '.filter((one) => one.type !== "hidden" && !one.disabled && one.checkVisibility())';
const nameOf = "(one) => one.outerHTML.slice(0, 160)";

/** Goes from the page's skip link through all of its content by Tab: each control in order, and with a mark on it. */
async function assertTabReachesAll(): Promise<void> {
  await script(true);
  const expected = await page.evaluate<string[]>(`(() => {
    document.activeElement.blur();
    window.walked = [];
    window.addEventListener("focusin", ({ target }) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(target);
      window.walked.push([target, outlineStyle !== "none" && parseFloat(outlineWidth) >= 2]);
    });
    return ${controls}.map(${nameOf});
  })()`);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  // A date has a stop for each of its parts; what scrolls is one, too.
  const presses = expected.length + 4 * expected.filter((one) => one.includes('type="date"')).length + 5;
  await Promise.all(Array.from({ length: presses }, () => page.keyboard.press("Tab")));
  const [first, reached, unmarked] = await page.evaluate<[string, string[], string[]]>(`(() => {
    const all = ${controls};
    // After the last it begins again at the top.
    const reached = window.walked.filter(([one], place) =>
      all.includes(one) && window.walked.findIndex(([other]) => other === one) === place);
    return [window.walked[0]?.[0].textContent ?? "", reached.map(([one]) => one).map(${nameOf}),
      reached.filter(([, marked]) => !marked).map(([one]) => one).map(${nameOf})];
  })()`);
  assert.equal(first, "Skip to content", page.url());
  assert.deepEqual(reached, expected, `${page.url()}: Tab goes another way`);
  assert.deepEqual(unmarked, [], `${page.url()}: nobody sees where the focus is`);
  await script(false);
}

/** Sends a form that is not folded without what it requires, by Enter: it comes back with the fault at the top, which leads to its field. */
async function assertSaysWhatIsMissing(): Promise<void> {
  const field = page.locator('main form[method="post"] input[required]:not([type=checkbox]):visible').first();
  if ((await field.count()) === 0) return;
  const url = page.url();
  await field.fill("");
  await field.press("Enter");
  const fault = page.getByRole("alert").getByRole("link").first();
  await fault.waitFor();
  assert.match(await page.title(), /^Error: /, url);
  await fault.press("Enter");
  const wrong = await page.evaluate<string | null>(
    `document.querySelector(":target")?.getAttribute("aria-invalid")`,
  );
  assert.equal(wrong, "true", url);
}

test("the first owner comes in by the link, without a mouse and without JavaScript", async () => {
  await script(false);
  const { link } = await makeFirstLink(cliContext(world.db));
  await page.goto(firstStartUrl(world.server.consoleUrl ?? "", link?.secret ?? ""));
  await judge();
  await page.getByLabel("E-mail address").focus();
  await page.keyboard.type(owner.email);
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  assert.match(await page.title(), /^Error: Become the first owner/);
  await judge();
  assert.equal(await page.getByLabel("E-mail address").inputValue(), owner.email);
  await page.getByLabel("Name").focus();
  await page.keyboard.type("Olga Owner");
  await page.keyboard.press("Tab");
  await page.keyboard.type(owner.password);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  await submitLogin(page, owner.email, owner.password);
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  assert.deepEqual(breaches, []);
});

/** What is walked: an area's first page, and the addresses it must have. */
interface Area {
  name: string;
  origin: () => string;
  first: string;
  routes: readonly string[];
}

const routesOf = (router: Router): string[] =>
  router.stack.filter(({ methods }) => methods.includes("GET")).map(({ path }) => String(path));
const portalRouter = new Router();
addPortalRoutes(portalRouter, { issuer: "https://login.example" } as never);

const areas: readonly Area[] = [
  {
    name: "console",
    origin: () => world.server.consoleUrl ?? "",
    first: "/console",
    routes: places.map(({ path }) => path),
  },
  {
    name: "portal",
    origin: () => world.issuer,
    first: "/portal",
    // It has no page of its own: it leads to the people.
    routes: routesOf(portalRouter).filter((path) => path !== "/portal/:tenant"),
  },
  {
    name: "account",
    origin: () => world.issuer,
    first: "/account",
    routes: Object.values(accountPages).map(({ path }) => path),
  },
];

// Each path is looked at for links, as a disabled person's page leads elsewhere than an active one's and lists come in an
// order of chance; of one path's views (sorted, filtered, paged) only so many.
const mostViews = 4;

// Browsers give passkeys to scripts only, and show a password by them only: two files, each on the one page of these that needs it.
const scripted = new Map<string, RegExp>([
  [accountPages.passkeys.path, new RegExp(`<script src="${passkeyScript.path}" defer></script>`)],
  [
    accountPages.password.path,
    new RegExp(
      `<script src="${showPasswordScript.path}" data-show="[^"]+" data-hide="[^"]+" defer></script>`,
    ),
  ],
]);

/**
 * Follows every link from the first page on.
 * @returns each route with a path of it, what was wrong on the way, and the routes that are no pages but downloads
 */
async function follow({
  origin,
  first,
  routes,
}: Area): Promise<[ReadonlyMap<string, string>, string[], ReadonlySet<string>]> {
  const matchers = routes.map(
    (route) =>
      [route, new RegExp(`^${route.replaceAll(/:\w+/g, "[^/]+").replaceAll(/\*\w+/g, ".+")}$`)] as const,
  );
  const found = new Map<string, string>();
  const views = new Map<string, number>();
  const faults: string[] = [];
  const downloads = new Set<string>();
  const seen = new Set<string>();
  const queue = [first];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const pathname = new URL(path, origin()).pathname;
    // What stands first is matched first, as the server does.
    const [route] = matchers.find(([, matcher]) => matcher.test(pathname)) ?? [];
    const viewed = views.get(pathname) ?? 0;
    if (viewed >= mostViews) continue;
    views.set(pathname, viewed + 1);
    const answer = await context.request.get(`${origin()}${path}`);
    if (answer.status() !== 200)
      faults.push(`${path} answers ${answer.status()}: ${/<h1>.*?<\/main>/s.exec(await answer.text())?.[0]}`);
    if (route === undefined && new URL(answer.url()).pathname === pathname)
      faults.push(`${path} is no known page`);
    if (route !== undefined && answer.headers()["content-disposition"]?.startsWith("attachment")) {
      downloads.add(route);
      continue;
    }
    if (route !== undefined && !found.has(route)) found.set(route, path);
    const html = await answer.text();
    const beside = html.replace(scripted.get(pathname) ?? "", "");
    if (/<script|\son\w+=|javascript:/i.test(beside)) faults.push(`${path} has a script`);
    for (const [, raw = ""] of html.matchAll(/<a\s[^>]*href="([^"]*)"/g)) {
      const url = new URL(raw.replaceAll("&amp;", "&"), answer.url());
      const next = `${url.pathname}${url.search}`;
      if (url.origin !== origin() || !url.pathname.startsWith(first) || seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return [found, faults, downloads];
}

describe("every address", () => {
  before(() => furnish(world, owner.email));

  for (const area of areas) {
    test(`of the ${area.name} is reached by links, works without JavaScript and by keyboard, and is accessible`, async () => {
      const [found, faults, downloads] = await follow(area);
      assert.deepEqual(faults, []);
      const missing = area.routes.filter((route) => !found.has(route) && !downloads.has(route));
      assert.deepEqual(
        missing,
        [],
        "no link leads there; if it takes something to be there, see walked_world.ts",
      );
      // By day a fifth of them, another each day; that all are reached, answer and have no script was seen above.
      for (const path of shareOfToday([...found.values()], 5)) {
        assert.equal((await page.goto(`${area.origin()}${path}`))?.status(), 200, path);
        if (await judge()) await assertTabReachesAll();
        await assertSaysWhatIsMissing();
      }
      assert.deepEqual(breaches, []);
    });
  }
});
