// Owns the proof, in a real browser, that no page is the answer to a form: what was refused is told on a page of its own
// (post, redirect, get), so that going back and reloading send nothing again.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { BrowserContext, Page } from "playwright-core";
import { findAccountByLogin } from "../../src/provider/accounts/account_store.ts";
import { createMembership, deleteMembership } from "../../src/provider/tenants/membership_store.ts";
import { addMintingClients, backEndId, setTenant } from "../provider/grants/mint_support.ts";
import { notToday } from "../support/share_of_day.ts";
import {
  alice,
  arrivedAt,
  arrivedAtHeading,
  type BrowserWorld,
  bob,
  dana,
  openBrowserWorld,
  submitLogin,
  typeAddress,
} from "./browser_world.ts";

let world: BrowserWorld;
let issuer: string;
before(async () => {
  world = await openBrowserWorld();
  issuer = world.server.issuer;
});
after(() => world.close());

const wrong = (page: Page) => page.getByText("do not belong together");

/** Counts what a browser posts from now on. */
function countPosts(context: BrowserContext): () => number {
  let posts = 0;
  context.on("request", (request) => {
    if (request.method() === "POST") posts += 1;
  });
  return () => posts;
}

for (const javaScriptEnabled of [true, false]) {
  test(`a mistyped password is told on a page that may be left, come back to and reloaded${javaScriptEnabled ? "" : ", without JavaScript"}`, async () => {
    const { page } = await world.openPage({ javaScriptEnabled });
    await page.goto(`${world.demo.url}/login`);
    await typeAddress(page, alice.email);
    const [posted, shown] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === "POST"),
      page.waitForResponse((response) => response.url().endsWith("/ways") && response.status() !== 303),
      submitLogin(page, alice.email, "not the password"),
    ]);
    assert.equal(posted.status(), 303);
    assert.deepEqual([shown.request().method(), shown.status()], ["GET", 401]);
    await arrivedAt(page, wrong(page));
    assert.doesNotMatch(page.url(), /alice|password/i, "nothing that was typed stands in the address");
    assert.equal(await page.getByLabel("E-mail address").inputValue(), alice.email);
    assert.equal(await page.getByLabel("Password").inputValue(), "");

    const posts = countPosts(page.context());
    await page.goto(`${issuer}/`);
    await page.goBack();
    // Chromium would show its "Confirm Form Resubmission" here, and the form would be gone.
    await arrivedAtHeading(page, "Sign in");
    await page.reload();
    await arrivedAtHeading(page, "Sign in");
    assert.equal(await wrong(page).count(), 0, "told once: whoever comes back later tries anew");
    assert.equal(posts(), 0);
    await submitLogin(page, alice.email);
    await arrivedAtHeading(page, /^Search /);
    await page.context().close();
  });
}

test("two tabs that sign in side by side are each told their own fault, and both get in", {
  skip: notToday(0, 2),
}, async () => {
  const { page: one } = await world.openPage();
  const two = await one.context().newPage();
  for (const page of [one, two]) await page.goto(`${world.demo.url}/login`);
  for (const [page, email] of [
    [one, alice.email],
    [two, bob.email],
  ] as const)
    await typeAddress(page, email);
  const hold = one.waitForEvent("requestfinished", (request) => request.method() === "POST");
  await submitLogin(one, alice.email, "not the password");
  await hold;
  await submitLogin(two, bob.email, "not the password");
  for (const [page, email] of [
    [one, alice.email],
    [two, bob.email],
  ] as const) {
    await arrivedAt(page, wrong(page));
    assert.equal(await page.getByLabel("E-mail address").inputValue(), email);
  }
  await submitLogin(two, bob.email);
  await arrivedAtHeading(two, /as Bob Brown$/);
  await one.context().close();
});

test("an organization that was left meanwhile is told on a page of its own, too", {
  skip: notToday(1, 2),
}, async () => {
  const { db } = world.server;
  const account = (await findAccountByLogin(db, dana.email)) ?? assert.fail("dana is there");
  const { page } = await world.openPage();
  await page.goto(`${world.demo.url}/login`);
  await submitLogin(page, dana.email);
  await arrivedAtHeading(page, "Choose an organization");
  await deleteMembership(db, "globex", account.id, new Date());
  await page.getByRole("button", { name: "Globex" }).click();
  await arrivedAt(page, page.getByText("does not belong to the organization"));
  const posts = countPosts(page.context());
  await page.reload();
  await arrivedAtHeading(page, "Choose an organization");
  assert.equal(posts(), 0);
  await createMembership(db, { tenantId: "globex", accountId: account.id, role: "member" }, new Date());
  await page.context().close();
});

test("a form of a sign-in that went on elsewhere leads to where it is", async () => {
  const { page } = await world.openPage();
  await page.goto(`${world.demo.url}/login`);
  const [atAddress, atPassword] = [await page.context().newPage(), await page.context().newPage()];
  for (const copy of [atAddress, atPassword]) await copy.goto(page.url());
  await typeAddress(atPassword, alice.email);
  await submitLogin(page, alice.email);
  await arrivedAtHeading(page, /^Search /);
  await atAddress.getByLabel("E-mail address").fill(alice.email);
  await atAddress.getByRole("button", { name: "Continue" }).click();
  await submitLogin(atPassword, alice.email);
  for (const copy of [atAddress, atPassword]) {
    await arrivedAtHeading(copy, "This sign-in is over");
    const posts = countPosts(page.context());
    await copy.reload();
    await arrivedAtHeading(copy, "This sign-in is over");
    assert.equal(posts(), 0);
  }
  await page.context().close();
});

test("what was decided at the account page is told once, and reloading decides nothing", {
  skip: notToday(2, 2),
}, async () => {
  const { db } = world.server;
  await addMintingClients(db, ["acme"]);
  await setTenant(db, "acme", { presencePolicy: { name: "offline" } });
  const { page } = await world.openPage();
  await page.goto(`${issuer}/account/applications`);
  await submitLogin(page, alice.email);
  await arrivedAtHeading(page, "Applications");
  const stale = await page.context().newPage();
  await stale.goto(`${issuer}/account/applications`);
  const backEnd = (of: Page) => of.getByRole("listitem").filter({ hasText: "Client back-end at Acme Corp" });
  await backEnd(page).getByRole("button", { name: "Allow" }).click();
  await arrivedAt(page, page.getByText("Client back-end may now act for you at Acme Corp"));
  const posts = countPosts(page.context());
  await page.reload();
  await arrivedAtHeading(page, "Applications");
  assert.equal(await page.getByText("may now act").count(), 0);
  assert.equal(posts(), 0);
  const given = async () => (await db("offline_consents").where({ client_id: backEndId })).length;
  assert.equal(await given(), 1);

  await setTenant(db, "acme", { presencePolicy: { name: "session" } });
  await backEnd(page).getByRole("button", { name: "Take back" }).click();
  await arrivedAt(page, page.getByText("The application may no longer act for you while you are away."));
  await backEnd(stale).getByRole("button", { name: "Allow" }).click();
  await arrivedAt(stale, stale.getByRole("alert"));
  assert.match(await stale.getByRole("alert").innerText(), /^Nothing was changed/);
  await page.context().close();
});

test("who decides at the account page after the session ended signs in first", {
  skip: notToday(3, 2),
}, async () => {
  const { page } = await world.openPage();
  await page.goto(`${issuer}/account/applications`);
  await submitLogin(page, dana.email);
  await setTenant(world.server.db, "acme", { presencePolicy: { name: "offline" } });
  await page.goto(`${issuer}/account/applications`);
  await page.context().clearCookies();
  await page.getByRole("button", { name: "Allow" }).first().click();
  await arrivedAtHeading(page, "Sign in");
  await page.context().close();
});
