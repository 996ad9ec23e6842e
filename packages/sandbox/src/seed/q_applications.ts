// The seed's Q Business applications with index, retriever, data sources, documents and data accessors,
// each made by the operation a customer would call.
import { SandboxSetupError } from "../ground/errors.ts";
import type { World } from "../state/index.ts";
import type { SeedResult, SeedResultApplication, SeedResultInstance } from "../state/seed_result.ts";
import type { PartCaller } from "./call.ts";
import type { SeedDataAccessor, SeedDocument, SeedQApplication } from "./schema.ts";

const SEARCH = "qbusiness:SearchRelevantContent";
/** Documents per BatchPutDocument (model). */
const BATCH_SIZE = 10;

/** What the functions of this file share. */
export type ApplicationSeeding = { world: World; call: PartCaller; result: SeedResult };

type Making = {
  seed: SeedQApplication;
  application: SeedResultApplication;
  instance: SeedResultInstance;
  /** Calls Q Business in the application's account and region. */
  call(
    operation: string,
    path: string,
    input: Record<string, unknown>,
    of?: object,
  ): Promise<Record<string, unknown>>;
};

/** Makes an application and all it holds. */
export async function seedQApplication(seed: SeedQApplication, seeding: ApplicationSeeding): Promise<void> {
  const instance = getByName(
    seeding.result.identityCenters,
    seed.identityCenter,
    `qApplications "${seed.displayName}".identityCenter`,
  );
  const call: Making["call"] = (operation, path, input, of = seed) =>
    seeding.call("qbusiness", operation, input, {
      account: seed.account,
      region: seed.region,
      path: `${seed.account}/${seed.displayName}/${path}`,
      of,
    });
  const displayName = seed.displayName;
  const { applicationId } = await call("CreateApplication", "", {
    displayName,
    identityType: "AWS_IAM_IDC",
    identityCenterInstanceArn: instance.instanceArn,
    ...(seed.kmsKeyId === undefined ? {} : { encryptionConfiguration: { kmsKeyId: seed.kmsKeyId } }),
  });
  const { indexId } = await call("CreateIndex", "index", {
    applicationId,
    displayName: `${displayName}-index`,
  });
  const { retrieverId } = await call("CreateRetriever", "retriever", {
    applicationId,
    displayName: `${displayName}-retriever`,
    type: "NATIVE_INDEX",
    configuration: { nativeIndexConfiguration: { indexId } },
  });
  const application: SeedResultApplication = {
    applicationId: String(applicationId),
    region: seed.region,
    account: seed.account,
    indexId: String(indexId),
    retrieverId: String(retrieverId),
    dataSources: {},
  };
  seeding.result.qApplications[displayName] = application;
  markLicences(seed, application, instance, seeding.world);
  const making: Making = { seed, application, instance, call };
  await seedDataSources(making);
  await seedDocuments(making);
  for (const accessor of seed.dataAccessors ?? []) await seedDataAccessor(accessor, making, seeding);
}

/** Subscriptions are no part of the sandbox's API. */
function markLicences(
  seed: SeedQApplication,
  { applicationId }: SeedResultApplication,
  instance: SeedResultInstance,
  world: World,
): void {
  const stored = world.qApplications.get(applicationId);
  if (stored === undefined) return;
  const where = `qApplications "${seed.displayName}"`;
  const idsOf = (names: string[] | undefined, field: string) =>
    (names ?? []).map((name) => getByName(instance.users, name, `${where}.${field}`));
  stored.subscribedUserIds = idsOf(seed.subscribedUsers, "subscribedUsers");
  stored.unlicensedUserIds = idsOf(seed.unlicensedUsers, "unlicensedUsers");
}

async function seedDataSources({ seed, application, call }: Making): Promise<void> {
  const used = (seed.documents ?? []).flatMap((document) => document.dataSource ?? []);
  for (const name of new Set([...(seed.dataSources ?? []), ...used])) {
    const { dataSourceId } = await call("CreateDataSource", `dataSource/${name}`, {
      applicationId: application.applicationId,
      indexId: application.indexId,
      displayName: name,
      configuration: { type: "CUSTOM" },
    });
    application.dataSources[name] = String(dataSourceId);
  }
}

async function seedDocuments({ seed, application, call }: Making): Promise<void> {
  const documents = seed.documents ?? [];
  for (let start = 0; start < documents.length; start += BATCH_SIZE) {
    const batch = documents
      .slice(start, start + BATCH_SIZE)
      .map((document) => toDocument(document, application));
    const { failedDocuments } = await call("BatchPutDocument", `documents/${start}`, {
      applicationId: application.applicationId,
      indexId: application.indexId,
      documents: batch,
    });
    const failed = Array.isArray(failedDocuments)
      ? (failedDocuments as { id?: string; error?: { errorMessage?: string } }[])
      : [];
    if (failed.length > 0) {
      const faults = failed.map(({ id, error }) => `${id}: ${error?.errorMessage ?? "refused"}`).join("; ");
      throw new SandboxSetupError(
        "SANDBOX_SEED_INVALID",
        `Documents of "${seed.displayName}" were refused: ${faults}.`,
      );
    }
  }
}

function toDocument(seed: SeedDocument, application: SeedResultApplication): Record<string, unknown> {
  const reserved = [
    ...(seed.uri === undefined ? [] : [{ name: "_source_uri", value: { stringValue: seed.uri } }]),
    ...(seed.dataSource === undefined
      ? []
      : [{ name: "_data_source_id", value: { stringValue: application.dataSources[seed.dataSource] } }]),
  ];
  const own = (seed.attributes ?? []).map(({ name, value }) => ({
    name,
    value: "dateValue" in value ? { dateValue: dateOf(value.dateValue) } : value,
  }));
  const principals = [
    ...(seed.allow?.users ?? []).map((id) => ({ user: { id, access: "ALLOW" } })),
    ...(seed.allow?.groups ?? []).map((name) => ({ group: { name, access: "ALLOW" } })),
    ...(seed.deny?.users ?? []).map((id) => ({ user: { id, access: "DENY" } })),
    ...(seed.deny?.groups ?? []).map((name) => ({ group: { name, access: "DENY" } })),
  ];
  const isListed = seed.allow !== undefined || seed.deny !== undefined;
  return {
    id: seed.id,
    contentType: "PLAIN_TEXT",
    content: { blob: Buffer.from(seed.content) },
    ...(reserved.length + own.length > 0 ? { attributes: [...reserved, ...own] } : {}),
    ...(seed.title === undefined ? {} : { title: seed.title }),
    ...(isListed ? { accessConfiguration: { accessControls: [{ principals, memberRelation: "OR" }] } } : {}),
  };
}

async function seedDataAccessor(
  seed: SeedDataAccessor,
  making: Making,
  seeding: ApplicationSeeding,
): Promise<void> {
  const { application, instance, call } = making;
  const where = `data accessor "${seed.displayName}"`;
  const input = {
    applicationId: application.applicationId,
    displayName: seed.displayName,
    principal: seed.principal,
    actionConfigurations: [{ action: SEARCH, ...filterOf(seed, application, where) }],
    authenticationDetail: authenticationOf(seed, instance, where),
  };
  const created = await call("CreateDataAccessor", `accessor/${seed.displayName}`, input, seed);
  await associatePermission(seed, making);
  const idcApplicationArn = String(created["idcApplicationArn"]);
  await assign(seed, idcApplicationArn, instance, seeding.call);
  const { connections } = seeding.result;
  const name =
    seed.displayName in connections ? `${making.seed.displayName}/${seed.displayName}` : seed.displayName;
  connections[name] = {
    displayName: seed.displayName,
    applicationId: application.applicationId,
    applicationRegion: application.region,
    indexId: application.indexId,
    retrieverId: application.retrieverId,
    dataAccessorId: String(created["dataAccessorId"]),
    idcApplicationArn,
    idcRegion: instance.region,
    instanceArn: instance.instanceArn,
    principal: seed.principal,
    externalId: seed.externalId ?? null,
  };
}

function authenticationOf(seed: SeedDataAccessor, instance: SeedResultInstance, where: string) {
  const externalIds = seed.externalId === undefined ? {} : { externalIds: [seed.externalId] };
  if (seed.trustedTokenIssuer === undefined)
    return { authenticationType: "AWS_IAM_IDC_AUTH_CODE", ...externalIds };
  const arn = getByName(instance.trustedTokenIssuers, seed.trustedTokenIssuer, `${where}.trustedTokenIssuer`);
  return {
    authenticationType: "AWS_IAM_IDC_TTI",
    authenticationConfiguration: { idcTrustedTokenIssuerConfiguration: { idcTrustedTokenIssuerArn: arn } },
    ...externalIds,
  };
}

function filterOf(seed: SeedDataAccessor, application: SeedResultApplication, where: string) {
  if (seed.dataSources === undefined) return {};
  const filters = seed.dataSources.map((name) => ({
    equalsTo: {
      name: "_data_source_id",
      value: { stringValue: getByName(application.dataSources, name, `${where}.dataSources`) },
    },
  }));
  const documentAttributeFilter = filters.length === 1 ? filters[0] : { orAllFilters: filters };
  return { filterConfiguration: { documentAttributeFilter } };
}

async function associatePermission(seed: SeedDataAccessor, { application, call }: Making): Promise<void> {
  const kind = seed.permission ?? "tagCondition";
  if (kind === "none") return;
  const conditions =
    kind === "unconditional" || seed.externalId === undefined
      ? {}
      : {
          conditions: [
            {
              conditionOperator: "StringEquals",
              conditionKey: "aws:PrincipalTag/qbusiness-dataaccessor:ExternalId",
              conditionValues: [seed.externalId],
            },
          ],
        };
  const input = {
    applicationId: application.applicationId,
    statementId: seed.displayName,
    actions: [SEARCH],
    principal: seed.principal,
    ...conditions,
  };
  await call("AssociatePermission", `permission/${seed.displayName}`, input, seed);
}

async function assign(
  seed: SeedDataAccessor,
  applicationArn: string,
  instance: SeedResultInstance,
  call: PartCaller,
): Promise<void> {
  const { account, region } = instance;
  const target = { account, region, path: `assign/${applicationArn}`, of: seed };
  const assignments = seed.assignments ?? "everyone";
  if (assignments === "everyone") {
    const input = { ApplicationArn: applicationArn, AssignmentRequired: false };
    await call("sso-admin", "PutApplicationAssignmentConfiguration", input, target);
    return;
  }
  const where = `data accessor "${seed.displayName}".assignments`;
  const principals = [
    ...(assignments.users ?? []).map((name) => ["USER", getByName(instance.users, name, where)]),
    ...(assignments.groups ?? []).map((name) => ["GROUP", getByName(instance.groups, name, where)]),
  ];
  for (const [PrincipalType, PrincipalId] of principals) {
    const input = { ApplicationArn: applicationArn, PrincipalType, PrincipalId };
    await call("sso-admin", "CreateApplicationAssignment", input, target);
  }
}

function getByName<T>(entries: Record<string, T>, name: string, where: string): T {
  const found = Object.hasOwn(entries, name) ? entries[name] : undefined;
  if (found !== undefined) return found;
  const known = Object.keys(entries).join(", ");
  throw new SandboxSetupError(
    "SANDBOX_SEED_INVALID",
    `The seed's ${where} names "${name}"; it knows ${known === "" ? "none" : known}.`,
  );
}

function dateOf(value: string | number): Date {
  return new Date(typeof value === "number" ? value * 1000 : value);
}
