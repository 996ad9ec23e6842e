// The four calls with unmodified AWS SDK clients, over one port, HTTP/1.1 and HTTP/2.
import assert from "node:assert/strict";
import { test } from "node:test";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { decodeJwt } from "jose";
import { baseKeys, IDC_REGION, ISV_ACCOUNT, lastRequest, stepsOf, useExample } from "./support/world.ts";

const { issuer, sandbox } = useExample();

test("a user's ID token ends in the documents that user may see", async () => {
  const { searchAs } = stepsOf(sandbox);
  assert.deepEqual(await searchAs(await issuer.token({ email: "ada@acme.example" })), [
    "design",
    "handbook",
    "salaries",
  ]);
  assert.deepEqual(await searchAs(await issuer.token({ email: "bob@acme.example" })), ["handbook"]);
});

test("SearchRelevantContent came over HTTP/2 and the others over HTTP/1.1, on the same port", async () => {
  const { searchAs } = stepsOf(sandbox);
  sandbox.control.clearRequests();
  await searchAs(await issuer.token({ email: "ada@acme.example" }));
  const seen = sandbox.control.requests().map((record) => `${record.operation} ${record.httpVersion}`);
  assert.deepEqual(seen, [
    "AssumeRole 1.1",
    "CreateTokenWithIAM 1.1",
    "AssumeRole 1.1",
    "SearchRelevantContent 2",
  ]);
});

test("CreateTokenWithIAM answers with Identity Center's tokens and the identity context", async () => {
  const { exchange, connection } = stepsOf(sandbox);
  const answer = await exchange(await issuer.token({ email: "ada@acme.example" }));
  assert.equal(answer.tokenType, "Bearer");
  assert.equal(answer.expiresIn, 3600);
  assert.equal(answer.issuedTokenType, "urn:ietf:params:oauth:token-type:access_token");
  assert.equal(answer.refreshToken, undefined);
  assert.deepEqual(answer.scope, ["sts:identity_context", "openid", "aws", "qbusiness:content:access"]);
  const claims = decodeJwt(answer.idToken ?? "");
  assert.equal(claims["sts:identity_context"], answer.awsAdditionalDetails?.identityContext);
  assert.equal(claims["aws:application_arn"], connection.idcApplicationArn);
  assert.equal(claims.sub, sandbox.seedResult.identityCenters["acme"]?.users["ada"]);
});

test("GetCallerIdentity tells who signed", async () => {
  const client = new STSClient({ region: IDC_REGION, endpoint: sandbox.url, credentials: baseKeys(sandbox) });
  const answer = await client.send(new GetCallerIdentityCommand({}));
  client.destroy();
  assert.equal(answer.Account, ISV_ACCOUNT);
  assert.equal(answer.Arn, `arn:aws:iam::${ISV_ACCOUNT}:user/base`);
});

test("the request log keeps no token, key or identity context", async () => {
  const { searchAs } = stepsOf(sandbox);
  sandbox.control.clearRequests();
  const token = await issuer.token({ email: "ada@acme.example" });
  await searchAs(token);
  const text = JSON.stringify(sandbox.control.requests());
  assert.ok(!text.includes(token));
  assert.ok(!/AQoJ[\w-]{20}/.test(text), "an identity context is in the log");
  assert.ok(!/FwoG[\w-]{20}/.test(text), "a session token is in the log");
  assert.equal(
    lastRequest(sandbox).checks.every((check) => check.passed),
    true,
  );
});
