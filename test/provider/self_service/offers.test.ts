// Every client that may act for a person while they are away is on offer at /account, so that a tenant whose
// presence policy is `offline` locks nobody out: clients that mint, clients that search, and the client
// registered with AWS, whose refresh tokens give the same power.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Account } from "../../../src/provider/accounts/account_store.ts";
import { saveTenant } from "../../../src/provider/tenants/tenant_store.ts";
import { addMintingClients, awsClientId } from "../grants/mint_support.ts";
import { postAccountForm } from "../support/account_forms.ts";
import { basic, getCode, postToken, redeem } from "../support/authorization.ts";
import { addClient, addPerson, password, useProvider } from "../support/provider_fixture.ts";
import { UserAgent, type Visit } from "../support/user_agent.ts";

let ann: Account;
const fixture = useProvider({}, async () => {
  await addMintingClients(fixture.db, ["acme"]);
  const searching = { grant_types: ["client_credentials"], response_types: [], redirect_uris: [] };
  await addClient(fixture.db, {
    ...searching,
    client_id: "searcher",
    scope: "openid tti:search",
    allowed_tenants: ["acme"],
  });
  await addClient(fixture.db, {
    ...searching,
    client_id: "login-page",
    scope: "openid tti:handoff",
    allowed_tenants: ["acme"],
  });
  await addClient(fixture.db, { client_id: "ordinary" });
  ann = await addPerson(fixture.db, { email: "ann@acme.example", name: "Ann", tenants: ["acme"] });
  await saveTenant(fixture.db, "acme", { presencePolicy: { name: "offline" } }, new Date());
});

async function openAccount(agent: UserAgent): Promise<Visit> {
  const login = await agent.follow(`${fixture.issuer}/account/applications`);
  return agent.submit(login, { email: "ann@acme.example", password }, "/login");
}

const offeredBy = (page: Visit): string[] =>
  [...page.text.matchAll(/name="client" value="([^"]+)"/g)].map(([, client]) => client ?? "").toSorted();

test("clients that mint or search for the tenant are on offer, and the client registered with AWS", async () => {
  assert.deepEqual(offeredBy(await openAccount(new UserAgent())), ["back-end", "searcher", awsClientId]);
});

test("no refresh token of the client registered with AWS is worth anything until the person agrees", async () => {
  const authorization = basic(awsClientId);
  const code = await getCode(fixture, "ann@acme.example", {
    client_id: awsClientId,
    scope: "openid offline_access",
    prompt: "consent",
  });
  const signedIn = await redeem(fixture, code, {}, authorization);
  assert.equal(signedIn.status, 200, JSON.stringify(signedIn.body));
  const refresh = () => {
    const refreshToken = String(signedIn.body["refresh_token"]);
    return postToken(fixture, { grant_type: "refresh_token", refresh_token: refreshToken }, authorization);
  };
  const refused = await refresh();
  assert.match(String(refused.body["error_description"]), /^presence_required/);

  const agent = new UserAgent();
  await openAccount(agent);
  const choice = { tenant: "acme", client: awsClientId, decision: "allow" };
  const allowed = await postAccountForm(agent, `${fixture.issuer}/account/applications`, ann, choice);
  assert.equal(allowed.status, 200, allowed.text);
  assert.equal((await refresh()).status, 200);
});
