// What AWS SDK clients send is understood, and what we answer is understood by them, in all three protocols.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CreateRoleCommand, IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { IdentitystoreClient, ListUsersCommand } from "@aws-sdk/client-identitystore";
import { GetPublicKeyCommand, KMSClient, SignCommand } from "@aws-sdk/client-kms";
import {
  BatchPutDocumentCommand,
  ListDataAccessorsCommand,
  QBusinessClient,
  SearchRelevantContentCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-qbusiness";
import {
  CreateTrustedTokenIssuerCommand,
  PutApplicationGrantCommand,
  SSOAdminClient,
} from "@aws-sdk/client-sso-admin";
import { CreateTokenCommand, CreateTokenWithIAMCommand, SSOOIDCClient } from "@aws-sdk/client-sso-oidc";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { ParsedRequest } from "../../../src/gateway/protocol/index.ts";
import { clientOptions } from "./sdk_loop.ts";

const id = "a1b2c3d4-5678-90ab-cdef-EXAMPLE11111";
const roleArn = "arn:aws:iam::111122223333:role/isv";

/** Runs `send` with handler options that record the one request and answer `output`. */
async function exchange<T>(
  service: Parameters<typeof clientOptions>[0],
  output: Record<string, unknown>,
  send: (options: ReturnType<typeof clientOptions>) => Promise<T>,
): Promise<{ seen: ParsedRequest; result: T }> {
  let seen: ParsedRequest | undefined;
  const result = await send(
    clientOptions(service, (request) => {
      seen = request;
      return output;
    }),
  );
  assert.ok(seen);
  return { seen, result };
}

describe("the query protocol", () => {
  it("carries nested lists in and credentials with a timestamp out", async () => {
    const input = {
      RoleArn: roleArn,
      RoleSessionName: "s1",
      DurationSeconds: 900,
      Tags: [{ Key: "qbusiness-dataaccessor:ExternalId", Value: "tenant-1" }],
      ProvidedContexts: [
        { ProviderArn: "arn:aws:iam::aws:contextProvider/IdentityCenter", ContextAssertion: "AQoJ+/=&x" },
      ],
    };
    const expiration = new Date("2026-11-23T07:00:00Z");
    const credentials = { AccessKeyId: "ASIAEXAMPLE12345", SecretAccessKey: "a<b&c>\"'", SessionToken: "t" };
    const { seen, result } = await exchange(
      "sts",
      { Credentials: { ...credentials, Expiration: expiration }, PackedPolicySize: 2 },
      (options) => new STSClient(options).send(new AssumeRoleCommand(input)),
    );
    assert.deepEqual(seen, { operation: "AssumeRole", input });
    assert.deepEqual(result.Credentials, { ...credentials, Expiration: expiration });
    assert.equal(result.PackedPolicySize, 2);
    assert.equal(result.$metadata.requestId, "req-1");
  });

  it("carries booleans, integers and lists out", async () => {
    const role = {
      Path: "/",
      RoleName: "isv",
      RoleId: "AROAEXAMPLE123456",
      Arn: roleArn,
      CreateDate: new Date("2026-01-01T00:00:00Z"),
    };
    const { seen, result } = await exchange("iam", { IsTruncated: false, Roles: [role, role] }, (options) =>
      new IAMClient(options).send(new ListRolesCommand({ MaxItems: 2 })),
    );
    assert.deepEqual(seen.input, { MaxItems: 2 });
    assert.equal(result.IsTruncated, false);
    assert.deepEqual(result.Roles, [role, role]);
  });

  it("carries a policy document with every character form encoding touches", async () => {
    const AssumeRolePolicyDocument = '{"a": "x+y&z=1%20\u00e9"}';
    const { seen } = await exchange("iam", {}, (options) =>
      new IAMClient(options).send(new CreateRoleCommand({ RoleName: "isv", AssumeRolePolicyDocument })),
    );
    assert.deepEqual(seen.input, { RoleName: "isv", AssumeRolePolicyDocument });
  });
});

describe("the json 1.1 protocol", () => {
  it("carries structures in and out, and fills the idempotency token the SDK makes", async () => {
    const input = {
      InstanceArn: "arn:aws:sso:::instance/ssoins-1234567890abcdef",
      Name: "isv",
      TrustedTokenIssuerType: "OIDC_JWT" as const,
      TrustedTokenIssuerConfiguration: {
        OidcJwtConfiguration: {
          IssuerUrl: "https://issuer.example.com",
          ClaimAttributePath: "email",
          IdentityStoreAttributePath: "emails.value",
          JwksRetrievalOption: "OPEN_ID_DISCOVERY" as const,
        },
      },
    };
    const arn = "arn:aws:sso::111122223333:trustedTokenIssuer/ssoins-1/tti-1";
    const { seen, result } = await exchange("sso-admin", { TrustedTokenIssuerArn: arn }, (options) =>
      new SSOAdminClient(options).send(new CreateTrustedTokenIssuerCommand(input)),
    );
    const { ClientToken, ...rest } = seen.input;
    assert.deepEqual(rest, input);
    assert.equal(typeof ClientToken, "string");
    assert.equal(result.TrustedTokenIssuerArn, arn);
  });

  it("answers an operation without output with an empty body", async () => {
    const { seen } = await exchange("sso-admin", {}, (options) =>
      new SSOAdminClient(options).send(
        new PutApplicationGrantCommand({
          ApplicationArn:
            "arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/apl-1234567890abcdef",
          GrantType: "refresh_token",
          Grant: { RefreshToken: {} },
        }),
      ),
    );
    assert.deepEqual(seen.input["Grant"], { RefreshToken: {} });
  });

  it("carries blobs both ways", async () => {
    const message = Buffer.from([0, 255, 128]);
    const { seen, result } = await exchange("kms", { Signature: Buffer.from("sig"), KeyId: "k" }, (options) =>
      new KMSClient(options).send(
        new SignCommand({ KeyId: "k", Message: message, SigningAlgorithm: "RSASSA_PKCS1_V1_5_SHA_256" }),
      ),
    );
    assert.deepEqual(seen.input["Message"], message);
    assert.equal(Buffer.from(result.Signature ?? []).toString(), "sig");
    const { result: key } = await exchange("kms", { PublicKey: message, KeySpec: "RSA_2048" }, (options) =>
      new KMSClient(options).send(new GetPublicKeyCommand({ KeyId: "k" })),
    );
    assert.deepEqual(Buffer.from(key.PublicKey ?? []), message);
  });

  it("carries timestamps out", async () => {
    const createdAt = new Date("2026-11-23T07:00:00.500Z");
    const user = { UserId: id, IdentityStoreId: "d-1234567890", CreatedAt: createdAt };
    const { result } = await exchange("identitystore", { Users: [user] }, (options) =>
      new IdentitystoreClient(options).send(new ListUsersCommand({ IdentityStoreId: "d-1234567890" })),
    );
    assert.deepEqual(result.Users?.[0]?.CreatedAt, createdAt);
  });
});

describe("the rest-json protocol", () => {
  it("reads labels and query strings", async () => {
    const { seen } = await exchange("qbusiness", { dataAccessors: [] }, (options) =>
      new QBusinessClient(options).send(
        new ListDataAccessorsCommand({ applicationId: id, maxResults: 3, nextToken: "a b&c" }),
      ),
    );
    assert.deepEqual(seen.input, { applicationId: id, maxResults: 3, nextToken: "a b&c" });
  });

  it("reads lists in query strings and slashes inside a label", async () => {
    const resourceARN = `arn:aws:qbusiness:us-east-1:111122223333:application/${id}`;
    const { seen } = await exchange("qbusiness", {}, (options) =>
      new QBusinessClient(options).send(new UntagResourceCommand({ resourceARN, tagKeys: ["a", "b"] })),
    );
    assert.deepEqual(seen, { operation: "UntagResource", input: { resourceARN, tagKeys: ["a", "b"] } });
  });

  it("carries recursive filters, dates and blobs in, results out", async () => {
    const from = new Date("2026-01-02T03:04:05Z");
    const input = {
      applicationId: id,
      queryText: "status",
      contentSource: { retriever: { retrieverId: id } },
      attributeFilter: {
        andAllFilters: [
          { greaterThan: { name: "_created_at", value: { dateValue: from } } },
          { notFilter: { equalsTo: { name: "kind", value: { stringValue: "draft" } } } },
        ],
      },
      maxResults: 5,
    };
    const relevantContent = [{ content: "x", scoreAttributes: { scoreConfidence: "HIGH" } }];
    const { seen, result } = await exchange("qbusiness", { relevantContent }, (options) =>
      new QBusinessClient(options).send(new SearchRelevantContentCommand(input)),
    );
    assert.deepEqual(seen.input, input);
    assert.deepEqual(result.relevantContent, relevantContent);

    const document = { id: "d1", content: { blob: Buffer.from("text") } };
    const put = await exchange("qbusiness", {}, (options) =>
      new QBusinessClient(options).send(
        new BatchPutDocumentCommand({ applicationId: id, indexId: id, documents: [document] }),
      ),
    );
    assert.deepEqual(put.seen.input["documents"], [document]);
  });

  it("tells CreateTokenWithIAM from CreateToken by the query string", async () => {
    const input = { clientId: "c", grantType: "g" };
    const withIam = await exchange("sso-oidc", { expiresIn: 3600 }, (options) =>
      new SSOOIDCClient(options).send(new CreateTokenWithIAMCommand(input)),
    );
    assert.deepEqual(withIam.seen, { operation: "CreateTokenWithIAM", input });
    const plain = await exchange("sso-oidc", {}, (options) =>
      new SSOOIDCClient(options).send(new CreateTokenCommand({ ...input, clientSecret: "s" })),
    );
    assert.equal(plain.seen.operation, "CreateToken");
  });
});
