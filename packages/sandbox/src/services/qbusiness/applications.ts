// Application environments: CreateApplication, GetApplication, UpdateApplication, DeleteApplication, ListApplications.

import type { Json } from "../../ground/errors.ts";
import { family, type OperationContext } from "../../operation/operation.ts";
import type { QApplication } from "../../state/qbusiness_entities.ts";
import { removeApplication } from "../sso_admin/applications.ts";
import { assertIdentity, assertInstance, assertNoAccessors, assertRegion } from "./application_identity.ts";
import { createByToken, type ListInput, list } from "./collections.ts";
import {
  type ApplicationInput,
  applicationArn,
  applicationResource,
  childrenOf,
  getApplication,
  type TagsInput,
  timesOf,
} from "./lookup.ts";

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

/** The operations of this family. */
export const applicationOperations = family("qbusiness", {
  CreateApplication: {
    authorize: "anyResource",
    run(input: CreateInput, context) {
      assertRegion(context);
      return createByToken(context, input, "APPLICATION", () => addApplication(input, context));
    },
  },

  GetApplication: {
    authorize: applicationResource,
    run(input: ApplicationInput, context) {
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
  },

  UpdateApplication: {
    authorize: applicationResource,
    run(input: UpdateInput, context) {
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
  },

  DeleteApplication: {
    authorize: applicationResource,
    run(input: ApplicationInput, context) {
      const { applicationId } = getApplication(context, input);
      const { world, search } = context;
      for (const { indexId } of childrenOf(world.indices, applicationId))
        search.deleteIndex(applicationId, indexId);
      for (const { idcApplicationArn } of childrenOf(world.dataAccessors, applicationId)) {
        removeApplication(context, idcApplicationArn);
      }
      const held = [
        world.indices,
        world.retrievers,
        world.dataSources,
        world.dataAccessors,
        world.permissions,
        ...[world.qUsers, world.qGroups, world.qSubscriptions],
        ...[world.qConversations, world.qWebExperiences],
      ];
      for (const collection of held) {
        for (const [key, child] of collection)
          if (child.applicationId === applicationId) collection.delete(key);
      }
      world.qApplications.delete(applicationId);
      return {};
    },
  },

  ListApplications: {
    authorize: "anyResource",
    run(input: ListInput, context) {
      const own = [...context.world.qApplications.values()].filter(
        ({ accountId, region }) => accountId === context.accountId && region === context.region,
      );
      return list(context, input, own, { as: "applications", show: summarize, usual: 100 });
    },
  },
});

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
