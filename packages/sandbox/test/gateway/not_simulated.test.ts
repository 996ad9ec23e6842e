// What AWS has and the sandbox has not says so, in each protocol, and never looks like a fault of the caller (fault B5).
import assert from "node:assert/strict";
import { test } from "node:test";
import { IAMClient, ListGroupsCommand as ListIamGroups } from "@aws-sdk/client-iam";
import { IdentitystoreClient, ListGroupMembershipsCommand } from "@aws-sdk/client-identitystore";
import { GetBucketAclCommand, S3Client } from "@aws-sdk/client-s3";
import {
  DescribeInstanceAccessControlAttributeConfigurationCommand,
  SSOAdminClient,
} from "@aws-sdk/client-sso-admin";
import { CreateTokenCommand, RegisterClientCommand, SSOOIDCClient } from "@aws-sdk/client-sso-oidc";
import { AssumeRoleWithSAMLCommand, GetFederationTokenCommand, STSClient } from "@aws-sdk/client-sts";
import { baseKeys, lastRequest, useExample } from "../support/world.ts";

const { sandbox } = useExample();

const options = () => ({
  region: "us-east-1",
  endpoint: sandbox.url,
  credentials: baseKeys(sandbox),
  maxAttempts: 1,
});

async function told(
  call: Promise<unknown>,
  service: string,
  operation: string | null,
  rule = "sandbox.operation",
) {
  await assert.rejects(call, (error: { name: string; message: string }) => {
    assert.equal(error.name, "UnsupportedOperation");
    assert.match(error.message, /^(AWS has .*tti-sandbox does not|.* is not simulated here)/);
    return true;
  });
  const record = lastRequest(sandbox);
  assert.equal(record.service, service);
  if (operation !== null) assert.equal(record.operation, operation);
  assert.equal(record.rule, rule);
  assert.ok(record.fix);
  assert.equal(record.checks.at(-1)?.passed, false);
}

test("operations that AWS takes without a signature are not told to sign", async () => {
  const sts = new STSClient(options());
  const RoleArn = "arn:aws:iam::111122223333:role/isv";
  const SAMLAssertion = "c2FtbA==";
  const saml = new AssumeRoleWithSAMLCommand({ RoleArn, PrincipalArn: RoleArn, SAMLAssertion });
  await told(sts.send(saml), "sts", "AssumeRoleWithSAML");
  const oidc = new SSOOIDCClient(options());
  await told(
    oidc.send(new RegisterClientCommand({ clientName: "c", clientType: "public" })),
    "sso-oidc",
    "RegisterClient",
  );
  const token = new CreateTokenCommand({ clientId: "c", clientSecret: "s", grantType: "refresh_token" });
  await told(oidc.send(token), "sso-oidc", "CreateToken");
});

test("a signed operation of a known service says that AWS has it", async () => {
  await told(new STSClient(options()).send(new GetFederationTokenCommand({ Name: "ada" })), "sts", null);
  await told(new IAMClient(options()).send(new ListIamGroups({})), "iam", null);
  const InstanceArn = "arn:aws:sso:::instance/ssoins-0123456789abcdef";
  await told(
    new SSOAdminClient(options()).send(
      new DescribeInstanceAccessControlAttributeConfigurationCommand({ InstanceArn }),
    ),
    "sso-admin",
    null,
  );
});

test("an operation nobody has is still no operation", async () => {
  const client = new IdentitystoreClient(options());
  client.middlewareStack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers["x-amz-target"] =
        "AWSIdentityStore.Frobnicate";
      return next(args);
    },
    { step: "build" },
  );
  const list = new ListGroupMembershipsCommand({ IdentityStoreId: "d-1234567890", GroupId: "g".repeat(10) });
  await assert.rejects(client.send(list), { name: "UnknownOperationException" });
});

test("a service that is not simulated is told by its own name, in a shape its clients read", async () => {
  const s3 = new S3Client({ ...options(), forcePathStyle: true });
  await assert.rejects(s3.send(new GetBucketAclCommand({ Bucket: "files" })), { name: "NotImplemented" });
  assert.equal(lastRequest(sandbox).service, "s3", "S3 is there, and says what of it is not");
  const signed = (service: string) =>
    `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=${"0".repeat(64)}`;
  for (const [service, headers, shape] of [
    ["athena", { "x-amz-target": "AmazonAthena.StartQueryExecution" }, /"__type":"UnsupportedOperation"/],
    [
      "bedrock",
      { "content-type": "application/json" },
      /"message":"The service bedrock is not simulated here/,
    ],
    ["sqs", { "content-type": "application/x-www-form-urlencoded" }, /<Code>UnsupportedOperation<\/Code>/],
  ] as const) {
    const answer = await fetch(sandbox.url, {
      method: "POST",
      body: "{}",
      headers: { ...headers, authorization: signed(service) },
    });
    assert.equal(answer.status, 501);
    assert.match(await answer.text(), shape);
    assert.equal(lastRequest(sandbox).service, service);
    assert.match(lastRequest(sandbox).fix ?? "", /AWS_ENDPOINT_URL_<SERVICE>/);
  }
});
