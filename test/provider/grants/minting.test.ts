// Minting end to end: what a back end gets for a user it names, by each grant and each kind of subject token,
// and who is refused.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createRemoteJWKSet, jwtVerify } from "jose";
import * as oidc from "openid-client";
import type { Account } from "../../../src/provider/accounts/account_store.ts";
import { saveOfflineConsent } from "../../../src/provider/presence/offline_consent_store.ts";
import { deleteMembership } from "../../../src/provider/tenants/membership_store.ts";
import { assertNoToken } from "../../support/tokens.ts";
import {
  addClient,
  addPerson,
  clientSecret,
  redirectUri,
  signInAt,
  useProvider,
} from "../support/provider_fixture.ts";
import { UserAgent } from "../support/user_agent.ts";
import {
  addMintingClients,
  awsClientId,
  backEndId,
  exchange,
  postToken,
  setTenant,
  signSubject,
  type TokenAnswer,
} from "./mint_support.ts";

const idTokenType = "urn:ietf:params:oauth:token-type:id_token";

let ann: Account;
let issuer: string;
const fixture = useProvider({}, async () => {
  issuer = fixture.issuer;
  await addMintingClients(fixture.db);
  ann = await addPerson(fixture.db, { email: "Ann@acme.example", name: "Ann Ames", tenants: ["acme"] });
  await addPerson(fixture.db, { email: "gil@globex.example", tenants: ["globex"] });
  await setTenant(fixture.db, "acme", { presencePolicy: { name: "offline" } });
  await saveOfflineConsent(
    fixture.db,
    { tenantId: "acme", accountId: ann.id, clientId: backEndId },
    new Date(),
  );
});

async function verified(token: unknown) {
  assert.equal(typeof token, "string");
  return jwtVerify(String(token), createRemoteJWKSet(new URL(`${issuer}/jwks`)), {
    issuer,
    audience: awsClientId,
  });
}

function assertRefused(answer: TokenAnswer, code: RegExp, error = "invalid_grant"): void {
  assert.equal(answer.status, 400, JSON.stringify(answer.body));
  assert.equal(answer.body["error"], error);
  assert.match(String(answer.body["error_description"]), code);
}

async function signedIn(scope = "openid"): Promise<oidc.TokenEndpointResponse> {
  const config = await oidc.discovery(
    new URL(issuer),
    backEndId,
    undefined,
    oidc.ClientSecretBasic(clientSecret),
    {
      execute: [oidc.allowInsecureRequests],
    },
  );
  const verifier = oidc.randomPKCECodeVerifier();
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  const back = await signInAt(new UserAgent(), url, "ann@acme.example");
  return oidc.authorizationCodeGrant(config, back.url, { pkceCodeVerifier: verifier });
}

describe("a back end that names a user", () => {
  test("gets an ID token in the profile, for the audience registered with AWS, by token exchange", async () => {
    const answer = await exchange(issuer, await signSubject(issuer, { sub: ann.id, amr: ["pwd"] }));
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.equal(answer.body["issued_token_type"], idTokenType);
    assert.equal(answer.body["token_type"], "N_A");
    const { payload, protectedHeader } = await verified(answer.body["access_token"]);
    assert.equal(protectedHeader.alg, "RS256");
    const { iat, exp, jti, auth_time, ...claims } = payload;
    assert.deepEqual(claims, {
      iss: issuer,
      sub: ann.id,
      aud: awsClientId,
      email: "Ann@acme.example",
      email_verified: true,
      name: "Ann Ames",
      tenant_id: "acme",
      amr: ["pwd"],
      act: { sub: backEndId },
    });
    assert.ok(typeof jti === "string" && jti.length >= 22);
    assert.equal(Number(exp) - Number(iat), 300);
    // She agreed and has never logged in here: the token does not make up when.
    assert.equal(auth_time, undefined);
  });

  test("gets one by the JWT bearer grant", async () => {
    const assertion = await signSubject(issuer, { sub: ann.id });
    const answer = await postToken(issuer, {
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion,
    });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.equal((await verified(answer.body["id_token"])).payload.sub, ann.id);
  });

  test("gets one for an access token or a refresh token of ours, and the refresh token stays usable", async () => {
    const tokens = await signedIn();
    for (const [kind, token] of [
      ["access_token", tokens.access_token],
      ["refresh_token", tokens.refresh_token],
    ] as const) {
      const type = { subject_token_type: `urn:ietf:params:oauth:token-type:${kind}` };
      const answer = await exchange(issuer, token ?? "", type);
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      assert.equal((await verified(answer.body["access_token"])).payload["tenant_id"], "acme");
    }
    const refresh = { grant_type: "refresh_token", refresh_token: tokens.refresh_token ?? "" };
    assert.equal((await postToken(issuer, refresh)).status, 200);
  });

  test("is refused an access token of another client", async () => {
    const tokens = await signedIn();
    await addClient(fixture.db, {
      client_id: "other",
      grant_types: ["authorization_code", "urn:ietf:params:oauth:grant-type:token-exchange"],
      allowed_tenants: ["*"],
    });
    const type = { subject_token_type: "urn:ietf:params:oauth:token-type:access_token" };
    assertRefused(await exchange(issuer, tokens.access_token, type, "other"), /subject_token_refused/);
  });

  test("leaves a record of every mint and refusal for the tenant", async () => {
    await exchange(issuer, await signSubject(issuer, { sub: ann.id }));
    const rows = await fixture.db("audit_events").where({ tenant_id: "acme", type: "token.minted" });
    assert.ok(rows.length > 0);
    assert.equal(rows[0].actor, `client:${backEndId}`);
    assertNoToken(rows, "no token in the trail");
  });
});

describe("a back end is refused", () => {
  test("without the grant in its registration", async () => {
    await addClient(fixture.db, { client_id: "plain", allowed_tenants: ["*"] });
    const answer = await exchange(issuer, await signSubject(issuer, { sub: ann.id }), {}, "plain");
    assertRefused(answer, /not registered for this grant_type/, "unauthorized_client");
  });

  test("for a tenant it has no right to, and by default for every tenant", async () => {
    await addPerson(fixture.db, { email: "ivy@initech.example", tenants: ["initech"] });
    const answer = await exchange(issuer, await signSubject(issuer, { sub: ann.id, tenant: "initech" }));
    assertRefused(answer, /^tenant_not_allowed/);
  });

  test("for a user who is no member of the tenant", async () => {
    assertRefused(
      await exchange(issuer, await signSubject(issuer, { sub: ann.id, tenant: "globex" })),
      /^not_a_member/,
    );
  });

  test("for a user who is unknown in a tenant whose users are kept here", async () => {
    assertRefused(await exchange(issuer, await signSubject(issuer, { sub: "nobody" })), /^not_a_member/);
  });

  test("for an address that is not the account's", async () => {
    const token = await signSubject(issuer, { sub: ann.id, email: "boss@acme.example" });
    assertRefused(await exchange(issuer, token), /^login_method_not_allowed/);
  });

  test("the moment a membership ends", async () => {
    const leaver = await addPerson(fixture.db, { email: "leaver@acme.example", tenants: ["acme"] });
    const key = { tenantId: "acme", accountId: leaver.id, clientId: backEndId };
    await saveOfflineConsent(fixture.db, key, new Date());
    assert.equal((await exchange(issuer, await signSubject(issuer, { sub: leaver.id }))).status, 200);
    await deleteMembership(fixture.db, "acme", leaver.id, new Date());
    assertRefused(await exchange(issuer, await signSubject(issuer, { sub: leaver.id })), /^not_a_member/);
  });

  const badRequests: Record<string, [Record<string, string>, string]> = {
    "an audience other than the one registered with AWS": [{ audience: "somebody" }, "invalid_target"],
    "a resource": [{ resource: "https://api.example" }, "invalid_target"],
    "another requested token type": [
      { requested_token_type: "urn:ietf:params:oauth:token-type:access_token" },
      "invalid_request",
    ],
    "an actor token": [{ actor_token: "x", actor_token_type: "y" }, "invalid_request"],
    "a scope beyond openid": [{ scope: "openid tti:admin" }, "invalid_scope"],
    "an ID token as subject": [{ subject_token_type: idTokenType }, "invalid_request"],
  };
  for (const [what, [parameters, error]] of Object.entries(badRequests)) {
    test(`with ${what}`, async () => {
      const answer = await exchange(issuer, await signSubject(issuer, { sub: ann.id }), parameters);
      assert.equal(answer.status, 400);
      assert.equal(answer.body["error"], error);
    });
  }

  test("with a parameter sent twice", async () => {
    const token = await signSubject(issuer, { sub: ann.id });
    const answer = await postToken(issuer, [
      ["grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"],
      ["subject_token", token],
      ["subject_token", token],
      ["subject_token_type", "urn:ietf:params:oauth:token-type:jwt"],
    ]);
    assert.equal(answer.status, 400);
    assert.equal(answer.body["error"], "invalid_request");
  });
});
