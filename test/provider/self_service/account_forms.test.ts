// What all pages of the account have in common: a form counts for the person it was drawn for, what is delicate takes a fresh
// sign-in that leads back, and a sign-in that ended in between loses nothing that was typed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accountSignInUrl } from "../../../src/provider/clients/account_client.ts";
import { assertRecentSignIn, toAccountPerson } from "../../../src/provider/self_service/account_person.ts";
import {
  accountPages,
  accountTabs,
  pathAfterSignIn,
} from "../../../src/provider/self_service/account_tabs.ts";
import type { SignedInPerson } from "../../../src/provider/self_service/signed_in.ts";
import type { Voucher } from "../../../src/provider/sessions/voucher.ts";
import { saveTenant } from "../../../src/provider/tenants/tenant_store.ts";
import { addMintingClients, backEndId } from "../grants/mint_support.ts";
import { addPerson, password, useProvider } from "../support/provider_fixture.ts";
import { UserAgent, type Visit } from "../support/user_agent.ts";

const fixture = useProvider({}, async () => {
  await addMintingClients(fixture.db, ["acme"]);
  await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  await addPerson(fixture.db, { email: "bob@acme.example", tenants: ["acme"] });
  await saveTenant(fixture.db, "acme", { presencePolicy: { name: "offline" } }, new Date());
});

const applications = () => `${fixture.issuer}/account/applications`;

async function signInTo(agent: UserAgent, url: string, email: string): Promise<Visit> {
  return agent.submit(await agent.follow(url), { email, password }, "/login");
}

const agreements = async () => (await fixture.db("offline_consents").where({ client_id: backEndId })).length;

test("a sign-in leads back to the page that was asked for, and to no other address", async () => {
  const page = await signInTo(new UserAgent(), applications(), "ann@acme.example");
  assert.equal(page.url.pathname, "/account/applications");
  for (const [name, { path }] of Object.entries(accountPages)) assert.equal(pathAfterSignIn(name), path);
  assert.equal(pathAfterSignIn("portal"), "/portal");
  for (const state of [
    undefined,
    "",
    "__proto__",
    "toString",
    "/account/applications",
    "https://evil.example",
  ])
    assert.equal(pathAfterSignIn(state), "/account", state);
});

test("each page has a tab, or stands under one", () => {
  for (const name of Object.keys(accountPages) as (keyof typeof accountPages)[])
    assert.equal(accountTabs(name).tabs.filter(({ current }) => current).length, 1, name);
});

test("a form that was drawn for one person does nothing for another who signed in since", async () => {
  const agent = new UserAgent();
  const anns = await signInTo(agent, applications(), "ann@acme.example");
  const other = accountSignInUrl(fixture.issuer, "applications", { anew: true });
  // The library signs the one out before it signs the other in, by a form that sends itself.
  const left = await signInTo(agent, other, "bob@acme.example");
  const bobs = await agent.submit(left, {}, "/session/end/confirm");
  assert.equal(bobs.url.pathname, "/account/applications");
  const answer = await agent.submit(anns, { decision: "allow" }, "/account/applications");
  assert.match(answer.text, /role="alert">Somebody else was signed in/);
  assert.equal(await agreements(), 0);
  const without = new URLSearchParams({ tenant: "acme", client: backEndId, decision: "allow" });
  await agent.follow(applications(), { method: "POST", body: without });
  assert.equal(await agreements(), 0, "a form that does not say for whom it was drawn");
});

test("who signs in anew proves it again, though signed in, and is back where they were", async () => {
  const agent = new UserAgent();
  await signInTo(agent, applications(), "ann@acme.example");
  const asked = await agent.follow(accountSignInUrl(fixture.issuer, "applications", { anew: true }));
  assert.match(asked.text, /name="password"/);
  const back = await agent.submit(asked, { email: "ann@acme.example", password }, "/login");
  assert.equal(back.url.pathname, "/account/applications");
});

const at = (vouchers: readonly Partial<Voucher>[]) =>
  toAccountPerson({
    session: { sessionUid: "s", accountId: "a" },
    account: { id: "a", signInGeneration: 3 },
    vouchers,
    places: [],
  } as unknown as SignedInPerson);

test("a sign-in is fresh for ten minutes, if it was made here and nothing ended it since", () => {
  const now = new Date(1_000_000_000);
  const fresh = { method: "password", generation: 3, authTimeMs: now.getTime() - 600_000 } as const;
  assertRecentSignIn(at([fresh]), now);
  const refused = { code: "unauthenticated" };
  for (const [why, voucher] of [
    ["older", { ...fresh, authTimeMs: fresh.authTimeMs - 1 }],
    ["of before sign-ins were ended", { ...fresh, generation: 2 }],
    ["an application's word", { ...fresh, method: "handoff" }],
  ] as const)
    assert.throws(() => assertRecentSignIn(at([voucher]), now), refused, why);
  assert.throws(() => assertRecentSignIn(at([]), now), refused);
  assertRecentSignIn(at([{ ...fresh, authTimeMs: 0 }, fresh]), now);
});
