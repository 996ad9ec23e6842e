// The lock between customers, and the attack it stops. Every customer trusts the same issuer and audience, and
// Identity Center matches users by e-mail: somebody of Globex plays every path to a token that carries an Acme
// address, and presents what comes of it at Acme's Identity Center.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { CreateTokenWithIAMCommand, SSOOIDCClient } from "@aws-sdk/client-sso-oidc";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { decodeJwt } from "jose";
import { isvRole, type Sandbox, startSandbox } from "tti-sandbox";
import { addDomain, verifyDomain } from "../../src/admin/operations/domains.ts";
import { addUserToTenant } from "../../src/admin/operations/members.ts";
import { createTenant, updateTenant } from "../../src/admin/operations/tenants.ts";
import { createUser } from "../../src/admin/operations/users.ts";
import { systemClock } from "../../src/clock.ts";
import { OperationError } from "../../src/errors.ts";
import { createPasswords } from "../../src/provider/accounts/passwords.ts";
import type { TxtResolver } from "../../src/provider/tenants/domain_proof.ts";
import { addMintingClients, awsClientId, exchange, signSubject } from "../provider/grants/mint_support.ts";
import {
  addHandoffClients,
  challengeOf,
  IsvBackEnd,
  loginUrl,
  redeem,
} from "../provider/handoff/handoff_support.ts";
import {
  addPerson,
  type ProviderFixture,
  password,
  startProvider,
} from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";

const victim = "alice@acme.example";
const isvAccount = "111111111111";
const roleArn = `arn:aws:iam::${isvAccount}:role/IsvRole`;

/** Acme's AWS account: Alice is a user of its Identity Center. */
async function startAcmeAws(issuer: string): Promise<Sandbox> {
  return startSandbox({
    port: 0,
    allowLocalIssuers: true,
    seed: {
      accounts: [
        {
          id: isvAccount,
          name: "ISV",
          roles: [isvRole("IsvRole", `arn:aws:iam::${isvAccount}:user/app`)],
          credentials: [{ name: "isv", user: "app" }],
        },
        { id: "222222222222", name: "Acme", credentials: [{ name: "acme-admin", user: "administrator" }] },
      ],
      isvs: [{ displayName: "isv", principal: roleArn, clientId: awsClientId }],
      identityCenters: [
        {
          name: "acme",
          account: "222222222222",
          region: "us-east-1",
          users: [{ userName: "alice", email: victim, displayName: "Alice" }],
          trustedTokenIssuers: [{ name: "isv", issuerUrl: issuer }],
        },
      ],
      qApplications: [
        {
          displayName: "acme",
          account: "222222222222",
          region: "us-east-1",
          identityCenter: "acme",
          documents: [],
          dataAccessors: [
            { displayName: "isv", principal: roleArn, externalId: "acme", trustedTokenIssuer: "isv" },
          ],
        },
      ],
    },
  });
}

/** Presents a token at Acme's Identity Center as the ISV would, and says who AWS takes it for. */
async function presentToAcme(sandbox: Sandbox, idToken: string): Promise<string> {
  const base = sandbox.seedResult.credentials["isv"];
  const connection =
    sandbox.seedResult.connections["acme"] ?? Object.values(sandbox.seedResult.connections)[0];
  assert.ok(base && connection);
  const common = { region: "us-east-1", endpoint: sandbox.url };
  const sts = new STSClient({ ...common, credentials: base });
  const assumed = await sts.send(
    new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: "attack",
      Tags: [{ Key: "qbusiness-dataaccessor:ExternalId", Value: "acme" }],
    }),
  );
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = assumed.Credentials ?? {};
  const oidc = new SSOOIDCClient({
    ...common,
    maxAttempts: 1,
    credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
  });
  const answer = await oidc.send(
    new CreateTokenWithIAMCommand({
      clientId: connection.idcApplicationArn,
      grantType: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: idToken,
    }),
  );
  sts.destroy();
  oidc.destroy();
  return String(decodeJwt(answer.idToken ?? "").sub);
}

async function startIsv(requireVerifiedDomain: "on" | "off"): Promise<ProviderFixture> {
  const records = new Map<string, string>();
  const resolveTxt: TxtResolver = async (name) => (records.has(name) ? [[records.get(name) ?? ""]] : []);
  const fixture = await startProvider({
    environment: { TTI_LOGIN_URL: loginUrl, TTI_REQUIRE_VERIFIED_DOMAIN: requireVerifiedDomain },
    resolveTxt,
  });
  await addMintingClients(fixture.db, ["*"]);
  await addHandoffClients(fixture, ["*"]);
  await addPerson(fixture.db, { email: victim, name: "Alice", tenants: ["acme"] });
  await addPerson(fixture.db, { email: "mallory@globex.example", tenants: ["globex"] });
  const operator = operatorOf(fixture, resolveTxt);
  for (const [tenantId, domain] of [
    ["acme", "acme.example"],
    ["globex", "globex.example"],
  ] as const) {
    const claim = await addDomain(operator, { tenantId, domain });
    records.set(claim.record.name, claim.record.value);
    await verifyDomain(operator, { tenantId, domain });
  }
  for (const id of ["acme", "globex"]) {
    await updateTenant(operator, { id, loginMethod: "both", presence: "within 1" });
  }
  return fixture;
}

function operatorOf(fixture: ProviderFixture, resolveTxt: TxtResolver = async () => []) {
  return {
    db: fixture.db,
    clock: systemClock,
    passwords: createPasswords(),
    actor: "cli:test",
    may: () => true,
    resolveTxt,
  };
}

const loggedInNow = () => ({ auth_time: Math.floor(Date.now() / 1000) - 5 });

async function mintForGlobex(fixture: ProviderFixture, claims: Record<string, unknown>): Promise<string> {
  const token = await signSubject(fixture.issuer, { tenant: "globex", ...loggedInNow(), ...claims });
  const answer = await exchange(fixture.issuer, token);
  return String(answer.body["access_token"] ?? answer.body["error_description"]);
}

describe("with the domain policy on, somebody of another tenant never becomes Alice", () => {
  let fixture: ProviderFixture;
  before(async () => {
    fixture = await startIsv("on");
  });
  after(() => fixture.close());

  test("by an assertion that names her address, and nothing of it stays", async () => {
    assert.match(await mintForGlobex(fixture, { sub: "m1", email: victim }), /^email_domain_not_verified/);
  });

  test("by an address that only looks like hers", async () => {
    for (const email of [
      "alice@ACME.example",
      "alice@acme.example.",
      "alice@sub.acme.example",
      "Alice@acme.example",
    ]) {
      assert.match(
        await mintForGlobex(fixture, { sub: "m2", email }),
        /^(email_domain_not_verified|invalid_input|subject_token_refused)/,
        email,
      );
    }
  });

  test("nor by a domain below or above the one that was proven, which means itself and no other", async () => {
    for (const email of ["nn@eu.globex.example", "nn@example", "nn@xglobex.example"]) {
      assert.match(
        await mintForGlobex(fixture, { sub: "nn", email }),
        /^(email_domain_not_verified|invalid_input|subject_token_refused)/,
        email,
      );
    }
    const own = await mintForGlobex(fixture, { sub: "nn", email: "nn@globex.example" });
    assert.equal(decodeJwt(own)["email"], "nn@globex.example");
  });

  test("by a later assertion that changes an address", async () => {
    const fine = await mintForGlobex(fixture, { sub: "m3", email: "m3@globex.example" });
    assert.equal(decodeJwt(fine)["email"], "m3@globex.example");
    assert.match(await mintForGlobex(fixture, { sub: "m3", email: victim }), /^email_domain_not_verified/);
  });

  test("by a handoff that names her address", async () => {
    const challenge = await challengeOf(new UserAgent(), fixture, { tenant: "globex" });
    const login = { subject: "m4", tenant: "globex", email: victim };
    const answer = await new IsvBackEnd(fixture).call(`${challenge}/accept`, login);
    assert.equal(answer.status, 403);
    assert.equal(answer.body["error"], "email_domain_not_verified");
    assert.equal(await fixture.db("accounts").where({ id: "m4" }).first(), undefined, "nothing was written");
  });

  test("by an account made for her address in the other tenant", async () => {
    const operator = operatorOf(fixture);
    // She signs in with this address herself, so there can be no second account of it …
    await assert.rejects(
      createUser(operator, {
        email: victim,
        emailVerified: true,
        memberships: [{ tenantId: "globex" }],
        password,
      }),
      (error) => error instanceof OperationError && error.code === "account_exists",
    );
    // … and a colleague who has no account yet gets no token from Globex either.
    const email = "carol@acme.example";
    await createUser(operator, {
      email,
      emailVerified: true,
      memberships: [{ tenantId: "globex" }],
      password,
    });
    assert.match(await signInLocally(fixture, email), /not yet proven that it owns the domain/);
  });

  test("by inviting Alice's own account into the other tenant", async () => {
    await addUserToTenant(operatorOf(fixture), { user: victim, tenantId: "globex" });
    assert.match(await signInLocally(fixture, victim), /not yet proven that it owns the domain/);
  });

  test("by renaming the other tenant, or by taking Acme's id or domain", async () => {
    const operator = operatorOf(fixture);
    await updateTenant(operator, { id: "globex", name: "Acme Corporation" });
    const token = await mintForGlobex(fixture, { sub: "m7", email: "m7@globex.example" });
    assert.equal(decodeJwt(token)["tenant_id"], "globex");
    await assert.rejects(createTenant(operator, { id: "acme" }), { code: "tenant_exists" });
    const claim = await addDomain(operator, { tenantId: "globex", domain: "acme.example" });
    const lying = operatorOf(fixture, async () => [[claim.record.value]]);
    await assert.rejects(verifyDomain(lying, { tenantId: "globex", domain: "acme.example" }), {
      code: "domain_taken",
    });
  });

  test("while Alice herself gets in, and AWS knows her", async () => {
    const sandbox = await startAcmeAws(fixture.issuer);
    try {
      const { id } = (await fixture.db("accounts").where({ email: victim }).first()) as { id: string };
      const token = await signSubject(fixture.issuer, { sub: id, tenant: "acme", ...loggedInNow() });
      const { body } = await exchange(fixture.issuer, token);
      assert.equal(decodeJwt(String(body["access_token"]))["email"], victim);
      assert.match(await presentToAcme(sandbox, String(body["access_token"])), /^[0-9a-f-]{36,47}$/);
    } finally {
      await sandbox.close();
    }
  });
});

describe("with the domain policy off, the attack works, which is why it is on", () => {
  test("an assertion for Globex that names Alice is Alice at Acme's Identity Center", async () => {
    const fixture = await startIsv("off");
    const sandbox = await startAcmeAws(fixture.issuer);
    try {
      const stolen = await mintForGlobex(fixture, { sub: "mallory", email: victim });
      assert.equal(decodeJwt(stolen)["tenant_id"], "globex");
      assert.match(await presentToAcme(sandbox, stolen), /^[0-9a-f-]{36,47}$/);
    } finally {
      await sandbox.close();
      await fixture.close();
    }
  });
});

/** Signs in at Globex with a password; answers the page that refuses it, or the address in the token. */
async function signInLocally(fixture: ProviderFixture, email: string): Promise<string> {
  const agent = new UserAgent();
  const start = await challengeOf(agent, fixture, { tenant: "globex" });
  const { body } = await new IsvBackEnd(fixture).call(start);
  const page = await agent.follow(String(body["local_login_url"]));
  const back = await agent.submit(page, { email, password }, "/login");
  if (!back.url.searchParams.has("code")) return back.text;
  const tokens = await redeem(fixture, back);
  return String(tokens["error_description"] ?? decodeJwt(String(tokens["id_token"]))["email"]);
}
