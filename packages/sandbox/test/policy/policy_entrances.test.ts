// Every way a policy text comes in (session policy, inline policy, seed) refuses the same documents (fault B1).
import assert from "node:assert/strict";
import { test } from "node:test";
import { IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { type PolicyDocument, startSandbox } from "../../src/index.ts";
import { baseKeys, exampleSeed, IDC_REGION, lastRequest, stepsOf, useExample } from "../support/world.ts";

const statement = { Effect: "Allow", Action: "sts:*", Resource: "*" };
const { Effect: _effect, ...withoutEffect } = statement;
const { Resource: _resource, ...withoutResource } = statement;

const REFUSED: Record<string, unknown> = {
  "no Effect": { Statement: withoutEffect },
  "no Resource": { Statement: withoutResource },
  "a Principal": { Statement: { ...statement, Principal: "*" } },
  "a bad Version": { Version: "2020-01-01", Statement: statement },
  "a condition that is an object": {
    Statement: { ...statement, Condition: { StringEquals: { "aws:userid": { a: 1 } } } },
  },
  "a condition that is null": {
    Statement: { ...statement, Condition: { StringEquals: { "aws:userid": null } } },
  },
  "an unknown operator": { Statement: { ...statement, Condition: { StringSame: { "aws:userid": "x" } } } },
  "an unknown element": { Statement: { ...statement, Actions: "*" } },
  "no Statement": { Version: "2012-10-17" },
  "an action without service": { Statement: { ...statement, Action: "AssumeRole" } },
};

const { issuer, sandbox } = useExample();

for (const [fault, document] of Object.entries(REFUSED)) {
  test(`a document with ${fault} is refused at every entrance`, async () => {
    const text = JSON.stringify(document);
    const { assumeRole } = stepsOf(sandbox);
    await assert.rejects(assumeRole({ Policy: text }), { name: "MalformedPolicyDocumentException" });
    const record = lastRequest(sandbox);
    assert.equal(record.rule, "sts.sessionPolicy");
    assert.ok(record.fix);
    assert.equal(record.checks.at(-1)?.passed, false);

    const iam = new IAMClient({ region: "us-east-1", endpoint: sandbox.url, credentials: baseKeys(sandbox) });
    const put = new PutRolePolicyCommand({ RoleName: "isv", PolicyName: "p", PolicyDocument: text });
    await assert.rejects(iam.send(put), { name: "MalformedPolicyDocumentException" });
    iam.destroy();

    const seed = exampleSeed(issuer.url);
    const role = seed.accounts[0]?.roles?.[0];
    assert.ok(role);
    role.policies = { p: document as PolicyDocument };
    await assert.rejects(startSandbox({ port: 0, seed }), {
      code: "SANDBOX_SEED_INVALID",
      message: /accounts\[0\]\.roles\[0\]\.policies\.p: /,
    });
  });
}

test("a trust policy with a Resource is refused in the seed as it is by the API", async () => {
  const seed = exampleSeed(issuer.url);
  const role = seed.accounts[0]?.roles?.[0];
  assert.ok(role);
  role.trustPolicy = { Statement: { Effect: "Allow", Principal: "*", Action: "sts:*", Resource: "*" } };
  await assert.rejects(startSandbox({ port: 0, seed }), { message: /prohibited field Resource/ });
});

test("JSON booleans and numbers in conditions are compared as text, never a 500", async () => {
  const conditions = {
    Bool: { "aws:SecureTransport": true },
    NumericGreaterThan: { "aws:EpochTime": [1, 2] },
  };
  const Policy = JSON.stringify({ Statement: { ...statement, Condition: conditions } });
  const credentials = await stepsOf(sandbox).assumeRole({ Policy });
  const sts = new STSClient({ region: IDC_REGION, endpoint: sandbox.url, credentials });
  await sts.send(new GetCallerIdentityCommand({}));
  sts.destroy();
  await assert.rejects(stepsOf(sandbox).exchange("x", { credentials }), { name: "AccessDeniedException" });
});

test("a session policy of more than 2048 characters is too large", async () => {
  const Policy = JSON.stringify({
    Statement: { ...statement, Resource: `arn:aws:s3:::${"b".repeat(2500)}` },
  });
  await assert.rejects(stepsOf(sandbox).assumeRole({ Policy }), { name: "PackedPolicyTooLargeException" });
  assert.equal(lastRequest(sandbox).rule, "sts.sessionPolicy");
});
