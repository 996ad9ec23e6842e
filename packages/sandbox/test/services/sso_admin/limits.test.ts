// What Identity Center's administration refuses at its edges: issuers of other instances, settings it has not, quotas.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  CreateApplicationCommand,
  CreateTrustedTokenIssuerCommand,
  DeleteTrustedTokenIssuerCommand,
  DescribeTrustedTokenIssuerCommand,
  GetApplicationGrantCommand,
  PutApplicationGrantCommand,
  TagResourceCommand,
  UpdateInstanceCommand,
  UpdateTrustedTokenIssuerCommand,
} from "@aws-sdk/client-sso-admin";
import { caught, useControlPlane } from "../../support/control_plane.ts";

const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer" as const;

const plane = useControlPlane();

async function createIssuer(name: string, InstanceArn = plane.instanceArn, region?: string) {
  const { TrustedTokenIssuerArn: arn } = await plane.as("admin", region).ssoAdmin.send(
    new CreateTrustedTokenIssuerCommand({
      InstanceArn,
      Name: name,
      TrustedTokenIssuerType: "OIDC_JWT",
      TrustedTokenIssuerConfiguration: {
        OidcJwtConfiguration: {
          IssuerUrl: `https://${name}.example.com`,
          ClaimAttributePath: "email",
          IdentityStoreAttributePath: "emails.value",
          JwksRetrievalOption: "OPEN_ID_DISCOVERY",
        },
      },
    }),
  );
  return arn ?? "";
}

async function createApplication() {
  const { ApplicationArn = "" } = await plane.as("admin").ssoAdmin.send(
    new CreateApplicationCommand({
      InstanceArn: plane.instanceArn,
      ApplicationProviderArn: "arn:aws:sso::aws:applicationProvider/custom",
      Name: "application",
    }),
  );
  return ApplicationArn;
}

/** The rule the sandbox names for the last refusal. */
function lastRule(): string | null | undefined {
  return plane.sandbox.control.requests().findLast(({ status }) => status >= 400)?.rule;
}

describe("a JwtBearer grant", () => {
  const put = (ApplicationArn: string, AuthorizedTokenIssuers: { TrustedTokenIssuerArn?: string }[]) =>
    plane.as("admin").ssoAdmin.send(
      new PutApplicationGrantCommand({
        ApplicationArn,
        GrantType: jwtBearer,
        Grant: { JwtBearer: { AuthorizedTokenIssuers } },
      }),
    );

  it("refuses an issuer of another instance, and an issuer without ARN", async () => {
    const application = await createApplication();
    const foreign = await createIssuer("foreign", plane.secondInstanceArn, "us-west-2");
    const error = await caught(put(application, [{ TrustedTokenIssuerArn: foreign }]));
    assert.equal(error.name, "ResourceNotFoundException");
    assert.equal((await caught(put(application, [{}]))).name, "ValidationException");
    assert.equal(lastRule(), "grant.issuer");
  });

  it("refuses eleven issuers, and eleven audiences of one", async () => {
    const application = await createApplication();
    const arn = await createIssuer("many");
    const eleven = Array.from({ length: 11 }, () => ({ TrustedTokenIssuerArn: arn }));
    assert.match((await caught(put(application, eleven))).message, /authorizedTokenIssuers/);
    const AuthorizedAudiences = Array.from({ length: 11 }, (_, number) => `audience-${number}`);
    const audiences = [{ TrustedTokenIssuerArn: arn, AuthorizedAudiences }];
    assert.match((await caught(put(application, audiences))).message, /authorizedAudiences/);
  });

  it("keeps naming an issuer that was deleted since", async () => {
    const { ssoAdmin } = plane.as("admin");
    const ApplicationArn = await createApplication();
    const arn = await createIssuer("deleted");
    await put(ApplicationArn, [{ TrustedTokenIssuerArn: arn }]);
    await ssoAdmin.send(new DeleteTrustedTokenIssuerCommand({ TrustedTokenIssuerArn: arn }));
    const { Grant } = await ssoAdmin.send(
      new GetApplicationGrantCommand({ ApplicationArn, GrantType: jwtBearer }),
    );
    assert.equal(Grant?.JwtBearer?.AuthorizedTokenIssuers?.[0]?.TrustedTokenIssuerArn, arn);
  });
});

describe("an update", () => {
  it("of an issuer to a name in use conflicts, to its own name does not", async () => {
    const { ssoAdmin } = plane.as("admin");
    await createIssuer("first");
    const TrustedTokenIssuerArn = await createIssuer("second");
    const rename = (Name: string) =>
      ssoAdmin.send(new UpdateTrustedTokenIssuerCommand({ TrustedTokenIssuerArn, Name }));
    assert.equal((await caught(rename("first"))).name, "ConflictException");
    await rename("second");
    const { Name } = await ssoAdmin.send(new DescribeTrustedTokenIssuerCommand({ TrustedTokenIssuerArn }));
    assert.equal(Name, "second");
  });

  it("of an instance to a customer managed key is refused, with the reason in the request log", async () => {
    const command = new UpdateInstanceCommand({
      InstanceArn: plane.instanceArn,
      EncryptionConfiguration: {
        KeyType: "CUSTOMER_MANAGED_KEY",
        KmsKeyArn: "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-0000-0000-000000000000",
      },
    });
    assert.equal((await caught(plane.as("admin").ssoAdmin.send(command))).name, "ValidationException");
    assert.equal(lastRule(), "instance.settings");
  });
});

describe("tags of an application", () => {
  it("are at most 75", async () => {
    const { ssoAdmin } = plane.as("admin");
    const ResourceArn = await createApplication();
    const tags = (first: number, count: number) =>
      Array.from({ length: count }, (_, number) => ({ Key: `key-${first + number}`, Value: "v" }));
    await ssoAdmin.send(new TagResourceCommand({ ResourceArn, Tags: tags(0, 75) }));
    await ssoAdmin.send(new TagResourceCommand({ ResourceArn, Tags: tags(0, 75) }));
    const error = await caught(ssoAdmin.send(new TagResourceCommand({ ResourceArn, Tags: tags(75, 1) })));
    assert.equal(error.name, "ServiceQuotaExceededException");
  });
});
