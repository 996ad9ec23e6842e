// Owns the proof, in a real browser with a virtual authenticator, that people add a passkey, sign in with it alone and after
// their password, and are told what to do where there is none; each page by axe, and no page breaks its policy.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { CDPSession, Page } from "playwright-core";
import { updateTenant } from "../../src/admin/operations/tenants.ts";
import { createUser } from "../../src/admin/operations/users.ts";
import { cliContext } from "../support/cli_context.ts";
import { notToday } from "../support/share_of_day.ts";
import { assertAccessible } from "./accessible.ts";
import {
  alice,
  arrivedAtHeading,
  type BrowserWorld,
  bob,
  openBrowserWorld,
  password,
  submitLogin,
} from "./browser_world.ts";

let world: BrowserWorld;
before(async () => {
  world = await openBrowserWorld();
});
after(() => world.close());

/** A device that makes sure of its owner, as Chromium plays one. */
async function withDevice(page: Page): Promise<{ engine: CDPSession; authenticatorId: string }> {
  const engine = await page.context().newCDPSession(page);
  await engine.send("WebAuthn.enable");
  const { authenticatorId } = await engine.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { engine, authenticatorId };
}

async function openPasskeys(page: Page, email: string): Promise<void> {
  await page.goto(`${world.server.issuer}/account/passkeys`);
  await submitLogin(page, email);
  await arrivedAtHeading(page, "Passkeys");
}

async function addOne(page: Page, name: string): Promise<void> {
  await page.getByLabel("Name (optional)").fill(name);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByText(`The passkey ${name} was added.`).waitFor();
}

test("a passkey is added and signs in alone: no address is typed, and no page breaks its policy", async () => {
  const { page, breaches } = await world.openPage();
  // Chromium would answer for the person at once where the field of the address offers passkeys.
  const { engine, authenticatorId } = await withDevice(page);
  await openPasskeys(page, alice.email);
  await addOne(page, "Virtual phone");
  await assertAccessible(page);
  const { credentials } = await engine.send("WebAuthn.getCredentials", { authenticatorId });
  assert.equal(credentials.length, 1);
  assert.equal(credentials[0]?.rpId, new URL(world.server.issuer).hostname);
  assert.equal(credentials[0]?.isResidentCredential, true);

  await page.context().clearCookies();
  await page.goto(`${world.server.issuer}/account`);
  const use = page.getByRole("button", { name: "Use a passkey" });
  const signedIn = page.getByRole("heading", { level: 1, name: "Your account" });
  await use.or(signedIn).first().waitFor();
  if (await use.isVisible()) await use.click().catch(() => undefined);
  await signedIn.waitFor();
  assert.match(await page.content(), new RegExp(alice.email));
  assert.deepEqual(breaches, []);
  await page.context().close();
});

test("after the password a passkey completes the sign-in; a device that does not make sure of its owner does not", async () => {
  const { page, breaches } = await world.openPage();
  const { engine, authenticatorId } = await withDevice(page);
  await openPasskeys(page, bob.email);
  await addOne(page, "Virtual key");
  await page.context().clearCookies();
  await engine.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
  await page.goto(`${world.server.issuer}/account`);
  await submitLogin(page, bob.email);
  const use = page.getByRole("button", { name: "Use a passkey" });
  await use.waitFor();
  await assertAccessible(page);
  await use.click();
  await page.getByRole("alert").getByText("No passkey was used.").waitFor();
  await engine.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
  await use.click();
  await arrivedAtHeading(page, "Your account");
  // Whether one stays signed in is asked beside the password, and counts for the passkey, too.
  await page.context().clearCookies();
  await engine.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled: false });
  await page.goto(`${world.server.issuer}/account`);
  await page.getByLabel("E-mail address").fill(bob.email);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Stay signed in on this device").check();
  await engine.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled: true });
  await use.click().catch(() => undefined);
  await arrivedAtHeading(page, "Your account");
  const kept = (await page.context().cookies()).filter(({ expires }) => expires > Date.now() / 1000 + 3600);
  assert.ok(
    kept.some(({ name }) => /session/i.test(name)),
    JSON.stringify(kept.map(({ name }) => name)),
  );
  assert.deepEqual(breaches, []);
  await page.context().close();
});

test("a passkey that is required is added while signing in, and without script the page says what to do", {
  skip: notToday(0, 2),
}, async () => {
  const { db } = world.server;
  const nora = { email: "nora@acme.example", name: "Nora Nye" };
  await createUser(cliContext(db), { ...nora, password, memberships: [{ tenantId: "acme" }] });
  await updateTenant(cliContext(db), { id: "acme", requiredFactor: "passkey" });
  const begin = async (page: Page): Promise<void> => {
    await page.goto(world.demo.url);
    await page.getByRole("link", { name: "Sign in", exact: true }).click();
    await submitLogin(page, nora.email);
    await arrivedAtHeading(page, "Add a passkey to go on");
  };
  const plain = await world.openPage({ javaScriptEnabled: false });
  await begin(plain.page);
  await plain.page
    .getByText("This browser cannot make passkeys here. Sign in with a current browser")
    .waitFor();
  assert.equal(await plain.page.getByRole("button", { name: "Add a passkey" }).isVisible(), false);
  const { page, breaches } = await world.openPage();
  await begin(page);
  await withDevice(page);
  await assertAccessible(page);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await arrivedAtHeading(page, "Your recovery codes");
  await page.getByRole("button", { name: "Go on", exact: true }).click();
  await arrivedAtHeading(page, /^Search /);
  await updateTenant(cliContext(db), { id: "acme", requiredFactor: "none" });
  assert.deepEqual([...breaches, ...plain.breaches], []);
  await Promise.all([page.context().close(), plain.page.context().close()]);
});

test("without script there is no button, and a sentence says what to do", {
  skip: notToday(1, 2),
}, async () => {
  const { page, breaches } = await world.openPage({ javaScriptEnabled: false });
  await page.goto(`${world.server.issuer}/account`);
  await page.getByText("To sign in with a passkey, use a current browser that runs scripts.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Use a passkey" }).isVisible(), false);
  await page.context().close();
  assert.deepEqual(breaches, []);
});
