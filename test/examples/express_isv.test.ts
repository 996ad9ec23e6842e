// The sample ISV keeps its login page, mints and searches, in a real browser: the provider is on localhost and the
// ISV on 127.0.0.1, which are two sites to a browser, as they are in life.
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../support/browser.ts";
import { notToday } from "../support/share_of_day.ts";
import {
  addressesOf,
  type ExampleWorld,
  examples,
  freePort,
  openExampleWorld,
  startExample,
} from "./example_world.ts";

let world: ExampleWorld;
let isv: ChildProcess;
let isvUrl: string;
let browser: Browser;

before(async () => {
  const port = await freePort();
  isvUrl = `http://127.0.0.1:${port}`;
  world = await openExampleWorld({ TTI_LOGIN_URL: `${isvUrl}/login`, TTI_LOGOUT_URL: `${isvUrl}/logout` });
  const keyFile = join(world.terminal.dataDir, "isv-key.json");
  await world.tti(
    `client create --id orchard --name Orchard --handoff-for * --mint-for * --search-for * --key-out ${keyFile}`,
  );
  await world.tti("tenant update acme --login both --presence 'within 12'");
  isv = await startExample("express-isv/isv.mjs", {
    ...addressesOf(world),
    PORT: String(port),
    ISV_KEY_FILE: keyFile,
    ISV_KNOWN_URLS: `${world.environment.issuer},${world.environment.demoUrl}`,
  });
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  if (isv !== undefined) {
    isv.kill();
    await once(isv, "exit");
  }
  await world.close();
});

async function openPage(): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(30_000);
  return page;
}

/** From the sample application's first page to the ISV's own login page. */
async function goToIsv(page: Page): Promise<void> {
  await page.goto(world.environment.demoUrl);
  await page.getByRole("link", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { name: "Log in to Orchard" }).waitFor();
  assert.ok(page.url().startsWith(`${isvUrl}/login?login_challenge=`), page.url());
}

async function logIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
}

async function signIn(page: Page): Promise<void> {
  await goToIsv(page);
  await logIn(page, "ada@acme.example", "engine");
  await page.getByRole("heading", { level: 1, name: /^Search Acme.* as Ada Byron$/ }).waitFor();
}

test("what the sample does with the provider takes fewer than 80 lines", () => {
  const lines = readFileSync(join(examples, "express-isv", "tti.mjs"), "utf8").split("\n").length;
  assert.ok(lines < 80, `${lines} lines`);
});

test("users of the application log in at the ISV's own page and come back signed in", async () => {
  const page = await openPage();
  await goToIsv(page);
  assert.match(await page.locator("main").innerText(), /to go on to Sample ISV/);
  await logIn(page, "ada@acme.example", "wrong");
  await page.getByText("E-mail address or password is wrong.").waitFor();
  await logIn(page, "ada@acme.example", "engine");
  await page.getByRole("heading", { level: 1, name: /^Search Acme.* as Ada Byron$/ }).waitFor();
  await page.getByRole("searchbox").fill("plan for 2027");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  const found = await page.locator(".document h3").allInnerTexts();
  assert.deepEqual(found.toSorted(), ["Company plan for 2027", "Engineering plan for 2027"]);
  await page.context().close();
});

test("the ISV mints a token for its user and searches as them, no provider page in between", async () => {
  const page = await openPage();
  await page.goto(isvUrl);
  await logIn(page, "ben@acme.example", "kettle");
  await page.getByRole("button", { name: "Mint an ID token" }).click();
  const { header, payload } = JSON.parse(await page.locator("#token").innerText());
  assert.equal(header.alg, "RS256");
  const { iss, aud, sub, email, email_verified, tenant_id, act } = payload;
  assert.deepEqual(
    { iss, aud, sub, email, email_verified, tenant_id, act },
    {
      iss: world.environment.issuer,
      aud: "tti-demo",
      sub: "isv-ben",
      email: "ben@acme.example",
      email_verified: true,
      tenant_id: "acme",
      act: { sub: "orchard" },
    },
  );
  await page.getByLabel("Query").fill("plan for 2027");
  await page.getByRole("button", { name: "Search as me" }).click();
  const found = await page.locator("#results h3").allInnerTexts();
  assert.deepEqual(found.toSorted(), ["Company plan for 2027", "People plan for 2027 (confidential)"]);
  await page.context().close();
});

test("who cancels at the ISV's page is told so by the application", async () => {
  const page = await openPage();
  await goToIsv(page);
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("The sign-in was cancelled.").waitFor();
  assert.ok(page.url().startsWith(world.environment.demoUrl));
  await page.context().close();
});

test("a logout at the application ends the login at the ISV, too, and comes back", async () => {
  const page = await openPage();
  await signIn(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("You are signed out.").waitFor();
  assert.equal(page.url(), `${world.environment.demoUrl}/signed-out`);
  await page.goto(isvUrl);
  await page.getByRole("heading", { name: "Log in to Orchard" }).waitFor();
  await page.context().close();
});

test("the ISV's logout page follows no address it does not know", async () => {
  const page = await openPage();
  await page.goto(`${isvUrl}/logout?return_to=${encodeURIComponent("https://evil.example/")}`);
  assert.equal(page.url(), `${isvUrl}/`);
  await page.context().close();
});

test("who is logged in at the ISV sees no login page, unless a fresh login is asked for", async () => {
  const page = await openPage();
  await page.goto(isvUrl);
  await logIn(page, "ada@acme.example", "engine");
  await page.getByRole("heading", { name: "Hello, Ada Byron" }).waitFor();
  await page.goto(`${world.environment.demoUrl}/login`);
  await page.getByRole("heading", { level: 1, name: /^Search Acme.* as Ada Byron$/ }).waitFor();
  await page.goto(`${world.environment.demoUrl}/login?as=ben@acme.example`);
  await page.getByRole("heading", { name: "Log in to Orchard" }).waitFor();
  assert.equal(await page.getByLabel("E-mail address").inputValue(), "ben@acme.example");
  await page.context().close();
});

test("a challenge sent to somebody who is logged in at the ISV signs nobody in", async () => {
  const attacker = await openPage();
  await goToIsv(attacker);
  const lure = attacker.url();
  const victim = await openPage();
  await victim.goto(isvUrl);
  await logIn(victim, "ada@acme.example", "engine");
  await victim.getByRole("heading", { name: "Hello, Ada Byron" }).waitFor();
  await victim.goto(lure);
  await victim.getByText("sign_in_expired").waitFor();
  await attacker.reload();
  await attacker.getByRole("heading", { name: "This sign-in is over" }).waitFor();
  await attacker.goto(world.environment.demoUrl);
  assert.equal(await attacker.getByRole("button", { name: "Sign out" }).count(), 0);
  for (const page of [attacker, victim]) await page.context().close();
});

/** Logs in at the ISV's page as a user of Globex, whose users log in at the provider. */
async function beRefused(page: Page): Promise<void> {
  await goToIsv(page);
  await logIn(page, "dana@globex.example", "harbour");
  await page.getByText("login_method_not_allowed: The users of globex do not log in at your page.").waitFor();
  await page.getByText("You are logged in here as dana@globex.example.").waitFor();
}

async function logInAtProvider(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Log in at the provider instead" }).click();
  await page.getByLabel("E-mail address").fill("dana@globex.example");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await page.getByLabel("Password").fill(world.environment.state.demoPassword);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { level: 1, name: /^Search Globex.* as Dana Ruiz$/ }).waitFor();
}

const waysOutOfARefusal: Record<string, (page: Page) => Promise<void>> = {
  async "logs in as somebody else"(page) {
    await logIn(page, "ada@acme.example", "wrong");
    await page.getByText("E-mail address or password is wrong.").waitFor();
    await logIn(page, "ada@acme.example", "engine");
    await page.getByRole("heading", { level: 1, name: /^Search Acme.* as Ada Byron$/ }).waitFor();
  },
  async cancels(page) {
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("The sign-in was cancelled.").waitFor();
  },
  "logs in at the provider": logInAtProvider,
};

for (const [index, [goesOn, goOn]] of Object.entries(waysOutOfARefusal).entries()) {
  test(`a user of a customer whose users log in at the provider is refused, in words, and ${goesOn}`, {
    skip: notToday(index, 3),
  }, async () => {
    const page = await openPage();
    await beRefused(page);
    await goOn(page);
    await page.context().close();
  });

  test(`who is logged in and was refused meets the form at the next sign-in, too, and ${goesOn}`, {
    skip: notToday(index + 1, 3),
  }, async () => {
    const page = await openPage();
    await beRefused(page);
    await goToIsv(page);
    await page.getByText("login_method_not_allowed").waitFor();
    await goOn(page);
    await page.context().close();
  });
}

test("Back after a sign-in leads on to the application", { skip: notToday(0, 3) }, async () => {
  const page = await openPage();
  await signIn(page);
  await page.goBack();
  await page.getByRole("heading", { name: "This sign-in is over" }).waitFor();
  await page.getByRole("link", { name: world.environment.demoUrl }).click();
  await page.getByRole("heading", { level: 1, name: /^Search Acme.* as Ada Byron$/ }).waitFor();
  await page.context().close();
});

test("who logs in as another than the application suggested goes on as they are", {
  skip: notToday(1, 3),
}, async () => {
  const page = await openPage();
  await page.goto(`${world.environment.demoUrl}/login?as=ben@acme.example`);
  await logIn(page, "ada@acme.example", "engine");
  await page.getByRole("heading", { level: 1, name: /^Search Acme.* as Ada Byron$/ }).waitFor();
  await page.context().close();
});

test("no form is answered by a page, so that a reload sends nothing twice", {
  skip: notToday(2, 3),
}, async () => {
  const page = await openPage();
  const answers: string[] = [];
  page.on("response", (response) => {
    if (response.request().method() !== "POST" || !response.url().startsWith(isvUrl)) return;
    answers.push(`${new URL(response.url()).pathname} ${response.status()}`);
  });
  await page.goto(isvUrl);
  await logIn(page, "dana@globex.example", "wrong");
  await page.getByText("E-mail address or password is wrong.").waitFor();
  await logIn(page, "dana@globex.example", "harbour");
  await page.getByRole("button", { name: "Mint an ID token" }).click();
  await page
    .getByRole("alert")
    .filter({ hasText: /^[a-z_]+: / })
    .waitFor();
  assert.deepEqual(answers, ["/login 303", "/login 303", "/mint 303"]);
  await page.reload();
  assert.equal(await page.getByRole("alert").count(), 0, "it is said once");
  await page.context().close();
});

test("the ISV's page leads to the provider's own login page for those who log in there", {
  skip: notToday(3, 3),
}, async () => {
  const page = await openPage();
  await goToIsv(page);
  await logInAtProvider(page);
  await page.context().close();
});

test("a form of another site logs nobody in at the ISV", async () => {
  const answer = await fetch(`${isvUrl}/login`, {
    method: "POST",
    redirect: "manual",
    headers: { origin: "https://evil.example", "content-type": "application/x-www-form-urlencoded" },
    body: "email=ada@acme.example&password=engine",
  });
  assert.equal(answer.status, 403);
  assert.equal(answer.headers.get("set-cookie"), null);
});
