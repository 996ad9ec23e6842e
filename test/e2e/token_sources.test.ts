// The library's own token sources against the real provider, exchanged at the local AWS: what an ISV's back end runs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { calculatePKCECodeChallenge, randomPKCECodeVerifier } from "openid-client";
import {
  DataAccessor,
  ExchangeClient,
  ExchangeError,
  fromRefreshToken,
  fromTtiProvider,
  type IdTokenSource,
  type SearchConnection,
} from "tti-exchange";
import { type Sandbox, startSandbox } from "tti-sandbox";
import type { Account } from "../../src/provider/accounts/account_store.ts";
import { saveOfflineConsent } from "../../src/provider/presence/offline_consent_store.ts";
import { customersSeed } from "../browser/sandbox_customers.ts";
import {
  addMintingClients,
  awsClientId,
  backEndId,
  postToken,
  setTenant,
  subjectPrivateKey,
} from "../provider/grants/mint_support.ts";
import {
  addPerson,
  clientSecret,
  type ProviderFixture,
  password,
  redirectUri,
  startProvider,
} from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";

let fixture: ProviderFixture;
let sandbox: Sandbox;
let alice: Account;
let connection: SearchConnection;

before(async () => {
  fixture = await startProvider({ kind: "postgres" });
  await addMintingClients(fixture.db);
  alice = await addPerson(fixture.db, { email: "alice@acme.example", tenants: ["acme"] });
  await addPerson(fixture.db, { email: "dana@consulting.example", tenants: ["globex"] });
  await setTenant(fixture.db, "acme", { presencePolicy: { name: "offline" } });
  for (const clientId of [backEndId, awsClientId]) {
    await saveOfflineConsent(fixture.db, { tenantId: "acme", accountId: alice.id, clientId }, new Date());
  }
  sandbox = await startSandbox({
    port: 0,
    allowLocalIssuers: true,
    seed: customersSeed(fixture.issuer, awsClientId),
  });
  const found = sandbox.seedResult.connections["acme"];
  assert.ok(found);
  connection = {
    tenantId: "acme",
    roleArn: found.principal,
    idcApplicationArn: found.idcApplicationArn,
    idcRegion: found.idcRegion,
    applicationId: found.applicationId,
    retrieverId: found.retrieverId,
    qRegion: found.applicationRegion,
  };
});
after(async () => {
  await sandbox.close();
  await fixture.close();
});

function exchangeWith(idTokenSource: IdTokenSource): ExchangeClient {
  const base = sandbox.seedResult.credentials["base"];
  assert.ok(base);
  const at = { endpoint: sandbox.url };
  return new ExchangeClient({
    trustedTokenIssuer: { issuer: fixture.issuer, audience: awsClientId },
    idTokenSource,
    baseCredentials: base,
    awsClientOptions: { sts: at, ssoOidc: at, qbusiness: at },
  });
}

async function titlesBy(source: IdTokenSource, tenantId = "acme"): Promise<string[]> {
  const client = exchangeWith(source);
  try {
    const accessor = new DataAccessor({ connection: { ...connection, tenantId }, client });
    const titles: string[] = [];
    for await (const { documentTitle } of accessor.search({ user: alice.id, queryText: "travel budget" })) {
      titles.push(documentTitle ?? "");
    }
    return titles.sort();
  } finally {
    client.destroy();
  }
}

const backEnd = () => ({
  issuer: fixture.issuer,
  clientId: backEndId,
  clientAuthentication: { method: "client_secret_basic" as const, clientSecret },
});
const seenByAlice = ["Board minutes", "Travel policy"];

for (const grant of ["token-exchange", "jwt-bearer"] as const) {
  test(`a user named by a signed assertion is searched for by ${grant}`, async () => {
    const source = fromTtiProvider({
      ...backEnd(),
      grant,
      assertionKey: subjectPrivateKey,
      assertionKeyId: "s1",
      assertionAlg: "ES256",
    });
    assert.deepEqual(await titlesBy(source), seenByAlice);
  });
}

async function signIn(clientId: string): Promise<Record<string, unknown>> {
  const verifier = randomPKCECodeVerifier();
  const url = new URL(`${fixture.issuer}/auth`);
  url.search = new URLSearchParams({
    client_id: clientId,
    response_type: "code",
    scope: "openid",
    redirect_uri: redirectUri,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  }).toString();
  const agent = new UserAgent();
  const back = await agent.submit(
    await agent.follow(url),
    { email: "alice@acme.example", password },
    "/login",
  );
  const code = back.url.searchParams.get("code") ?? "";
  const request = {
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  };
  return (await postToken(fixture.issuer, request, clientId)).body;
}

test("a user named by an access token of the provider is searched for", async () => {
  const tokens = await signIn(backEndId);
  const subjectToken = async () => ({ token: String(tokens["access_token"]), type: "access_token" as const });
  assert.deepEqual(await titlesBy(fromTtiProvider({ ...backEnd(), subjectToken })), seenByAlice);
});

test("a refresh token of the AWS client serves again and again, rotating", async () => {
  let kept = String((await signIn(awsClientId))["refresh_token"]);
  const seen = new Set([kept]);
  const source = fromRefreshToken({
    ...backEnd(),
    clientId: awsClientId,
    loadRefreshToken: async () => kept,
    saveRefreshToken: async (_user, refreshToken) => {
      kept = refreshToken;
      seen.add(refreshToken);
    },
  });
  assert.deepEqual(await titlesBy(source), seenByAlice);
  assert.deepEqual(await titlesBy(source), seenByAlice);
  assert.equal(seen.size, 3);
});

test("a token of one tenant is never spent on another's connection", async () => {
  const requests = () => sandbox.control.requests().length;
  const earlier = requests();
  const source = fromTtiProvider({
    ...backEnd(),
    assertionKey: subjectPrivateKey,
    assertionKeyId: "s1",
    assertionAlg: "ES256",
  });
  const always: IdTokenSource = (asked) => source({ ...asked, tenantId: "acme" });
  await assert.rejects(titlesBy(always, "globex"), (error) => {
    assert.ok(error instanceof ExchangeError);
    assert.match(error.code, /tenant/);
    return true;
  });
  assert.equal(requests(), earlier, "AWS was not called");
});
