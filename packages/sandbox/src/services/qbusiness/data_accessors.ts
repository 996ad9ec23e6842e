// Data accessors: CreateDataAccessor, GetDataAccessor, UpdateDataAccessor, DeleteDataAccessor, ListDataAccessors.

import type { Json } from "../../ground/errors.ts";
import { family, type OperationContext } from "../../operation/operation.ts";
import type { QDataAccessor } from "../../state/qbusiness_entities.ts";
import { removeApplication } from "../sso_admin/applications.ts";
import { type ActionConfiguration, keepActions, wireActions } from "./action_configurations.ts";
import { createByToken, type ListInput, list } from "./collections.ts";
import {
  createAccessorApplication,
  getRegistration,
  grantsOf,
  parseAuthentication,
  type WireAuthentication,
} from "./data_accessor_application.ts";
import {
  type ApplicationInput,
  applicationResource,
  childrenOf,
  getApplication,
  getDataAccessor,
  type TagsInput,
  timesOf,
} from "./lookup.ts";
import { refuseField, refuseQuota } from "./refuse.ts";

type Changes = {
  actionConfigurations: ActionConfiguration[];
  authenticationDetail?: WireAuthentication;
};
type CreateInput = ApplicationInput &
  TagsInput &
  Changes & { principal: string; displayName: string; clientToken?: string };
type AccessorInput = ApplicationInput & { dataAccessorId: string };

/** Q Business quotas. */
const accessorsPerApplication = 10;

/** The operations of this family. */
export const dataAccessorOperations = family("qbusiness", {
  CreateDataAccessor: {
    authorize: applicationResource,
    run(input: CreateInput, context) {
      getApplication(context, input);
      return createByToken(context, input, "DATA_ACCESSOR", () => addDataAccessor(input, context));
    },
  },

  GetDataAccessor: {
    authorize: applicationResource,
    run(input: AccessorInput, context) {
      const accessor = getDataAccessor(context, input);
      return {
        ...summarize(accessor),
        applicationId: accessor.applicationId,
        actionConfigurations: wireActions(accessor.actionConfigurations),
      };
    },
  },

  // The principal cannot change: the model has no member for it.
  UpdateDataAccessor: {
    authorize: applicationResource,
    run(input: AccessorInput & Changes & { displayName?: string }, context) {
      const accessor = getDataAccessor(context, input);
      const actions = keepActions(input.actionConfigurations, context);
      if (input.authenticationDetail) updateAuthentication(accessor, input.authenticationDetail, context);
      accessor.actionConfigurations = actions;
      accessor.displayName = input.displayName ?? accessor.displayName;
      accessor.updatedAtMs = context.clock().getTime();
      return {};
    },
  },

  DeleteDataAccessor: {
    authorize: applicationResource,
    run(input: AccessorInput, context) {
      const { dataAccessorId, idcApplicationArn } = getDataAccessor(context, input);
      removeApplication(context, idcApplicationArn);
      context.world.dataAccessors.delete(dataAccessorId);
      return {};
    },
  },

  ListDataAccessors: {
    authorize: applicationResource,
    run(input: ApplicationInput & ListInput, context) {
      const { applicationId } = getApplication(context, input);
      const accessors = childrenOf(context.world.dataAccessors, applicationId);
      return list(context, input, accessors, {
        as: "dataAccessors",
        show: summarize,
        usual: 10,
        filter: applicationId,
      });
    },
  },
});

function addDataAccessor(input: CreateInput, context: OperationContext): { [member: string]: Json } {
  const { world, ids, clock } = context;
  const application = getApplication(context, input);
  if (application.identityType !== "AWS_IAM_IDC") {
    throw refuseField(
      "applicationId",
      "data accessors need an application that uses IAM Identity Center",
      "accessor.identityType",
    );
  }
  const actionConfigurations = keepActions(input.actionConfigurations, context);
  const isv = getRegistration(input.principal, context);
  const detail = input.authenticationDetail;
  const authentication = detail ? parseAuthentication(detail, application, isv, context) : null;
  if (childrenOf(world.dataAccessors, application.applicationId).length >= accessorsPerApplication) {
    const message = `An application has at most ${accessorsPerApplication} data accessors.`;
    throw refuseQuota({ type: "DATA_ACCESSOR", id: application.applicationId }, message, {
      rule: "accessor.quota",
      why: message,
      fix: "Delete a data accessor first.",
    });
  }
  const dataAccessorId = ids.uuid();
  const nowMs = clock().getTime();
  const { displayName, principal } = input;
  const idcApplicationArn = createAccessorApplication(
    { dataAccessorId, displayName, principal },
    authentication,
    application,
    isv,
    context,
  );
  const accessor: QDataAccessor = {
    dataAccessorId,
    dataAccessorArn: `${application.applicationArn}/data-accessor/${dataAccessorId}`,
    applicationId: application.applicationId,
    idcApplicationArn,
    principal,
    displayName,
    actionConfigurations,
    authenticationDetail: authentication,
    tags: input.tags ?? [],
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
  world.dataAccessors.set(dataAccessorId, accessor);
  return { dataAccessorId, dataAccessorArn: accessor.dataAccessorArn, idcApplicationArn };
}

function updateAuthentication(
  accessor: QDataAccessor,
  wire: WireAuthentication,
  context: OperationContext,
): void {
  const application = getApplication(context, accessor);
  const isv = context.world.registeredIsvs.get(accessor.principal);
  const authentication = parseAuthentication(wire, application, isv, context);
  accessor.authenticationDetail = authentication;
  const idcApplication = context.world.applications.get(accessor.idcApplicationArn);
  if (idcApplication) idcApplication.grants = grantsOf(authentication, isv, context);
}

function summarize(accessor: QDataAccessor) {
  return {
    displayName: accessor.displayName,
    dataAccessorId: accessor.dataAccessorId,
    dataAccessorArn: accessor.dataAccessorArn,
    idcApplicationArn: accessor.idcApplicationArn,
    principal: accessor.principal,
    authenticationDetail: wireAuthentication(accessor),
    ...timesOf(accessor),
  };
}

function wireAuthentication({ authenticationDetail: detail }: QDataAccessor): WireAuthentication | undefined {
  if (!detail) return undefined;
  const { authenticationType, trustedTokenIssuerArn: arn, externalIds } = detail;
  return {
    authenticationType,
    ...(arn !== null && {
      authenticationConfiguration: { idcTrustedTokenIssuerConfiguration: { idcTrustedTokenIssuerArn: arn } },
    }),
    ...(externalIds.length > 0 && { externalIds }),
  };
}
