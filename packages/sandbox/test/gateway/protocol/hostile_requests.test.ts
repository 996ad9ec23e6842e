// Hostile bodies in correctly signed requests, sent to a running sandbox: always an AWS refusal, never a 500.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { CreateUserCommand } from "@aws-sdk/client-identitystore";
import { SignCommand } from "@aws-sdk/client-kms";
import { BatchPutDocumentCommand } from "@aws-sdk/client-qbusiness";
import { CreateTrustedTokenIssuerCommand } from "@aws-sdk/client-sso-admin";
import fc from "fast-check";
import { type Clients, useControlPlane } from "../../support/control_plane.ts";
import "../../../../../test/support/property_seed.ts";

const plane = useControlPlane();

const id = "00000000-0000-0000-0000-000000000000";

/** One operation per service, with input the SDK takes; the body is replaced before it is signed. */
const calls: Record<keyof Clients, (clients: Clients) => Promise<unknown>> = {
  ssoAdmin: ({ ssoAdmin }) =>
    ssoAdmin.send(
      new CreateTrustedTokenIssuerCommand({
        InstanceArn: "x",
        Name: "x",
        TrustedTokenIssuerType: "OIDC_JWT",
        TrustedTokenIssuerConfiguration: { OidcJwtConfiguration: undefined as never },
      }),
    ),
  identitystore: ({ identitystore }) => identitystore.send(new CreateUserCommand({ IdentityStoreId: "x" })),
  iam: ({ iam }) => iam.send(new CreateRoleCommand({ RoleName: "x", AssumeRolePolicyDocument: "x" })),
  kms: ({ kms }) =>
    kms.send(new SignCommand({ KeyId: "x", Message: Buffer.from("x"), SigningAlgorithm: "ECDSA_SHA_256" })),
  qbusiness: ({ qbusiness }) =>
    qbusiness.send(new BatchPutDocumentCommand({ applicationId: id, indexId: id, documents: [] })),
};

const bodies = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value))),
  fc
    .dictionary(
      fc.constantFrom("InstanceArn", "IdentityStoreId", "KeyId", "documents", "__proto__"),
      fc.jsonValue(),
    )
    .map((value) => Buffer.from(JSON.stringify(value))),
  fc
    .array(fc.tuple(fc.string(), fc.string()))
    .map((pairs) =>
      Buffer.from(`Action=CreateRole&Version=2010-05-08&${new URLSearchParams(pairs).toString()}`),
    ),
  fc
    .constantFrom("[".repeat(2000), '{"documents":'.repeat(2000), '{"a":"\\ud800"}')
    .map((text) => Buffer.from(text)),
);

describe("a signed request with a hostile body", () => {
  for (const service of Object.keys(calls) as (keyof Clients)[]) {
    it(`to ${service} is refused with a status of 4xx`, async () => {
      const clients = plane.as("admin");
      let body: Buffer = Buffer.alloc(0);
      // The stacks of the five clients differ in their input and output types only.
      const { middlewareStack } = clients[service] as (typeof clients)["ssoAdmin"];
      middlewareStack.add(
        (next) => (args) => {
          (args.request as { body: unknown }).body = body;
          return next(args);
        },
        { step: "build", priority: "high", name: "hostileBody" },
      );
      await fc.assert(
        fc.asyncProperty(bodies, async (hostile) => {
          body = hostile;
          const status = await calls[service](clients).then(
            () => 200,
            (error: { $metadata?: { httpStatusCode?: number } }) => error.$metadata?.httpStatusCode ?? 0,
          );
          assert.ok(
            status >= 400 && status < 500,
            `answered ${status} to ${hostile.toString("latin1").slice(0, 300)}`,
          );
        }),
        { numRuns: 120 },
      );
      const unsigned = plane.sandbox.control.requests().filter(({ caller }) => caller === null);
      assert.deepEqual(unsigned, [], "the signature must be right, or nothing behind it is tested");
    });
  }
});
