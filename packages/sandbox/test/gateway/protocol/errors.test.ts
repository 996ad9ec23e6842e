// Errors reach AWS SDK clients with AWS's name, status, text and members, and nothing more.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { DescribeUserCommand, IdentitystoreClient } from "@aws-sdk/client-identitystore";
import { DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { GetApplicationCommand, QBusinessClient } from "@aws-sdk/client-qbusiness";
import { CreateTokenWithIAMCommand, SSOOIDCClient } from "@aws-sdk/client-sso-oidc";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { parseRequest, serializeError } from "../../../src/gateway/protocol/index.ts";
import { AwsError, type AwsErrorOptions } from "../../../src/ground/errors.ts";
import type { ServiceName } from "../../../src/models/index.ts";
import { clientOptions } from "./sdk_loop.ts";

type SdkError = Error &
  Record<string, unknown> & { $metadata: { httpStatusCode: number; requestId: string } };

const hidden = { why: "the private reason", rule: "private.rule", fix: "the private fix" };

function failing(service: ServiceName, options: Omit<AwsErrorOptions, "rule" | "why" | "fix">) {
  return clientOptions(service, () => new AwsError({ ...hidden, ...options }));
}

async function caught(sent: Promise<unknown>): Promise<SdkError> {
  return sent.then(
    () => assert.fail("the call succeeded"),
    (error: SdkError) => error,
  );
}

describe("an error reaches the SDK", () => {
  it("from STS as XML", async () => {
    const message = 'User: arn:aws:iam::1:user/<a&"b"> is not authorized';
    const client = new STSClient(failing("sts", { code: "AccessDenied", status: 403, message }));
    const error = await caught(client.send(new GetCallerIdentityCommand({})));
    assert.equal(error.name, "AccessDenied");
    assert.equal(error.message, message);
    assert.equal(error.$metadata.httpStatusCode, 403);
    assert.equal(error.$metadata.requestId, "req-1");
  });

  it("from IAM under its wire code, though the shape has another name", async () => {
    const client = new IAMClient(
      failing("iam", { code: "NoSuchEntityException", status: 404, message: "The role cannot be found." }),
    );
    const error = await caught(client.send(new GetRoleCommand({ RoleName: "x" })));
    assert.equal(error.name, "NoSuchEntityException");
    const wire = serializeError(
      "iam",
      new AwsError({ ...hidden, code: "NoSuchEntityException", status: 404 }),
      "r",
    );
    assert.match(String(wire.body), /<Code>NoSuchEntity<\/Code>/);
  });

  it("from Identity Store and KMS as typed JSON", async () => {
    const notFound = {
      code: "ResourceNotFoundException",
      status: 400,
      message: "USER not found.",
      members: { ResourceType: "USER", ResourceId: "u" },
    };
    const store = new IdentitystoreClient(failing("identitystore", notFound));
    const command = new DescribeUserCommand({
      IdentityStoreId: "d-1234567890",
      UserId: "a1b2c3d4-5678-90ab-cdef-123456789012",
    });
    const error = await caught(store.send(command));
    assert.equal(error.name, "ResourceNotFoundException");
    assert.equal(error.message, "USER not found.");
    assert.equal(error["ResourceType"], "USER");
    const kms = new KMSClient(failing("kms", { code: "NotFoundException", status: 400, message: "no key" }));
    assert.equal((await caught(kms.send(new DescribeKeyCommand({ KeyId: "k" })))).message, "no key");
  });

  it("from Q Business by its header, with modelled members", async () => {
    const client = new QBusinessClient(
      failing("qbusiness", {
        code: "ResourceNotFoundException",
        status: 404,
        message: "no such application",
        members: { resourceId: "r", resourceType: "application" },
      }),
    );
    const error = await caught(client.send(new GetApplicationCommand({ applicationId: "a".repeat(36) })));
    assert.equal(error.name, "ResourceNotFoundException");
    assert.equal(error["resourceType"], "application");
    assert.equal(error.$metadata.httpStatusCode, 404);
  });

  it("from SSO OIDC with error and error_description and no message", async () => {
    const client = new SSOOIDCClient(
      failing("sso-oidc", {
        code: "InvalidGrantException",
        status: 400,
        members: { error: "invalid_grant", error_description: "JWT is already redeemed" },
      }),
    );
    const error = await caught(client.send(new CreateTokenWithIAMCommand({ clientId: "c", grantType: "g" })));
    assert.equal(error.name, "InvalidGrantException");
    assert.equal(error["error_description"], "JWT is already redeemed");
    assert.equal(error.message, "UnknownError");
  });

  it("without the sandbox's own reason, rule or fix", () => {
    for (const service of ["sts", "sso-admin", "qbusiness", "sso-oidc"] as const) {
      const wire = serializeError(
        service,
        new AwsError({ ...hidden, code: "X", status: 400, message: "m" }),
        "r",
      );
      assert.ok(!JSON.stringify(wire).includes("private"));
    }
  });
});

describe("a request for no known operation", () => {
  const request = {
    method: "POST",
    path: "/",
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.alloc(0),
  };
  const cases: [
    string,
    ServiceName,
    Partial<typeof request> & { headers?: Record<string, string> },
    string,
    number,
  ][] = [
    ["no Action", "sts", {}, "MissingAction", 400],
    [
      "an unknown Action",
      "sts",
      { body: Buffer.from("Action=Fly&Version=2011-06-15") },
      "InvalidAction",
      400,
    ],
    ["no Version", "sts", { body: Buffer.from("Action=AssumeRole") }, "InvalidAction", 400],
    ["no X-Amz-Target", "sso-admin", { body: Buffer.from("{}") }, "UnknownOperationException", 400],
    [
      "another service's target",
      "sso-admin",
      { headers: { "x-amz-target": "AWSIdentityStore.ListInstances" } },
      "UnknownOperationException",
      400,
    ],
    ["an unknown path", "qbusiness", { path: "/nothing/here" }, "ValidationException", 400],
    [
      "an unknown method",
      "qbusiness",
      { method: "PATCH", path: "/applications" },
      "ValidationException",
      400,
    ],
    ["an unknown path", "sso-oidc", { path: "/tokens" }, "UnknownOperationException", 404],
  ];
  for (const [what, service, changes, code, status] of cases) {
    it(`(${what}) is refused by ${service} with ${code}`, () => {
      assert.throws(
        () => parseRequest({ ...request, ...changes }, service),
        (error) => error instanceof AwsError && error.code === code && error.status === status,
      );
    });
  }

  it("does not find operations under names every JavaScript object has", () => {
    for (const name of ["constructor", "__proto__", "toString"]) {
      const headers = { "x-amz-target": `SWBExternalService.${name}` };
      assert.throws(() => parseRequest({ ...request, headers }, "sso-admin"), AwsError);
    }
  });
});
