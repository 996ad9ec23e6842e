// The presence policy at the grant, users just in time, and the e-mail locks: when a back end may act for a
// user, and that no path lets one tenant's token carry another tenant's address.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { decodeJwt } from "jose";
import type { Account } from "../../../src/provider/accounts/account_store.ts";
import {
  revokeOfflineConsent,
  saveOfflineConsent,
} from "../../../src/provider/presence/offline_consent_store.ts";
import { saveLastLogin } from "../../../src/provider/tenants/last_login_store.ts";
import { addPerson, password, redirectUri, useProvider } from "../support/provider_fixture.ts";
import { UserAgent } from "../support/user_agent.ts";
import {
  addMintingClients,
  awsClientId,
  backEndId,
  exchange,
  postToken,
  setTenant,
  signSubject,
} from "./mint_support.ts";

let ann: Account;
const fixture = useProvider({}, async () => {
  await addMintingClients(fixture.db, ["*"]);
  ann = await addPerson(fixture.db, { email: "ann@acme.example", name: "Ann", tenants: ["acme"] });
  await addPerson(fixture.db, { email: "gil@globex.example", tenants: ["globex"] });
});

async function mint(claims: Record<string, unknown>): Promise<string> {
  const answer = await exchange(fixture.issuer, await signSubject(fixture.issuer, claims));
  return answer.status === 200 ? "minted" : String(answer.body["error_description"]);
}

async function claimsOf(claims: Record<string, unknown>): Promise<Record<string, unknown>> {
  const answer = await exchange(fixture.issuer, await signSubject(fixture.issuer, claims));
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return decodeJwt(String(answer.body["access_token"]));
}

async function signIn(agent: UserAgent): Promise<void> {
  const url = new URL(`${fixture.issuer}/auth`);
  url.search = new URLSearchParams({
    client_id: awsClientId,
    response_type: "code",
    scope: "openid",
    redirect_uri: redirectUri,
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
  }).toString();
  const page = await agent.follow(url);
  const back = await agent.submit(page, { email: "ann@acme.example", password }, "/login");
  // The verifier whose hash was sent (RFC 7636 appendix B).
  const redeemed = await postToken(
    fixture.issuer,
    {
      grant_type: "authorization_code",
      code: back.url.searchParams.get("code") ?? "",
      redirect_uri: redirectUri,
      code_verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    },
    awsClientId,
  );
  assert.equal(redeemed.status, 200, JSON.stringify(redeemed.body));
}

describe("the presence policy", () => {
  test("`session` lets a back end act only while the user is logged in", async () => {
    await setTenant(fixture.db, "acme", { presencePolicy: { name: "session" } });
    assert.match(await mint({ sub: ann.id }), /^presence_required/);
    await signIn(new UserAgent());
    assert.equal(await mint({ sub: ann.id }), "minted");
    await fixture.db("oidc_records").where({ model: "Session", account_id: ann.id }).delete();
    assert.match(await mint({ sub: ann.id }), /^presence_required/);
  });

  test("`within` counts the hours since the last login", async () => {
    await setTenant(fixture.db, "acme", { presencePolicy: { name: "within", hours: 2 } });
    const key = { tenantId: "acme", accountId: ann.id };
    await fixture.db("memberships").where({ account_id: ann.id }).update({ last_login_at_ms: null });
    assert.match(await mint({ sub: ann.id }), /^presence_required.*unknown/);
    await saveLastLogin(fixture.db, key, Date.now() - 3 * 3_600_000, new Date());
    assert.match(await mint({ sub: ann.id }), /^presence_required.*longer ago/);
    await saveLastLogin(fixture.db, key, Date.now() - 3_600_000, new Date());
    assert.equal(await mint({ sub: ann.id }), "minted");
  });

  test("`within` is satisfied by a login in a browser", async () => {
    await fixture.db("memberships").where({ account_id: ann.id }).update({ last_login_at_ms: null });
    await signIn(new UserAgent());
    assert.equal(await mint({ sub: ann.id }), "minted");
  });

  test("`offline` needs the user's consent, until it is taken back", async () => {
    await setTenant(fixture.db, "acme", { presencePolicy: { name: "offline" } });
    const key = { tenantId: "acme", accountId: ann.id, clientId: backEndId };
    assert.match(await mint({ sub: ann.id }), /^presence_required/);
    await saveOfflineConsent(fixture.db, key, new Date());
    assert.equal(await mint({ sub: ann.id }), "minted");
    await revokeOfflineConsent(fixture.db, key, new Date());
    assert.match(await mint({ sub: ann.id }), /^presence_required/);
    await saveOfflineConsent(fixture.db, { ...key, clientId: "somebody-else" }, new Date());
    assert.match(await mint({ sub: ann.id }), /^presence_required/);
  });

  test("`never` lets no back end act", async () => {
    await setTenant(fixture.db, "acme", { presencePolicy: { name: "never" } });
    await signIn(new UserAgent());
    assert.match(await mint({ sub: ann.id }), /^presence_required/);
  });

  test("cannot be talked round by the assertion of a tenant whose users log in here", async () => {
    await setTenant(fixture.db, "acme", { presencePolicy: { name: "within", hours: 1 } });
    await fixture.db("memberships").where({ account_id: ann.id }).update({ last_login_at_ms: null });
    assert.match(await mint({ sub: ann.id, auth_time: Math.floor(Date.now() / 1000) }), /^presence_required/);
  });
});

describe("users just in time", () => {
  before(() =>
    setTenant(fixture.db, "globex", {
      loginMethod: "handoff",
      presencePolicy: { name: "within", hours: 1 },
    }),
  );
  const authTime = () => Math.floor(Date.now() / 1000) - 10;
  const globex = (claims: Record<string, unknown>) => ({
    tenant: "globex",
    auth_time: authTime(),
    ...claims,
  });

  test("an assertion creates the account and the membership, and the ISV's id is the subject", async () => {
    const claims = await claimsOf(globex({ sub: "isv-42", email: "Bea@globex.example", name: "Bea" }));
    assert.equal(claims["sub"], "isv-42");
    assert.equal(claims["email"], "Bea@globex.example");
    assert.equal(claims["name"], "Bea");
    assert.equal(claims["tenant_id"], "globex");
  });

  test("a later assertion brings name and address up to date, and leaves out what it does not name", async () => {
    const renamed = await claimsOf(
      globex({ sub: "isv-42", email: "bea.new@globex.example", name: "Bea New" }),
    );
    assert.equal(renamed["email"], "bea.new@globex.example");
    const again = await claimsOf(globex({ sub: "isv-42" }));
    assert.equal(again["email"], "bea.new@globex.example");
    assert.equal(again["name"], "Bea New");
  });

  test("a new user without an address is refused and leaves nothing behind", async () => {
    assert.match(await mint(globex({ sub: "isv-new" })), /^invalid_input/);
    assert.equal(await fixture.db("accounts").where({ id: "isv-new" }).first(), undefined);
  });

  test("an account that signs in here keeps the address it proved here", async () => {
    await setTenant(fixture.db, "acme", { loginMethod: "both" });
    assert.match(
      await mint({ sub: ann.id, email: "boss@acme.example", auth_time: authTime() }),
      /^login_method_not_allowed/,
    );
  });

  test("the address the ISV proved for one tenant never appears for another", async () => {
    await setTenant(fixture.db, "acme", {
      loginMethod: "both",
      presencePolicy: { name: "within", hours: 1 },
    });
    const acme = await claimsOf({
      tenant: "acme",
      sub: "isv-both",
      email: "both@acme.example",
      auth_time: authTime(),
    });
    const other = await claimsOf(globex({ sub: "isv-both", email: "both@globex.example" }));
    const back = await claimsOf({ tenant: "acme", sub: "isv-both", auth_time: authTime() });
    assert.deepEqual(
      [acme, other, back].map(({ email }) => email),
      ["both@acme.example", "both@globex.example", "both@acme.example"],
    );
  });
});
