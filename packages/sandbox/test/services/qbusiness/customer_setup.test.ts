// A customer's documented set-up (Q Business user guide, granting permissions), then the ISV's four calls,
// then the removal: every step an AWS SDK call against the sandbox.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  AssociatePermissionCommand,
  CreateDataAccessorCommand,
  DeleteDataAccessorCommand,
  DisassociatePermissionCommand,
  ListApplicationsCommand,
  ListDataAccessorsCommand,
  ListRetrieversCommand,
  QBusinessClient,
  SearchRelevantContentCommand,
} from "@aws-sdk/client-qbusiness";
import {
  CreateTrustedTokenIssuerCommand,
  DeleteTrustedTokenIssuerCommand,
  ListInstancesCommand,
  PutApplicationAssignmentConfigurationCommand,
  SSOAdminClient,
} from "@aws-sdk/client-sso-admin";
import { CreateTokenWithIAMCommand, SSOOIDCClient } from "@aws-sdk/client-sso-oidc";
import { AssumeRoleCommand, type Credentials, STSClient } from "@aws-sdk/client-sts";
import { type Sandbox, startSandbox } from "../../../src/index.ts";
import { caught } from "../../support/control_plane.ts";
import { createSigningKey, startIssuer, type TestIssuer } from "../../support/issuer.ts";
import {
  CONTEXT_PROVIDER,
  exampleSeed,
  IDC_REGION,
  ISV_ROLE,
  Q_REGION,
  TAG_KEY,
  TENANT,
} from "../../support/world.ts";

let issuer: TestIssuer;
let sandbox: Sandbox;
before(async () => {
  issuer = await startIssuer(await createSigningKey("k1"));
  const seed = exampleSeed(issuer.url);
  sandbox = await startSandbox({
    port: 0,
    allowLocalIssuers: true,
    seed: {
      ...seed,
      identityCenters: (seed.identityCenters ?? []).map((center) => ({ ...center, trustedTokenIssuers: [] })),
      qApplications: (seed.qApplications ?? []).map((application) => ({ ...application, dataAccessors: [] })),
    },
  });
});
after(async () => {
  await sandbox.close();
  await issuer.close();
});

/** Settings of a client that signs as one of the seed's credentials. */
function as(name: "customer" | "base", region: string) {
  const credentials = sandbox.seedResult.credentials[name];
  assert.ok(credentials);
  return { endpoint: sandbox.url, region, credentials, maxAttempts: 1 };
}

/** What the customer hands to the ISV. */
type HandedOver = { applicationId: string; retrieverId: string; idcApplicationArn: string };

async function setUp(ssoAdmin: SSOAdminClient, qbusiness: QBusinessClient) {
  const { Instances } = await ssoAdmin.send(new ListInstancesCommand({}));
  const { TrustedTokenIssuerArn: issuerArn } = await ssoAdmin.send(
    new CreateTrustedTokenIssuerCommand({
      InstanceArn: Instances?.[0]?.InstanceArn,
      Name: "isv-issuer",
      TrustedTokenIssuerType: "OIDC_JWT",
      TrustedTokenIssuerConfiguration: {
        OidcJwtConfiguration: {
          IssuerUrl: issuer.url,
          ClaimAttributePath: "email",
          IdentityStoreAttributePath: "emails.value",
          JwksRetrievalOption: "OPEN_ID_DISCOVERY",
        },
      },
    }),
  );
  const { applications } = await qbusiness.send(new ListApplicationsCommand({}));
  const applicationId = applications?.[0]?.applicationId ?? "";
  const action = "qbusiness:SearchRelevantContent";
  const { dataAccessorId, idcApplicationArn } = await qbusiness.send(
    new CreateDataAccessorCommand({
      applicationId,
      displayName: "ExampleIsv",
      principal: ISV_ROLE,
      actionConfigurations: [{ action }],
      authenticationDetail: {
        authenticationType: "AWS_IAM_IDC_TTI",
        authenticationConfiguration: {
          idcTrustedTokenIssuerConfiguration: { idcTrustedTokenIssuerArn: issuerArn ?? "" },
        },
        externalIds: [TENANT],
      },
    }),
  );
  await qbusiness.send(
    new AssociatePermissionCommand({
      applicationId,
      statementId: "ExampleIsv",
      actions: [action],
      principal: ISV_ROLE,
      conditions: [
        {
          conditionOperator: "StringEquals",
          conditionKey: `aws:PrincipalTag/${TAG_KEY}`,
          conditionValues: [TENANT],
        },
      ],
    }),
  );
  await ssoAdmin.send(
    new PutApplicationAssignmentConfigurationCommand({
      ApplicationArn: idcApplicationArn,
      AssignmentRequired: false,
    }),
  );
  const { retrievers } = await qbusiness.send(new ListRetrieversCommand({ applicationId }));
  const { dataAccessors } = await qbusiness.send(new ListDataAccessorsCommand({ applicationId }));
  assert.equal(dataAccessors?.[0]?.idcApplicationArn, idcApplicationArn);
  const retrieverId = retrievers?.[0]?.retrieverId ?? "";
  return {
    issuerArn,
    dataAccessorId,
    handedOver: { applicationId, retrieverId, idcApplicationArn: idcApplicationArn ?? "" },
  };
}

async function exchange({ idcApplicationArn }: HandedOver) {
  const sts = new STSClient(as("base", IDC_REGION));
  const role = { RoleArn: ISV_ROLE, RoleSessionName: "ada", Tags: [{ Key: TAG_KEY, Value: TENANT }] };
  const { Credentials } = await sts.send(new AssumeRoleCommand(role));
  const oidc = new SSOOIDCClient({ ...as("base", IDC_REGION), credentials: keysOf(Credentials) });
  try {
    const token = await oidc.send(
      new CreateTokenWithIAMCommand({
        clientId: idcApplicationArn,
        grantType: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        assertion: await issuer.token({ email: "ada@acme.example" }),
      }),
    );
    const ContextAssertion = token.awsAdditionalDetails?.identityContext;
    const ProvidedContexts = [{ ProviderArn: CONTEXT_PROVIDER, ContextAssertion }];
    const enhanced = await sts.send(new AssumeRoleCommand({ ...role, ProvidedContexts }));
    return keysOf(enhanced.Credentials);
  } finally {
    sts.destroy();
    oidc.destroy();
  }
}

async function search(credentials: ReturnType<typeof keysOf>, { applicationId, retrieverId }: HandedOver) {
  const client = new QBusinessClient({ ...as("base", Q_REGION), credentials });
  const contentSource = { retriever: { retrieverId } };
  try {
    const command = new SearchRelevantContentCommand({ applicationId, queryText: "vacation", contentSource });
    const { relevantContent = [] } = await client.send(command);
    return relevantContent.map(({ documentId }) => documentId).sort();
  } finally {
    client.destroy();
  }
}

describe("the documented set-up", () => {
  it("lets the ISV search as the customer's user, until it is removed", async () => {
    const ssoAdmin = new SSOAdminClient(as("customer", IDC_REGION));
    const qbusiness = new QBusinessClient(as("customer", Q_REGION));
    try {
      const { issuerArn, dataAccessorId, handedOver } = await setUp(ssoAdmin, qbusiness);
      const session = await exchange(handedOver);
      assert.deepEqual(await search(session, handedOver), ["design", "handbook", "salaries"]);

      const { applicationId } = handedOver;
      await qbusiness.send(new DisassociatePermissionCommand({ applicationId, statementId: "ExampleIsv" }));
      assert.equal((await caught(search(session, handedOver))).name, "AccessDeniedException");
      await qbusiness.send(new DeleteDataAccessorCommand({ applicationId, dataAccessorId }));
      await ssoAdmin.send(new DeleteTrustedTokenIssuerCommand({ TrustedTokenIssuerArn: issuerArn }));
      const error = await caught(exchange(handedOver));
      assert.equal(error.name, "InvalidClientException");
      assert.equal(error.$metadata.httpStatusCode, 401);
    } finally {
      ssoAdmin.destroy();
      qbusiness.destroy();
    }
  });
});

function keysOf(credentials: Credentials | undefined) {
  return {
    accessKeyId: credentials?.AccessKeyId ?? "",
    secretAccessKey: credentials?.SecretAccessKey ?? "",
    sessionToken: credentials?.SessionToken ?? "",
  };
}
