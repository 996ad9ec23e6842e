// The few Q Business creations a seed needs, until the control plane's own take their place.
import type { Operation } from "../services.ts";
import { storeKey } from "../state/index.ts";

const op = (operation: string, handler: Operation["handler"]): Operation => ({
  service: "qbusiness",
  operation,
  handler,
});
const text = (value: unknown) => String(value);
const arnOf = (region: string, account: string, id: string) =>
  `arn:aws:qbusiness:${region}:${account}:application/${id}`;

export const bootstrapOperations: readonly Operation[] = [
  op("CreateApplication", (input, { world, ids, region, accountId, clock }) => {
    const applicationId = ids.uuid();
    const now = clock().getTime();
    world.qApplications.set(applicationId, {
      applicationId,
      applicationArn: arnOf(region, accountId, applicationId),
      accountId,
      region,
      displayName: text(input["displayName"]),
      description: null,
      identityType: "AWS_IAM_IDC",
      identityCenterInstanceArn: text(input["identityCenterInstanceArn"]),
      identityCenterApplicationArn: null,
      roleArn: null,
      kmsKeyId: null,
      status: "ACTIVE",
      settings: {},
      unlicensedUserIds: [],
      tags: [],
      createdAtMs: now,
      updatedAtMs: now,
    });
    return { applicationId };
  }),
  op("CreateIndex", (input, { world, ids, clock }) => {
    const indexId = ids.uuid();
    const now = clock().getTime();
    world.indices.set(indexId, {
      indexId,
      indexArn: "",
      applicationId: text(input["applicationId"]),
      displayName: text(input["displayName"]),
      description: null,
      type: "ENTERPRISE",
      status: "ACTIVE",
      documentAttributeConfigurations: [],
      tags: [],
      createdAtMs: now,
      updatedAtMs: now,
    });
    return { indexId };
  }),
  op("CreateRetriever", (input, { world, ids, clock }) => {
    const retrieverId = ids.uuid();
    const now = clock().getTime();
    const { nativeIndexConfiguration } = input["configuration"] as {
      nativeIndexConfiguration: { indexId: string };
    };
    world.retrievers.set(retrieverId, {
      retrieverId,
      retrieverArn: "",
      applicationId: text(input["applicationId"]),
      displayName: text(input["displayName"]),
      type: "NATIVE_INDEX",
      status: "ACTIVE",
      indexId: nativeIndexConfiguration.indexId,
      roleArn: null,
      tags: [],
      createdAtMs: now,
      updatedAtMs: now,
    });
    return { retrieverId };
  }),
  op("CreateDataSource", (input, { world, ids, clock }) => {
    const dataSourceId = ids.uuid();
    const now = clock().getTime();
    world.dataSources.set(dataSourceId, {
      dataSourceId,
      dataSourceArn: "",
      applicationId: text(input["applicationId"]),
      indexId: text(input["indexId"]),
      displayName: text(input["displayName"]),
      description: null,
      type: "CUSTOM",
      status: "ACTIVE",
      tags: [],
      createdAtMs: now,
      updatedAtMs: now,
    });
    return { dataSourceId };
  }),
  op("BatchPutDocument", (input, { search }) => {
    for (const document of input["documents"] as Record<string, unknown>[]) {
      const { blob } = document["content"] as { blob: Uint8Array };
      search.put(text(input["applicationId"]), text(input["indexId"]), {
        documentId: text(document["id"]),
        content: Buffer.from(blob).toString("utf8"),
        ...(document["title"] === undefined ? {} : { title: text(document["title"]) }),
        attributes: document["attributes"],
        ...(document["accessConfiguration"] === undefined
          ? {}
          : { accessControl: document["accessConfiguration"] }),
      } as Parameters<typeof search.put>[2]);
    }
    return {};
  }),
  op("CreateDataAccessor", (input, { world, ids, accountId, clock, rules, region }) => {
    const applicationId = text(input["applicationId"]);
    const application = world.qApplications.get(applicationId);
    const instanceArn = application?.identityCenterInstanceArn ?? "";
    const dataAccessorId = ids.uuid();
    const idcApplicationArn = `arn:aws:sso::${accountId}:application/${instanceArn.split("/")[1]}/${ids.applicationId()}`;
    const principal = text(input["principal"]);
    const detail = input["authenticationDetail"] as {
      authenticationType: "AWS_IAM_IDC_TTI";
      externalIds?: string[];
      authenticationConfiguration?: {
        idcTrustedTokenIssuerConfiguration: { idcTrustedTokenIssuerArn: string };
      };
    };
    const issuerArn =
      detail.authenticationConfiguration?.idcTrustedTokenIssuerConfiguration.idcTrustedTokenIssuerArn ?? null;
    const isv = world.registeredIsvs.get(principal);
    const now = clock().getTime();
    world.applications.set(idcApplicationArn, {
      applicationArn: idcApplicationArn,
      instanceArn,
      accountId,
      applicationProviderArn: "arn:aws:sso::aws:applicationProvider/custom",
      name: text(input["displayName"]),
      description: null,
      status: "ENABLED",
      portalOptions: null,
      grants:
        issuerArn === null
          ? { authorizationCode: { redirectUris: isv?.redirectUris ?? [] } }
          : {
              jwtBearer: {
                authorizedTokenIssuers: [
                  {
                    trustedTokenIssuerArn: issuerArn,
                    authorizedAudiences: isv?.clientId ? [isv.clientId] : [],
                  },
                ],
              },
            },
      actorPolicy: {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { AWS: principal },
            Action: "sso-oauth:CreateTokenWithIAM",
            Resource: "*",
          },
        ],
      },
      accessScopes: [{ scope: rules.get("accessor.scopes"), authorizedTargets: [] }],
      assignmentRequired: true,
      assignments: [],
      userBackgroundSessionStatus: "DISABLED",
      dataAccessorId,
      tags: [],
      createdAtMs: now,
    });
    world.dataAccessors.set(dataAccessorId, {
      dataAccessorId,
      dataAccessorArn: `${arnOf(region, accountId, applicationId)}/dataaccessor/${dataAccessorId}`,
      applicationId,
      idcApplicationArn,
      principal,
      displayName: text(input["displayName"]),
      actionConfigurations: input["actionConfigurations"] as { action: string }[],
      authenticationDetail: {
        authenticationType: detail.authenticationType,
        trustedTokenIssuerArn: issuerArn,
        externalIds: detail.externalIds ?? [],
      },
      tags: [],
      createdAtMs: now,
      updatedAtMs: now,
    });
    return { dataAccessorId, idcApplicationArn };
  }),
  op("AssociatePermission", (input, { world, clock }) => {
    const applicationId = text(input["applicationId"]);
    const statementId = text(input["statementId"]);
    world.permissions.set(storeKey(applicationId, statementId), {
      applicationId,
      statementId,
      actions: input["actions"] as string[],
      principal: text(input["principal"]),
      conditions: (input["conditions"] ?? []) as [],
      createdAtMs: clock().getTime(),
    });
    return { statement: "" };
  }),
];
