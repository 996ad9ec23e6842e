// Application environments: CreateApplication, GetApplication, UpdateApplication, DeleteApplication, ListApplications.

import type { Json } from "../errors.ts";
import { createOnce } from "../idempotency.ts";
import type { Operation, OperationContext } from "../services.ts";
import { removeApplication } from "../sso_admin/applications.ts";
import type { QApplication } from "../state/qbusiness_entities.ts";
import {
  type ApplicationInput,
  applicationArn,
  applicationResource,
  childrenOf,
  cutList,
  getApplication,
  type ListInput,
  type TagsInput,
  timesOf,
} from "./lookup.ts";
import { refuseConflict, refuseField, refuseMissing, refuseTokenReuse } from "./refuse.ts";

type Settings = {
  attachmentsConfiguration?: { attachmentsControlMode: string };
  qAppsConfiguration?: { qAppsControlMode: string };
  personalizationConfiguration?: { personalizationControlMode: string };
  autoSubscriptionConfiguration?: { autoSubscribe: string; defaultSubscriptionType?: string };
};
type CreateInput = Settings &
  TagsInput & {
    displayName: string;
    roleArn?: string;
    identityType?: QApplication["identityType"];
    iamIdentityProviderArn?: string;
    identityCenterInstanceArn?: string;
    clientIdsForOIDC?: string[];
    quickSightConfiguration?: { clientNamespace: string };
    description?: string;
    encryptionConfiguration?: { kmsKeyId?: string };
    clientToken?: string;
  };
type UpdateInput = ApplicationInput &
  Settings & {
    identityCenterInstanceArn?: string;
    displayName?: string;
    description?: string;
    roleArn?: string;
  };

/** Where Q Business exists (Q Business user guide, quotas and regions). */
const regions = ["us-east-1", "us-west-2", "eu-west-1", "ap-southeast-2"];

/** Members of the wire shape that are kept and shown as they were given. */
const settingNames = [
  "attachmentsConfiguration",
  "qAppsConfiguration",
  "personalizationConfiguration",
  "autoSubscriptionConfiguration",
  "iamIdentityProviderArn",
  "clientIdsForOIDC",
  "quickSightConfiguration",
] as const;

const createApplication: Operation = {
  service: "qbusiness",
  operation: "CreateApplication",
  handler(input: CreateInput, context) {
    assertRegion(context);
    const { clientToken, ...parameters } = input;
    const create = () => addApplication(input, context);
    return createOnce(
      context,
      clientToken,
      parameters,
      create,
      refuseTokenReuse({ type: "APPLICATION", id: "" }),
    );
  },
};

const getApplicationOperation: Operation = {
  service: "qbusiness",
  operation: "GetApplication",
  resource: applicationResource,
  handler(input: ApplicationInput, context) {
    const application = getApplication(context, input);
    return {
      ...summarize(application),
      applicationArn: application.applicationArn,
      identityCenterApplicationArn: application.identityCenterApplicationArn,
      roleArn: application.roleArn,
      description: application.description,
      ...(application.kmsKeyId !== null && { encryptionConfiguration: { kmsKeyId: application.kmsKeyId } }),
      ...application.settings,
    };
  },
};

const updateApplication: Operation = {
  service: "qbusiness",
  operation: "UpdateApplication",
  resource: applicationResource,
  handler(input: UpdateInput, context) {
    const application = getApplication(context, input);
    const instanceArn = input.identityCenterInstanceArn ?? application.identityCenterInstanceArn;
    if (input.identityCenterInstanceArn !== undefined)
      assertInstance(input.identityCenterInstanceArn, context);
    if (instanceArn !== application.identityCenterInstanceArn) assertNoAccessors(application, context);
    application.identityCenterInstanceArn = instanceArn;
    application.displayName = input.displayName ?? application.displayName;
    application.description = input.description ?? application.description;
    application.roleArn = input.roleArn ?? application.roleArn;
    application.settings = { ...application.settings, ...keepSettings(input) };
    application.updatedAtMs = context.clock().getTime();
    return {};
  },
};

const deleteApplication: Operation = {
  service: "qbusiness",
  operation: "DeleteApplication",
  resource: applicationResource,
  handler(input: ApplicationInput, context) {
    const { applicationId } = getApplication(context, input);
    const { world, search } = context;
    for (const { indexId } of childrenOf(world.indices, applicationId))
      search.deleteIndex(applicationId, indexId);
    for (const { idcApplicationArn } of childrenOf(world.dataAccessors, applicationId)) {
      removeApplication(context, idcApplicationArn);
    }
    const held = [world.indices, world.retrievers, world.dataSources, world.dataAccessors, world.permissions];
    for (const collection of held) {
      for (const [key, child] of collection)
        if (child.applicationId === applicationId) collection.delete(key);
    }
    world.qApplications.delete(applicationId);
    return {};
  },
};

const listApplications: Operation = {
  service: "qbusiness",
  operation: "ListApplications",
  handler(input: ListInput, context) {
    const own = [...context.world.qApplications.values()].filter(
      ({ accountId, region }) => accountId === context.accountId && region === context.region,
    );
    const { page, nextToken } = cutList(context, own, input, 100);
    return { applications: page.map(summarize), nextToken };
  },
};

/** The operations of this family. */
export const applicationOperations: readonly Operation[] = [
  createApplication,
  getApplicationOperation,
  updateApplication,
  deleteApplication,
  listApplications,
];

function addApplication(input: CreateInput, context: OperationContext): { [member: string]: Json } {
  const { world, ids, accountId, region, clock } = context;
  const identityType = input.identityType ?? "AWS_IAM_IDC";
  assertIdentity(identityType, input, context);
  const applicationId = ids.uuid();
  const arn = applicationArn(applicationId, context);
  const nowMs = clock().getTime();
  world.qApplications.set(applicationId, {
    applicationId,
    applicationArn: arn,
    accountId,
    region,
    displayName: input.displayName,
    description: input.description ?? null,
    identityType,
    identityCenterInstanceArn: input.identityCenterInstanceArn ?? null,
    identityCenterApplicationArn: null,
    roleArn: input.roleArn ?? null,
    kmsKeyId: input.encryptionConfiguration?.kmsKeyId ?? null,
    status: "ACTIVE",
    settings: keepSettings(input),
    unlicensedUserIds: [],
    tags: input.tags ?? [],
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  });
  return { applicationId, applicationArn: arn };
}

/** An application of Identity Center names its instance; the other kinds of identity must not. */
function assertIdentity(identityType: string, input: CreateInput, context: OperationContext): void {
  const instanceArn = input.identityCenterInstanceArn;
  if (identityType !== "AWS_IAM_IDC") {
    if (instanceArn === undefined) return;
    throw refuseField(
      "identityCenterInstanceArn",
      `identityCenterInstanceArn does not go with identityType ${identityType}`,
      "application.identityType",
    );
  }
  if (instanceArn === undefined) {
    throw refuseField(
      "identityCenterInstanceArn",
      "identityCenterInstanceArn is required for identityType AWS_IAM_IDC",
      "application.identityType",
    );
  }
  assertInstance(instanceArn, context);
}

/** The instance may live in another region (user guide, cross-region Identity Center), not in another account. */
function assertInstance(instanceArn: string, { world, accountId }: OperationContext): void {
  const instance = world.instances.get(instanceArn);
  if (instance?.ownerAccountId === accountId) return;
  throw refuseMissing(
    { type: "IDENTITY_CENTER_INSTANCE", id: instanceArn },
    {
      rule: "application.instance",
      reason: instance
        ? `${instanceArn} belongs to account ${instance.ownerAccountId}.`
        : `There is no instance ${instanceArn}.`,
      fix: "Use the InstanceArn sso-admin ListInstances gives in this account.",
    },
  );
}

function assertNoAccessors(application: QApplication, { world }: OperationContext): void {
  const [accessor] = childrenOf(world.dataAccessors, application.applicationId);
  if (!accessor) return;
  throw refuseConflict(
    { type: "DATA_ACCESSOR", id: accessor.dataAccessorId },
    "The application has data accessors, which belong to its present Identity Center instance.",
    {
      rule: "application.instance",
      reason: `${accessor.displayName} has an application in the present instance.`,
      fix: "Delete the data accessors first.",
    },
  );
}

function assertRegion({ region }: OperationContext): void {
  if (regions.includes(region)) return;
  throw refuseField("region", `Amazon Q Business is not available in ${region}`, "application.region");
}

function keepSettings(
  input: Partial<Record<(typeof settingNames)[number], Json | object>>,
): Record<string, Json> {
  const given = settingNames.filter((name) => input[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, input[name] as Json]));
}

function summarize(application: QApplication) {
  return {
    displayName: application.displayName,
    applicationId: application.applicationId,
    status: application.status,
    identityType: application.identityType,
    ...timesOf(application),
  };
}
