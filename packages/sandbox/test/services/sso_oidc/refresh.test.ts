// Refresh tokens of CreateTokenWithIAM: only where the application grants them, rotated, ending, bound to the application.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { CreateTokenWithIAMCommand, SSOOIDCClient } from "@aws-sdk/client-sso-oidc";
import type { Sandbox } from "../../../src/index.ts";
import { createSigningKey, startIssuer, type TestIssuer } from "../../support/issuer.ts";
import { assertRefused } from "../../support/refusal.ts";
import { IDC_REGION, startExample, stepsOf } from "../../support/world.ts";

let issuer: TestIssuer;
let sandbox: Sandbox;
const ada = { email: "ada@acme.example" };

before(async () => {
  issuer = await startIssuer(await createSigningKey("k1"));
  sandbox = await startExample(issuer.url, { rules: { "accessor.refreshGrant": true } });
});

after(async () => {
  await sandbox.close();
  await issuer.close();
});

beforeEach(() => sandbox.control.reset());

async function refresh(refreshToken: string | undefined, grantType = "refresh_token", at: Sandbox = sandbox) {
  const { assumeRole, connection } = stepsOf(at);
  const client = new SSOOIDCClient({
    region: IDC_REGION,
    endpoint: at.url,
    credentials: await assumeRole(),
    maxAttempts: 1,
  });
  try {
    return await client.send(
      new CreateTokenWithIAMCommand({ clientId: connection.idcApplicationArn, grantType, refreshToken }),
    );
  } finally {
    client.destroy();
  }
}

async function begin(): Promise<string> {
  const { refreshToken, issuedTokenType } = await stepsOf(sandbox).exchange(await issuer.token(ada));
  assert.equal(issuedTokenType, "urn:ietf:params:oauth:token-type:refresh_token");
  return refreshToken ?? "";
}

test("a refresh token gives a new identity context that searches", async () => {
  const answer = await refresh(await begin());
  const { enhanced, search } = stepsOf(sandbox);
  const keys = await enhanced(answer.awsAdditionalDetails?.identityContext ?? "");
  assert.equal((await search(keys)).relevantContent?.length, 3);
});

test("each use replaces the refresh token, unless the rule keeps it", async () => {
  const first = await begin();
  const { refreshToken: second } = await refresh(first);
  assert.notEqual(second, first);
  await assertRefused(sandbox, refresh(first), {
    name: "InvalidGrantException",
    status: 400,
    rule: "refresh.known",
  });
  sandbox.control.setRule("exchange.refreshTokenRotation", "keep");
  assert.equal((await refresh(second)).refreshToken, second);
  await refresh(second);
});

test("a refresh token ends, with an error of its own", async () => {
  const token = await begin();
  sandbox.control.advanceClock(8 * 3600 + 1);
  await assertRefused(sandbox, refresh(token), {
    name: "ExpiredTokenException",
    status: 400,
    error: "expired_token",
    rule: "exchange.refreshTokenSeconds",
  });
});

test("an unknown or missing refresh token is refused", async () => {
  await assertRefused(sandbox, refresh("aor-forged"), {
    name: "InvalidGrantException",
    status: 400,
    rule: "refresh.known",
  });
  await assertRefused(sandbox, refresh(undefined), {
    name: "InvalidRequestException",
    status: 400,
    error: "invalid_request",
    rule: "exchange.refreshToken",
  });
});

test("an application without the grant answers by rule, and gives out no refresh token", async (t) => {
  const plain = await startExample(issuer.url);
  t.after(() => plain.close());
  assert.equal((await stepsOf(plain).exchange(await issuer.token(ada))).refreshToken, undefined);
  await assertRefused(plain, refresh("aor", "refresh_token", plain), {
    name: "UnauthorizedClientException",
    status: 400,
    rule: "exchange.missingGrantError",
  });
  plain.control.setRule("exchange.missingGrantError", "InvalidClientException");
  await assertRefused(plain, refresh("aor", "refresh_token", plain), {
    name: "InvalidClientException",
    status: 401,
    rule: "exchange.missingGrantError",
  });
});

test("a grant type that is unknown or not done is UnsupportedGrantTypeException", async () => {
  const unsupported = {
    name: "UnsupportedGrantTypeException",
    status: 400,
    error: "unsupported_grant_type",
    rule: "exchange.grantType",
  };
  await assertRefused(sandbox, refresh(undefined, "password"), unsupported);
  await assertRefused(
    sandbox,
    refresh(undefined, "urn:ietf:params:oauth:grant-type:token-exchange"),
    unsupported,
  );
});
