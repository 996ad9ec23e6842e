// CreateTokenWithIAM's other demands: application, region, grant, actor policy, tag, assignment, scopes and quota.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { PutApplicationAuthenticationMethodCommand, SSOAdminClient } from "@aws-sdk/client-sso-admin";
import type { Sandbox } from "../../../src/index.ts";
import { createSigningKey, startIssuer, type TestIssuer } from "../../support/issuer.ts";
import { assertRefused } from "../../support/refusal.ts";
import {
  APP_ROLE,
  baseKeys,
  exampleSeed,
  IDC_REGION,
  lastRequest,
  startExample,
  stepsOf,
} from "../../support/world.ts";

let issuer: TestIssuer;
let sandbox: Sandbox;
const ada = { email: "ada@acme.example" };
const invalidClient = { name: "InvalidClientException", status: 401, error: "invalid_client" };
const denied = { name: "AccessDeniedException", status: 400, error: "access_denied" };

before(async () => {
  issuer = await startIssuer(await createSigningKey("k1"));
  const seed = exampleSeed(issuer.url);
  seed.accounts[0]?.credentials?.push({
    name: "powerless",
    user: "powerless",
    policies: { Nothing: { Statement: { Effect: "Allow", Action: "s3:*", Resource: "*" } } },
  });
  seed.qApplications?.[0]?.dataAccessors?.push({
    displayName: "assigned",
    principal: `arn:aws:iam::111122223333:role/isv`,
    externalId: "acme",
    trustedTokenIssuer: "isv-issuer",
    assignments: { users: ["ada"] },
  });
  sandbox = await startExample(issuer.url, { seed });
});

after(async () => {
  await sandbox.close();
  await issuer.close();
});

beforeEach(() => sandbox.control.reset());

test("an application nobody made is InvalidClientException with 401", async () => {
  const { exchange, connection } = stepsOf(sandbox);
  const unknown = `${connection.idcApplicationArn.slice(0, -4)}0000`;
  await assertRefused(sandbox, exchange(await issuer.token(ada), { clientId: unknown }), {
    ...invalidClient,
    rule: "client.known",
  });
  const record = await assertRefused(
    sandbox,
    exchange(await issuer.token(ada), { clientId: connection.instanceArn }),
    {
      ...invalidClient,
      rule: "client.known",
    },
  );
  assert.match(record.reason ?? "", /not an application ARN/);
});

test("the wrong region is InvalidClientException, and the log names the right one", async () => {
  const call = stepsOf(sandbox).exchange(await issuer.token(ada), { region: "us-east-1" });
  const record = await assertRefused(sandbox, call, { ...invalidClient, rule: "exchange.wrongRegionError" });
  assert.match(record.fix ?? "", new RegExp(IDC_REGION));
});

test("by rule the wrong region is InvalidRequestRegionException with the right region in it", async () => {
  sandbox.control.setRule("exchange.wrongRegionError", "InvalidRequestRegionException");
  const call = stepsOf(sandbox).exchange(await issuer.token(ada), { region: "us-east-1" });
  await assert.rejects(call, { name: "InvalidRequestRegionException", region: IDC_REGION });
  assert.equal(lastRequest(sandbox).rule, "exchange.wrongRegionError");
});

test("a caller whose policy lacks the action is refused by IAM with 403", async () => {
  const credentials = sandbox.seedResult.credentials["powerless"];
  assert.ok(credentials);
  const call = stepsOf(sandbox).exchange(await issuer.token(ada), { credentials });
  await assertRefused(sandbox, call, {
    name: "AccessDeniedException",
    status: 403,
    rule: "caller.identityPolicy",
  });
});

test("a role the actor policy does not name is refused", async () => {
  const call = stepsOf(sandbox).exchange(await issuer.token(ada), { credentials: baseKeys(sandbox) });
  await assertRefused(sandbox, call, { ...denied, rule: "client.actorPolicy" });
});

test("an actor policy the customer rewrote is obeyed", async () => {
  const customer = sandbox.seedResult.credentials["customer"];
  assert.ok(customer);
  const { exchange, connection } = stepsOf(sandbox);
  const admin = new SSOAdminClient({ region: IDC_REGION, endpoint: sandbox.url, credentials: customer });
  const ActorPolicy = {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: APP_ROLE },
        Action: "sso-oauth:CreateTokenWithIAM",
        Resource: "*",
      },
    ],
  };
  await admin.send(
    new PutApplicationAuthenticationMethodCommand({
      ApplicationArn: connection.idcApplicationArn,
      AuthenticationMethodType: "IAM",
      AuthenticationMethod: { Iam: { ActorPolicy } },
    }),
  );
  admin.destroy();
  await assertRefused(sandbox, exchange(await issuer.token(ada)), { ...denied, rule: "client.actorPolicy" });
});

test("a missing or wrong ExternalId tag is a warning, or a refusal by rule", async () => {
  const { exchange, assumeRole } = stepsOf(sandbox);
  const untagged = await assumeRole({ Tags: [] });
  await exchange(await issuer.token(ada), { credentials: untagged });
  const warning = lastRequest(sandbox).checks.find((check) => check.name === "exchange.missingTag");
  assert.equal(warning?.passed, false);
  sandbox.control.setRule("exchange.missingTag", "reject");
  const call = exchange(await issuer.token(ada), { credentials: untagged });
  await assertRefused(sandbox, call, { ...denied, rule: "exchange.missingTag" });
  await exchange(await issuer.token(ada));
});

test("a disabled user is refused unless the rule accepts it", async () => {
  const dan = { email: "dan@acme.example" };
  const refused = { name: "InvalidGrantException", status: 400, rule: "user.disabled" };
  await assertRefused(sandbox, stepsOf(sandbox).exchange(await issuer.token(dan)), refused);
  sandbox.control.setRule("user.disabled", "accept");
  await stepsOf(sandbox).exchange(await issuer.token(dan));
});

test("the comparison is case-sensitive unless the rule says otherwise", async () => {
  const shouting = { email: "ADA@acme.example" };
  const refused = { name: "InvalidGrantException", status: 400, rule: "user.caseSensitive" };
  const record = await assertRefused(
    sandbox,
    stepsOf(sandbox).exchange(await issuer.token(shouting)),
    refused,
  );
  assert.match(record.reason ?? "", /letter case/);
  sandbox.control.setRule("user.caseSensitive", false);
  await stepsOf(sandbox).exchange(await issuer.token(shouting));
});

test("with assignments required only assigned users pass", async () => {
  const { exchange } = stepsOf(sandbox);
  const clientId = sandbox.seedResult.connections["assigned"]?.idcApplicationArn ?? "";
  await exchange(await issuer.token(ada), { clientId });
  const bob = exchange(await issuer.token({ email: "bob@acme.example" }), { clientId });
  await assertRefused(sandbox, bob, { ...denied, rule: "user.assignment" });
});

test("scopes the application does not have are refused, its own and the implicit ones pass", async () => {
  const { exchange } = stepsOf(sandbox);
  const call = exchange(await issuer.token(ada), { scope: ["s3:read"] });
  await assertRefused(sandbox, call, {
    name: "InvalidScopeException",
    status: 400,
    error: "invalid_scope",
    rule: "exchange.scope",
  });
  const answer = await exchange(await issuer.token(ada), { scope: ["qbusiness:content:access"] });
  assert.ok(answer.scope?.includes("qbusiness:content:access"));
});
