// Permission sets in accounts: provisioning them again after a change, and what is provisioned where.

import { family, type OperationContext } from "../../operation/operation.ts";
import type { PermissionSet, ProvisionedPermissionSet } from "../../state/permission_set_entities.ts";
import { recordRequest, wireRequest } from "./account_access_requests.ts";
import { getInstanceWithPermissionSets, getPermissionSet, list, type PermissionSetInput } from "./lookup.ts";
import { provision } from "./provisioned_role.ts";
import { refuse } from "./refuse.ts";

type ProvisioningStatus = "LATEST_PERMISSION_SET_PROVISIONED" | "LATEST_PERMISSION_SET_NOT_PROVISIONED";
type ProvisionInput = PermissionSetInput & {
  TargetId?: string;
  TargetType: "AWS_ACCOUNT" | "ALL_PROVISIONED_ACCOUNTS";
};
type Paging = { MaxResults?: number; NextToken?: string; ProvisioningStatus?: ProvisioningStatus };
type ListAccountsInput = PermissionSetInput & Paging;
type ListSetsInput = { InstanceArn: string; AccountId: string } & Paging;

/** The operations of this family. */
export const permissionSetProvisioningOperations = family("sso-admin", {
  ProvisionPermissionSet: {
    authorize: (input: ProvisionInput) => input.InstanceArn,
    run(input: ProvisionInput, context) {
      const set = getPermissionSet(context, input);
      const targets = targetsOf(context, set, input);
      const failure = targets
        .map(({ accountId }) => provision(context, set, accountId))
        .find((fault) => fault !== undefined);
      const request = recordRequest(context, {
        kind: "provisioning",
        set,
        accountId: input.TargetType === "AWS_ACCOUNT" ? (input.TargetId ?? null) : null,
        principal: null,
        failure,
      });
      return { PermissionSetProvisioningStatus: wireRequest({ ...request, status: "IN_PROGRESS" }) };
    },
  },

  ListAccountsForProvisionedPermissionSet: {
    authorize: (input: ListAccountsInput) => input.InstanceArn,
    run(input: ListAccountsInput, context) {
      const { permissionSetArn } = getPermissionSet(context, input);
      const found = provisionedOf(context, input.ProvisioningStatus).filter(
        (provisioned) => provisioned.permissionSetArn === permissionSetArn,
      );
      return list(context, input, found, {
        as: "AccountIds",
        show: ({ accountId }) => accountId,
        filter: [permissionSetArn, input.ProvisioningStatus],
      });
    },
  },

  ListPermissionSetsProvisionedToAccount: {
    authorize: (input: ListSetsInput) => input.InstanceArn,
    run(input: ListSetsInput, context) {
      const { instanceArn } = getInstanceWithPermissionSets(context, input.InstanceArn);
      const { permissionSets } = context.world;
      const found = provisionedOf(context, input.ProvisioningStatus).filter(
        ({ permissionSetArn, accountId }) =>
          accountId === input.AccountId && permissionSets.get(permissionSetArn)?.instanceArn === instanceArn,
      );
      return list(context, input, found, {
        as: "PermissionSets",
        show: ({ permissionSetArn }) => permissionSetArn,
        filter: [instanceArn, input.AccountId, input.ProvisioningStatus],
      });
    },
  },
});

/** @throws AwsError ValidationException without a target; ResourceNotFoundException when it is provisioned nowhere */
function targetsOf(
  context: OperationContext,
  { permissionSetArn, name }: PermissionSet,
  { TargetType: type, TargetId: accountId }: ProvisionInput,
): ProvisionedPermissionSet[] {
  if (type === "AWS_ACCOUNT" && accountId === undefined) {
    throw refuse("ValidationException", "TargetId is required when TargetType is AWS_ACCOUNT.", {
      rule: "permissionSet.target",
      why: "TargetType is AWS_ACCOUNT and TargetId is absent.",
      fix: "Name the account in TargetId.",
    });
  }
  const found = provisionedOf(context).filter(
    (each) =>
      each.permissionSetArn === permissionSetArn &&
      (type === "ALL_PROVISIONED_ACCOUNTS" || each.accountId === accountId),
  );
  if (found.length > 0) return found;
  const where = type === "AWS_ACCOUNT" ? `account ${accountId}` : "any account";
  throw refuse("ResourceNotFoundException", `The permission set is not provisioned to ${where}.`, {
    rule: "permissionSet.provisioned",
    why: `${name} is not provisioned to ${where}.`,
    fix: "Assign it to a user or group in the account: CreateAccountAssignment.",
  });
}

function provisionedOf({ world }: OperationContext, status?: ProvisioningStatus): ProvisionedPermissionSet[] {
  return [...world.provisionedPermissionSets.values()].filter(({ permissionSetArn, version }) => {
    if (status === undefined) return true;
    const isLatest = world.permissionSets.get(permissionSetArn)?.version === version;
    return isLatest === (status === "LATEST_PERMISSION_SET_PROVISIONED");
  });
}
