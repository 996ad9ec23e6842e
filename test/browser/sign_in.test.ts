// Owns the proof, in a real browser, that people can sign in, choose, refuse and sign out: with the mouse, with the
// keyboard only, without JavaScript, on a small screen, and under the pages' own policy.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { notToday } from "../support/share_of_day.ts";
import { assertNoToken } from "../support/tokens.ts";
import {
  alice,
  arrivedAt,
  arrivedAtHeading,
  assertNoSidewaysScroll,
  assertThumbSize,
  type BrowserWorld,
  bob,
  dana,
  openBrowserWorld,
  signInToDemo,
  submitLogin,
} from "./browser_world.ts";

let world: BrowserWorld;
before(async () => {
  world = await openBrowserWorld();
});
after(() => world.close());

/** A sign-out that names the application, not the person: the provider asks. */
function askingSignOut({ server, demo }: BrowserWorld): string {
  const url = new URL("/session/end", server.issuer);
  url.searchParams.set("client_id", "isv-app");
  url.searchParams.set("post_logout_redirect_uri", `${demo.url}/signed-out`);
  return url.href;
}

test("a person signs in and sees their own decoded ID token, and no page breaks its policy", async () => {
  const { page, breaches } = await world.openPage();
  await signInToDemo(page, world.demo, alice.email);
  assert.equal(page.url(), `${world.demo.url}/`);
  const claims = page.locator("table.claims");
  await claims.getByText(alice.email).waitFor();
  for (const rule of [
    "RS256, the only algorithm",
    "one token is one exchange",
    "the audience registered with AWS",
  ]) {
    await claims.getByText(rule).waitFor();
  }
  assert.equal(await claims.locator("tbody th[scope=row]", { hasText: /^tenant_id$/ }).count(), 1);
  // A whole token is three long parts; what the page shows must not be one.
  assert.doesNotMatch(await page.content(), /eyJ[\w-]{20,}\.[\w-]{20,}/);
  assert.deepEqual(breaches, []);
  await page.context().close();
});

test("a wrong password is announced, keeps the address and puts the cursor where it is needed", async () => {
  const { page, breaches } = await world.openPage();
  await page.goto(`${world.demo.url}/login`);
  await submitLogin(page, alice.email, "not the password");
  const alert = page.getByRole("alert");
  assert.match(await alert.innerText(), /do not belong together/);
  assert.match(await page.title(), /failed/i);
  assert.equal(await page.getByLabel("E-mail address").inputValue(), alice.email);
  assert.equal(await page.getByLabel("Password").inputValue(), "");
  assert.equal(await page.evaluate("document.activeElement.id"), "password");
  await submitLogin(page, alice.email);
  await page.getByRole("heading", { level: 1, name: /^Search / }).waitFor();
  assert.deepEqual(breaches, []);
  await page.context().close();
});

test("a stranger's address is answered exactly like a wrong password", { skip: notToday(0, 2) }, async () => {
  const { page } = await world.openPage();
  const answers: string[] = [];
  for (const email of [bob.email, "nobody@nowhere.example"]) {
    await page.goto(`${world.demo.url}/login`);
    await submitLogin(page, email, "not the password");
    answers.push(await page.getByRole("alert").innerText());
  }
  assert.equal(answers[0], answers[1]);
  await page.context().close();
});

test("a person with two memberships chooses the tenant the token names", {
  skip: notToday(1, 2),
}, async () => {
  for (const [tenant, id] of [
    ["Globex", "globex"],
    ["Acme Corp", "acme"],
  ] as const) {
    const { page, breaches } = await world.openPage();
    await page.goto(`${world.demo.url}/login`);
    await submitLogin(page, dana.email);
    await page.getByRole("heading", { name: "Choose an organization" }).waitFor();
    await page.getByRole("button", { name: tenant }).click();
    await arrivedAtHeading(page, `Search ${tenant} as ${dana.name}`);
    const row = page.locator("table.claims tr", { has: page.getByText("tenant_id", { exact: true }) });
    assert.match(await row.innerText(), new RegExp(`\\b${id}\\b`));
    assert.deepEqual(breaches, []);
    await page.context().close();
  }
});

test("sign-in, tenant choice and sign-out need no mouse", { skip: notToday(2, 2) }, async () => {
  const { page, breaches } = await world.openPage();
  await page.goto(`${world.demo.url}/login`);
  // The cursor already stands in the first field; what is typed before the browser has put it there goes nowhere.
  await page.locator("#email:focus").waitFor();
  await page.keyboard.type(dana.email);
  await page.keyboard.press("Enter");
  // And here too.
  await page.locator("#password:focus").waitFor();
  await page.keyboard.type("correct horse battery staple");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Choose an organization" }).waitFor();
  await page.waitForLoadState();
  // The way past the page's head comes first, then one organization, then the other.
  for (let key = 1; key <= 3; key += 1) await page.keyboard.press("Tab");
  assert.equal(await page.evaluate("document.activeElement.value"), "globex");
  assert.notEqual(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle"), "none");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: /^Search Globex/ }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).press("Enter");
  await page.getByText("You are signed out.").waitFor();
  assert.deepEqual(breaches, []);
  await page.context().close();
});

test("everything works with JavaScript switched off", { skip: notToday(3, 2) }, async () => {
  const { page } = await world.openPage({ javaScriptEnabled: false });
  await signInToDemo(page, world.demo, alice.email);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("You are signed out.").waitFor();
  await page.context().close();
});

test("no page scrolls sideways on a screen 320 pixels wide, and every control can be hit with a thumb", {
  skip: notToday(4, 2),
}, async () => {
  const { page } = await world.openPage({ viewport: { width: 320, height: 568 } });
  const check = async () => {
    await assertNoSidewaysScroll(page);
    await assertThumbSize(page);
  };
  await page.goto(world.demo.url);
  await check();
  await page.getByRole("link", { name: "Sign in", exact: true }).click();
  await arrivedAtHeading(page, "Sign in");
  await check();
  await submitLogin(page, dana.email, "not the password");
  await arrivedAt(page, page.getByText("do not belong together"));
  await check();
  await submitLogin(page, dana.email);
  await arrivedAtHeading(page, "Choose an organization");
  await check();
  await page.getByRole("button", { name: "Acme Corp" }).click();
  await arrivedAtHeading(page, /^Search /);
  await check();
  await page.goto(askingSignOut(world));
  await arrivedAtHeading(page, "Sign out?");
  await check();
  await page.context().close();
});

test("signing out ends both sessions without a question, so the next visitor must enter a password", async () => {
  const { page, breaches } = await world.openPage();
  await signInToDemo(page, world.demo, alice.email);
  const visited: string[] = [];
  page.on("request", (request) => visited.push(request.url()));
  const pages: string[] = [];
  page.on("domcontentloaded", () => pages.push(page.url()));
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("You are signed out.").waitFor();
  assert.deepEqual(pages, [`${world.demo.url}/signed-out`], "one page");
  assert.ok(
    visited.some((url) => url.startsWith(`${world.server.issuer}/session/end?`)),
    "by way of the provider",
  );
  for (const url of visited) assertNoToken(url, "no token stands in an address");
  assert.equal(page.url(), `${world.demo.url}/signed-out`);
  await page.goto(world.demo.url);
  assert.equal(await page.getByRole("button", { name: "Sign out" }).count(), 0);
  await page.goto(`${world.demo.url}/login`);
  await page.getByLabel("Password").waitFor();
  assert.deepEqual(breaches, []);
  await page.context().close();
});

test("signing out works although the provider has forgotten the session", {
  skip: notToday(5, 2),
}, async () => {
  const { page, breaches } = await world.openPage();
  await signInToDemo(page, world.demo, alice.email);
  await page.context().clearCookies({ name: /^tti_/ });
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("You are signed out.").waitFor();
  assert.deepEqual(breaches, []);
  await page.context().close();
});

test("signing out asks when somebody else is signed in at the provider by now", {
  skip: notToday(6, 2),
}, async () => {
  const { page } = await world.openPage();
  await signInToDemo(page, world.demo, alice.email);
  await page.context().clearCookies({ name: /^tti_/ });
  const elsewhere = await page.context().newPage();
  await elsewhere.goto(`${world.server.issuer}/account`);
  await submitLogin(elsewhere, bob.email);
  await arrivedAtHeading(elsewhere, "Your account");
  await page.getByRole("button", { name: "Sign out" }).click();
  await arrivedAtHeading(page, "Sign out?");
  await page.context().close();
});

test("staying signed in at the provider makes the next sign-in a single click", {
  skip: notToday(7, 2),
}, async () => {
  const { page } = await world.openPage();
  await signInToDemo(page, world.demo, alice.email);
  await page.context().clearCookies({ name: /^demo_/ });
  await page.goto(askingSignOut(world));
  await page.getByRole("button", { name: "No, stay signed in" }).click();
  await page.getByRole("heading", { level: 1, name: "You are still signed in" }).waitFor();
  assert.match(
    await page.getByRole("status").innerText(),
    /You left Sample ISV app.* as alice@acme\.example/s,
  );
  assert.equal(await page.getByText("You are signed out").count(), 0);
  await page.getByRole("link", { name: "Go back to Sample ISV app" }).click();
  await page.getByRole("link", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: `Search Acme Corp as ${alice.name}` }).waitFor();
  await page.context().close();
});

test("signing in as somebody else from the list asks for that person's password", {
  skip: notToday(8, 2),
}, async () => {
  const { page, breaches } = await world.openPage();
  await signInToDemo(page, world.demo, alice.email);
  await page.getByRole("link", { name: new RegExp(bob.name) }).click();
  assert.equal(await page.getByLabel("E-mail address").inputValue(), bob.email);
  await submitLogin(page, bob.email);
  await page.getByRole("heading", { level: 1, name: `Search Acme Corp as ${bob.name}` }).waitFor();
  assert.deepEqual(breaches, []);
  await page.context().close();
});

test("cancelling leads back to the application, which says so", { skip: notToday(9, 2) }, async () => {
  const { page, breaches } = await world.openPage();
  await page.goto(`${world.demo.url}/login`);
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("The sign-in was cancelled.").waitFor();
  assert.deepEqual(breaches, []);
  await page.context().close();
});

test("a client that may not send people somewhere gets a page that says why, not a redirect", {
  skip: notToday(10, 2),
}, async () => {
  const { page, breaches } = await world.openPage();
  const request = new URL("/auth", world.server.issuer);
  request.search = String(
    new URLSearchParams({
      client_id: "isv-app",
      response_type: "code",
      scope: "openid",
      redirect_uri: "https://attacker.example/callback",
    }),
  );
  await page.goto(request.href);
  await page.getByRole("heading", { name: "The application gave a wrong way back" }).waitFor();
  assert.match(await page.title(), /^The application gave a wrong way back – localhost/);
  await page.getByText("For the application’s developer").click();
  await page.getByText("redirect_uri did not match").waitFor();
  await page.getByRole("link", { name: "Go back to Sample ISV app" }).click();
  await page.getByRole("link", { name: "Sign in", exact: true }).waitFor();
  await page.goBack();
  assert.equal(new URL(page.url()).origin, world.server.issuer);
  assert.match(await page.locator("dl.kv").innerText(), /invalid_redirect_uri/);
  assert.deepEqual(breaches, []);
  await page.context().close();
});

test("a third-party application is allowed or denied in so many words", {
  skip: notToday(11, 2),
}, async () => {
  const { page, breaches } = await world.openPage();
  const redirectUri = `${world.demo.url}/elsewhere`;
  const request = new URL("/auth", world.server.issuer);
  request.search = String(
    new URLSearchParams({
      client_id: "report-builder",
      response_type: "code",
      scope: "openid email",
      redirect_uri: redirectUri,
      state: "s",
      code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
      code_challenge_method: "S256",
    }),
  );
  for (const [answer, expected] of [
    ["Deny", /error=access_denied/],
    ["Allow", /code=/],
  ] as const) {
    await page.goto(request.href);
    if (answer === "Deny") await submitLogin(page, alice.email);
    await page.getByRole("heading", { name: "Allow access?" }).waitFor();
    await page.getByText("See your e-mail address").waitFor();
    await page.getByRole("button", { name: answer, exact: true }).click();
    await page.waitForURL((url) => url.href.startsWith(redirectUri));
    assert.match(page.url(), expected);
  }
  assert.deepEqual(breaches, []);
  await page.context().close();
});
