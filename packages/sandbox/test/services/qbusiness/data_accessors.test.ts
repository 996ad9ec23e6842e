// Data accessors: the Identity Center application each brings with it, and what AWS refuses.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  CreateApplicationCommand,
  CreateDataAccessorCommand,
  type CreateDataAccessorCommandInput,
  DeleteDataAccessorCommand,
  GetDataAccessorCommand,
  ListDataAccessorsCommand,
  UpdateApplicationCommand,
  UpdateDataAccessorCommand,
} from "@aws-sdk/client-qbusiness";
import {
  CreateTrustedTokenIssuerCommand,
  DescribeApplicationCommand,
  GetApplicationAssignmentConfigurationCommand,
  GetApplicationAuthenticationMethodCommand,
  GetApplicationGrantCommand,
  ListApplicationAccessScopesCommand,
  ListApplicationGrantsCommand,
} from "@aws-sdk/client-sso-admin";
import {
  caught,
  isvClientId,
  isvRedirectUri,
  isvRoleArn,
  useControlPlane,
} from "../../support/control_plane.ts";

const action = "qbusiness:SearchRelevantContent";
const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer" as const;

let idcTrustedTokenIssuerArn: string;
let applicationId: string;
const plane = useControlPlane(async () => {
  const { ssoAdmin } = plane.as("admin");
  const issuer = await ssoAdmin.send(
    new CreateTrustedTokenIssuerCommand({
      InstanceArn: plane.instanceArn,
      Name: "isv",
      TrustedTokenIssuerType: "OIDC_JWT",
      TrustedTokenIssuerConfiguration: {
        OidcJwtConfiguration: {
          IssuerUrl: "https://issuer.example.com",
          ClaimAttributePath: "email",
          IdentityStoreAttributePath: "emails.value",
          JwksRetrievalOption: "OPEN_ID_DISCOVERY",
        },
      },
    }),
  );
  idcTrustedTokenIssuerArn = issuer.TrustedTokenIssuerArn ?? "";
  applicationId = await createApplication();
});

async function createApplication() {
  const created = await plane.as("admin").qbusiness.send(
    new CreateApplicationCommand({
      displayName: "accessors",
      identityCenterInstanceArn: plane.instanceArn,
    }),
  );
  return created.applicationId ?? "";
}

type Detail = NonNullable<CreateDataAccessorCommandInput["authenticationDetail"]>;

function byToken(): Detail {
  return {
    authenticationType: "AWS_IAM_IDC_TTI",
    authenticationConfiguration: { idcTrustedTokenIssuerConfiguration: { idcTrustedTokenIssuerArn } },
    externalIds: ["tenant-1"],
  };
}

async function create(changes: Partial<CreateDataAccessorCommandInput> = {}) {
  const created = await plane.as("admin").qbusiness.send(
    new CreateDataAccessorCommand({
      applicationId,
      principal: isvRoleArn,
      displayName: "Isv",
      actionConfigurations: [{ action }],
      authenticationDetail: byToken(),
      ...changes,
    }),
  );
  const { dataAccessorId = "", idcApplicationArn: ApplicationArn = "" } = created;
  return { id: { applicationId: changes.applicationId ?? applicationId, dataAccessorId }, ApplicationArn };
}

describe("CreateDataAccessor", () => {
  it("makes the Identity Center application: its grant for the issuer and the ISV's audience, nothing else", async () => {
    const { ssoAdmin } = plane.as("admin");
    const { ApplicationArn } = await create();
    const { Grants } = await ssoAdmin.send(new ListApplicationGrantsCommand({ ApplicationArn }));
    assert.deepEqual(Grants, [
      {
        GrantType: jwtBearer,
        Grant: {
          JwtBearer: {
            AuthorizedTokenIssuers: [
              { TrustedTokenIssuerArn: idcTrustedTokenIssuerArn, AuthorizedAudiences: [isvClientId] },
            ],
          },
        },
      },
    ]);
  });

  it("lets only the ISV's role exchange tokens there, and only assigned users", async () => {
    const { ssoAdmin } = plane.as("admin");
    const { ApplicationArn } = await create();
    const method = { ApplicationArn, AuthenticationMethodType: "IAM" as const };
    const { AuthenticationMethod } = await ssoAdmin.send(
      new GetApplicationAuthenticationMethodCommand(method),
    );
    assert.deepEqual(AuthenticationMethod?.Iam?.ActorPolicy, {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: isvRoleArn },
          Action: "sso-oauth:CreateTokenWithIAM",
          Resource: "*",
        },
      ],
    });
    const configuration = new GetApplicationAssignmentConfigurationCommand({ ApplicationArn });
    assert.equal((await ssoAdmin.send(configuration)).AssignmentRequired, true);
    const { Scopes } = await ssoAdmin.send(new ListApplicationAccessScopesCommand({ ApplicationArn }));
    assert.deepEqual(
      Scopes?.map(({ Scope }) => Scope),
      ["qbusiness:content:access"],
    );
  });

  it("with the authorization code gives the grant of the ISV's redirect URIs", async () => {
    const { ApplicationArn } = await create({
      authenticationDetail: { authenticationType: "AWS_IAM_IDC_AUTH_CODE", externalIds: ["tenant-1"] },
    });
    const command = new GetApplicationGrantCommand({ ApplicationArn, GrantType: "authorization_code" });
    const { Grant } = await plane.as("admin").ssoAdmin.send(command);
    assert.deepEqual(Grant, { AuthorizationCode: { RedirectUris: [isvRedirectUri] } });
  });

  it("refuses a role that is not a registered ISV's, unless the rule says otherwise", async () => {
    const application = await createApplication();
    const principal = "arn:aws:iam::123456789012:role/stranger";
    const error = await caught(create({ applicationId: application, principal }));
    assert.equal(error.name, "ValidationException");
    plane.sandbox.control.setRule("accessor.unregisteredPrincipal", "accept");
    await create({ applicationId: application, principal });
    plane.sandbox.control.setRule("accessor.unregisteredPrincipal", "reject");
  });

  it("refuses a type without its configuration, and a configuration of the other type", async () => {
    const tti = await caught(create({ authenticationDetail: { authenticationType: "AWS_IAM_IDC_TTI" } }));
    assert.equal(tti.name, "ValidationException");
    const code: Detail = { ...byToken(), authenticationType: "AWS_IAM_IDC_AUTH_CODE" };
    assert.equal((await caught(create({ authenticationDetail: code }))).name, "ValidationException");
  });

  it("refuses an unknown issuer, a second external id, and an external id with a dot", async () => {
    const unknown = idcTrustedTokenIssuerArn.replace(/tti-.*/, "tti-00000000-0000-0000-0000-000000000000");
    const configuration = { idcTrustedTokenIssuerConfiguration: { idcTrustedTokenIssuerArn: unknown } };
    const missing = await caught(
      create({ authenticationDetail: { ...byToken(), authenticationConfiguration: configuration } }),
    );
    assert.equal(missing["resourceType"], "TRUSTED_TOKEN_ISSUER");
    for (const externalIds of [["a", "b"], ["tenant.example.com"]]) {
      const error = await caught(create({ authenticationDetail: { ...byToken(), externalIds } }));
      assert.equal(error.name, "ValidationException");
    }
  });

  it("refuses other actions, and filters the search would not understand", async () => {
    const other = await caught(create({ actionConfigurations: [{ action: "qbusiness:ChatSync" }] }));
    assert.equal(other.name, "ValidationException");
    const documentAttributeFilter = {
      greaterThan: { name: "title", value: { stringValue: "not an order" } },
    };
    const filtered = [{ action, filterConfiguration: { documentAttributeFilter } }];
    assert.equal((await caught(create({ actionConfigurations: filtered }))).name, "ValidationException");
  });

  it("is for applications of Identity Center only", async () => {
    const { applicationId: federated } = await plane.as("admin").qbusiness.send(
      new CreateApplicationCommand({
        displayName: "federated",
        identityType: "AWS_IAM_IDP_OIDC",
        iamIdentityProviderArn: "arn:aws:iam::111122223333:oidc-provider/issuer.example.com",
      }),
    );
    assert.equal((await caught(create({ applicationId: federated }))).name, "ValidationException");
  });

  it("stops at ten data accessors, and gives the first answer again for its clientToken", async () => {
    const application = await createApplication();
    const first = await create({ applicationId: application, clientToken: "t" });
    assert.deepEqual(await create({ applicationId: application, clientToken: "t" }), first);
    for (let number = 1; number < 10; number++) await create({ applicationId: application });
    const error = await caught(create({ applicationId: application }));
    assert.equal(error.name, "ServiceQuotaExceededException");
    assert.equal(error.$metadata.httpStatusCode, 402);
  });
});

describe("a data accessor", () => {
  it("is shown and listed with its filter, dates included", async () => {
    const { qbusiness } = plane.as("admin");
    const application = await createApplication();
    const dateValue = new Date("2026-01-02T03:04:05Z");
    const documentAttributeFilter = { greaterThan: { name: "_created_at", value: { dateValue } } };
    const actionConfigurations = [{ action, filterConfiguration: { documentAttributeFilter } }];
    const { id, ApplicationArn } = await create({ applicationId: application, actionConfigurations });
    const shown = await qbusiness.send(new GetDataAccessorCommand(id));
    assert.deepEqual(shown.actionConfigurations, actionConfigurations);
    assert.deepEqual(shown.authenticationDetail, byToken());
    assert.equal(shown.principal, isvRoleArn);
    const { dataAccessors } = await qbusiness.send(
      new ListDataAccessorsCommand({ applicationId: application }),
    );
    assert.deepEqual(
      dataAccessors?.map(({ idcApplicationArn }) => idcApplicationArn),
      [ApplicationArn],
    );
  });

  it("can change its name, actions and authentication, with the grant, but not its principal", async () => {
    const { qbusiness, ssoAdmin } = plane.as("admin");
    const { id, ApplicationArn } = await create({ applicationId: await createApplication() });
    await qbusiness.send(
      new UpdateDataAccessorCommand({
        ...id,
        displayName: "Renamed",
        actionConfigurations: [{ action }],
        authenticationDetail: { authenticationType: "AWS_IAM_IDC_AUTH_CODE", externalIds: ["tenant-2"] },
        ...{ principal: "arn:aws:iam::123456789012:role/other" },
      }),
    );
    const shown = await qbusiness.send(new GetDataAccessorCommand(id));
    assert.equal(shown.displayName, "Renamed");
    assert.equal(shown.principal, isvRoleArn);
    assert.deepEqual(shown.authenticationDetail?.externalIds, ["tenant-2"]);
    const grant = { ApplicationArn, GrantType: jwtBearer };
    assert.equal(
      (await caught(ssoAdmin.send(new GetApplicationGrantCommand(grant)))).name,
      "ResourceNotFoundException",
    );
  });

  it("takes its Identity Center application with it when it is deleted", async () => {
    const { qbusiness, ssoAdmin } = plane.as("admin");
    const { id, ApplicationArn } = await create({ applicationId: await createApplication() });
    await qbusiness.send(new DeleteDataAccessorCommand(id));
    const accessor = await caught(qbusiness.send(new GetDataAccessorCommand(id)));
    assert.equal(accessor["resourceType"], "DATA_ACCESSOR");
    const application = await caught(ssoAdmin.send(new DescribeApplicationCommand({ ApplicationArn })));
    assert.equal(application.name, "ResourceNotFoundException");
  });

  it("keeps its application at its Identity Center instance", async () => {
    const own = await createApplication();
    await create({ applicationId: own });
    const identityCenterInstanceArn = plane.secondInstanceArn;
    const command = new UpdateApplicationCommand({ applicationId: own, identityCenterInstanceArn });
    const error = await caught(plane.as("admin").qbusiness.send(command));
    assert.equal(error.name, "ConflictException");
  });

  it("of another account is not found", async () => {
    const { id } = await create({ applicationId: await createApplication() });
    const error = await caught(plane.as("other").qbusiness.send(new GetDataAccessorCommand(id)));
    assert.equal(error.name, "ResourceNotFoundException");
  });
});
