// The console where people log in at the ISV's page: an administrator types a password here all the same, because whoever may
// register a back end that vouches would else be an owner.
import assert from "node:assert/strict";
import { test } from "node:test";
import { updateTenant } from "../../src/admin/operations/tenants.ts";
import { findAccountByLogin } from "../../src/provider/accounts/account_store.ts";
import { createMembership } from "../../src/provider/tenants/membership_store.ts";
import { addHandoffClients, challengeOf, IsvBackEnd, loginUrl } from "../provider/handoff/handoff_support.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { cliContext } from "../support/cli_context.ts";
import { emails, open, signInToConsole, useConsole } from "./console_world.ts";

const world = useConsole({ environment: { TTI_LOGIN_URL: loginUrl } }, async () => {
  await addHandoffClients(world, ["acme"]);
  await updateTenant(cliContext(world.db), { id: "acme", loginMethod: "both" });
  const owner = await findAccountByLogin(world.db, emails.owner);
  assert.ok(owner);
  await createMembership(world.db, { tenantId: "acme", accountId: owner.id, role: "member" }, new Date());
});

test("the sign-in to the console is at the provider's own page", async () => {
  const agent = new UserAgent();
  const page = await open(agent, `${world.origin}/console`);
  assert.equal(page.url.origin, world.issuer);
  assert.match(page.text, /name="password"/);
  assert.equal((await signInToConsole(world, agent, emails.owner)).status, 200);
});

test("who comes signed in by an application's word is asked for the password", async () => {
  const agent = new UserAgent();
  const challenge = await challengeOf(agent, world, { tenant: "acme" });
  const owner = await findAccountByLogin(world.db, emails.owner);
  const answered = await new IsvBackEnd(world).call(`${challenge}/accept`, {
    subject: owner?.id,
    tenant: "acme",
    email: emails.owner,
    auth_time: Math.floor(Date.now() / 1000),
  });
  assert.equal(answered.status, 200, JSON.stringify(answered.body));
  const back = await agent.follow(String(answered.body["redirect_to"]));
  assert.ok(back.url.searchParams.get("code"), "signed in at the application");
  const page = await open(agent, `${world.origin}/console`);
  assert.equal(page.url.origin, world.issuer);
  assert.match(page.text, /name="password"/);
});
