// Applications, their grants, authentication methods, access scopes and session configuration through the AWS SDK.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  CreateApplicationCommand,
  type CreateApplicationCommandInput,
  CreateTrustedTokenIssuerCommand,
  DeleteApplicationAccessScopeCommand,
  DeleteApplicationAuthenticationMethodCommand,
  DeleteApplicationCommand,
  DeleteApplicationGrantCommand,
  DescribeApplicationCommand,
  GetApplicationAccessScopeCommand,
  GetApplicationAuthenticationMethodCommand,
  GetApplicationGrantCommand,
  GetApplicationSessionConfigurationCommand,
  ListApplicationAccessScopesCommand,
  ListApplicationAuthenticationMethodsCommand,
  ListApplicationGrantsCommand,
  ListApplicationsCommand,
  PutApplicationAccessScopeCommand,
  PutApplicationAuthenticationMethodCommand,
  PutApplicationGrantCommand,
  PutApplicationSessionConfigurationCommand,
  UpdateApplicationCommand,
} from "@aws-sdk/client-sso-admin";
import { caught, isvRoleArn, useControlPlane } from "../../support/control_plane.ts";

const customProvider = "arn:aws:sso::aws:applicationProvider/custom";
const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer" as const;
const nowhere = "arn:aws:sso::111122223333:application/ssoins-0000000000000000/apl-0000000000000000";

const plane = useControlPlane();

async function create(name: string, changes: Partial<CreateApplicationCommandInput> = {}) {
  const { ApplicationArn: arn } = await plane.as("admin").ssoAdmin.send(
    new CreateApplicationCommand({
      InstanceArn: plane.instanceArn,
      ApplicationProviderArn: customProvider,
      Name: name,
      ...changes,
    }),
  );
  assert.ok(arn);
  return arn;
}

describe("an application", () => {
  it("is created, described, updated, listed and deleted", async () => {
    const { ssoAdmin } = plane.as("admin");
    const ApplicationArn = await create("Reports", { Description: "first" });
    await ssoAdmin.send(
      new UpdateApplicationCommand({ ApplicationArn, Description: "second", Status: "DISABLED" }),
    );
    const described = await ssoAdmin.send(new DescribeApplicationCommand({ ApplicationArn }));
    assert.equal(described.Name, "Reports");
    assert.equal(described.Description, "second");
    assert.equal(described.Status, "DISABLED");
    assert.equal(described.ApplicationAccount, "111122223333");
    const { Applications: listed } = await ssoAdmin.send(
      new ListApplicationsCommand({
        InstanceArn: plane.instanceArn,
        Filter: { ApplicationProvider: customProvider },
      }),
    );
    assert.ok(listed?.some((entry) => entry.ApplicationArn === ApplicationArn));
    await ssoAdmin.send(new DeleteApplicationCommand({ ApplicationArn }));
    const gone = await caught(ssoAdmin.send(new DescribeApplicationCommand({ ApplicationArn })));
    assert.equal(gone.name, "ResourceNotFoundException");
  });

  it("is refused for an unknown provider, and for a portal without the URL it announces", async () => {
    const unknown = create("x", { ApplicationProviderArn: "arn:aws:sso::aws:applicationProvider/none" });
    assert.equal((await caught(unknown)).name, "ResourceNotFoundException");
    const portal = create("x", { PortalOptions: { SignInOptions: { Origin: "APPLICATION" } } });
    assert.equal((await caught(portal)).name, "ValidationException");
  });

  it("is out of reach for another account", async () => {
    const ApplicationArn = await create("private");
    const error = await caught(
      plane.as("other").ssoAdmin.send(new DescribeApplicationCommand({ ApplicationArn })),
    );
    assert.equal(error.name, "AccessDeniedException");
  });
});

describe("a grant", () => {
  it("of each type is put, shown and deleted", async () => {
    const { ssoAdmin } = plane.as("admin");
    const ApplicationArn = await create("grants");
    const { TrustedTokenIssuerArn } = await ssoAdmin.send(
      new CreateTrustedTokenIssuerCommand({
        InstanceArn: plane.instanceArn,
        Name: "grants",
        TrustedTokenIssuerType: "OIDC_JWT",
        TrustedTokenIssuerConfiguration: {
          OidcJwtConfiguration: {
            IssuerUrl: "https://grants.example.com",
            ClaimAttributePath: "email",
            IdentityStoreAttributePath: "emails.value",
            JwksRetrievalOption: "OPEN_ID_DISCOVERY",
          },
        },
      }),
    );
    const Grant = {
      JwtBearer: { AuthorizedTokenIssuers: [{ TrustedTokenIssuerArn, AuthorizedAudiences: ["isv"] }] },
    };
    await ssoAdmin.send(new PutApplicationGrantCommand({ ApplicationArn, GrantType: jwtBearer, Grant }));
    const code = { AuthorizationCode: { RedirectUris: ["https://isv.example.com/callback"] } };
    const put = { ApplicationArn, GrantType: "authorization_code" as const, Grant: code };
    await ssoAdmin.send(new PutApplicationGrantCommand(put));
    const refresh = { ApplicationArn, GrantType: "refresh_token" as const, Grant: { RefreshToken: {} } };
    await ssoAdmin.send(new PutApplicationGrantCommand(refresh));

    const shown = await ssoAdmin.send(
      new GetApplicationGrantCommand({ ApplicationArn, GrantType: jwtBearer }),
    );
    assert.deepEqual(shown.Grant, Grant);
    const { Grants } = await ssoAdmin.send(new ListApplicationGrantsCommand({ ApplicationArn }));
    assert.deepEqual(
      Grants?.map(({ GrantType }) => GrantType),
      ["authorization_code", "refresh_token", jwtBearer],
    );
    const remove = { ApplicationArn, GrantType: jwtBearer };
    await ssoAdmin.send(new DeleteApplicationGrantCommand(remove));
    const gone = await caught(ssoAdmin.send(new GetApplicationGrantCommand(remove)));
    assert.equal(gone.name, "ResourceNotFoundException");
  });

  it("whose type and content differ is refused", async () => {
    const ApplicationArn = await create("mismatch");
    const command = new PutApplicationGrantCommand({
      ApplicationArn,
      GrantType: jwtBearer,
      Grant: { RefreshToken: {} },
    });
    assert.equal((await caught(plane.as("admin").ssoAdmin.send(command))).name, "ValidationException");
  });

  it("that names an unknown trusted token issuer is refused", async () => {
    const ApplicationArn = await create("unknown-issuer");
    const TrustedTokenIssuerArn = `arn:aws:sso::111122223333:trustedTokenIssuer/${plane.instanceArn.split("/")[1]}/tti-00000000-0000-0000-0000-000000000000`;
    const command = new PutApplicationGrantCommand({
      ApplicationArn,
      GrantType: jwtBearer,
      Grant: {
        JwtBearer: { AuthorizedTokenIssuers: [{ TrustedTokenIssuerArn, AuthorizedAudiences: ["a"] }] },
      },
    });
    assert.equal((await caught(plane.as("admin").ssoAdmin.send(command))).name, "ResourceNotFoundException");
  });
});

describe("the authentication method IAM", () => {
  const ActorPolicy = {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: isvRoleArn },
        Action: "sso-oauth:CreateTokenWithIAM",
        Resource: "*",
      },
    ],
  };

  it("is put, shown, listed and deleted", async () => {
    const { ssoAdmin } = plane.as("admin");
    const ApplicationArn = await create("actors");
    const method = { ApplicationArn, AuthenticationMethodType: "IAM" as const };
    const AuthenticationMethod = { Iam: { ActorPolicy } };
    await ssoAdmin.send(new PutApplicationAuthenticationMethodCommand({ ...method, AuthenticationMethod }));
    const shown = await ssoAdmin.send(new GetApplicationAuthenticationMethodCommand(method));
    assert.deepEqual(shown.AuthenticationMethod, AuthenticationMethod);
    const listed = await ssoAdmin.send(new ListApplicationAuthenticationMethodsCommand({ ApplicationArn }));
    assert.equal(listed.AuthenticationMethods?.length, 1);
    await ssoAdmin.send(new DeleteApplicationAuthenticationMethodCommand(method));
    const gone = await caught(ssoAdmin.send(new GetApplicationAuthenticationMethodCommand(method)));
    assert.equal(gone.name, "ResourceNotFoundException");
  });

  const malformed: [string, unknown][] = [
    ["no statement", { Version: "2012-10-17" }],
    [
      "no principal",
      { Statement: { Effect: "Allow", Action: "sso-oauth:CreateTokenWithIAM", Resource: "*" } },
    ],
    ["an unknown effect", { Statement: [{ ...ActorPolicy.Statement[0], Effect: "Maybe" }] }],
    [
      "an action without service",
      { Statement: [{ ...ActorPolicy.Statement[0], Action: "CreateTokenWithIAM" }] },
    ],
    ["a list instead of a document", []],
  ];
  for (const [what, policy] of malformed) {
    it(`is refused with a policy that has ${what}`, async () => {
      const ApplicationArn = await create("malformed");
      const command = new PutApplicationAuthenticationMethodCommand({
        ApplicationArn,
        AuthenticationMethodType: "IAM",
        AuthenticationMethod: { Iam: { ActorPolicy: policy as never } },
      });
      assert.equal((await caught(plane.as("admin").ssoAdmin.send(command))).name, "ValidationException");
    });
  }
});

describe("access scopes", () => {
  it("are put, shown, listed and deleted", async () => {
    const { ssoAdmin } = plane.as("admin");
    const ApplicationArn = await create("scopes");
    const Scope = "qbusiness:content:access";
    await ssoAdmin.send(
      new PutApplicationAccessScopeCommand({ ApplicationArn, Scope, AuthorizedTargets: [ApplicationArn] }),
    );
    const shown = await ssoAdmin.send(new GetApplicationAccessScopeCommand({ ApplicationArn, Scope }));
    assert.deepEqual(shown.AuthorizedTargets, [ApplicationArn]);
    await ssoAdmin.send(
      new PutApplicationAccessScopeCommand({ ApplicationArn, Scope: "sso:account:access" }),
    );
    const { Scopes } = await ssoAdmin.send(new ListApplicationAccessScopesCommand({ ApplicationArn }));
    assert.deepEqual(
      Scopes?.map((entry) => entry.Scope),
      [Scope, "sso:account:access"],
    );
    await ssoAdmin.send(new DeleteApplicationAccessScopeCommand({ ApplicationArn, Scope }));
    const gone = await caught(ssoAdmin.send(new GetApplicationAccessScopeCommand({ ApplicationArn, Scope })));
    assert.equal(gone.name, "ResourceNotFoundException");
  });

  it("are at most 25", async () => {
    const { ssoAdmin } = plane.as("admin");
    const ApplicationArn = await create("many-scopes");
    const put = (number: number) =>
      ssoAdmin.send(new PutApplicationAccessScopeCommand({ ApplicationArn, Scope: `scope_${number}` }));
    for (let number = 0; number < 25; number++) await put(number);
    await put(0);
    assert.equal((await caught(put(25))).name, "ValidationException");
  });

  it("have at most three parts", async () => {
    const ApplicationArn = await create("long-scope");
    const command = new PutApplicationAccessScopeCommand({ ApplicationArn, Scope: "a:b:c:d" });
    assert.match((await caught(plane.as("admin").ssoAdmin.send(command))).message, /'scope' failed/);
  });
});

describe("the session configuration", () => {
  it("is disabled at first and can be enabled", async () => {
    const { ssoAdmin } = plane.as("admin");
    const ApplicationArn = await create("sessions");
    const get = () => ssoAdmin.send(new GetApplicationSessionConfigurationCommand({ ApplicationArn }));
    assert.equal((await get()).UserBackgroundSessionApplicationStatus, "DISABLED");
    const status = { UserBackgroundSessionApplicationStatus: "ENABLED" as const };
    await ssoAdmin.send(new PutApplicationSessionConfigurationCommand({ ApplicationArn, ...status }));
    assert.equal((await get()).UserBackgroundSessionApplicationStatus, "ENABLED");
  });

  it("of no application is not found", async () => {
    const command = new GetApplicationSessionConfigurationCommand({ ApplicationArn: nowhere });
    assert.equal((await caught(plane.as("admin").ssoAdmin.send(command))).name, "ResourceNotFoundException");
  });
});
