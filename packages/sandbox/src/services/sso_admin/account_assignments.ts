// Who may use which permission set in which account: Create, Delete and List. Assigning provisions the set to the account.

import { assertIdentityPolicy, iamActionOf } from "../../operation/authorization.ts";
import { family, type OperationContext } from "../../operation/operation.ts";
import {
  type AccountAssignment,
  accountAssignmentKey,
  type PermissionSet,
} from "../../state/permission_set_entities.ts";
import { storeKey } from "../../state/world.ts";
import { recordRequest, wireRequest } from "./account_access_requests.ts";
import { getInstanceWithPermissionSets, getPermissionSet, list, type PermissionSetInput } from "./lookup.ts";
import { findProvisioned, provision, withdraw } from "./provisioned_role.ts";
import { refuse } from "./refuse.ts";

type AssignmentInput = PermissionSetInput & {
  TargetId: string;
  TargetType: "AWS_ACCOUNT";
  PrincipalType: "USER" | "GROUP";
  PrincipalId: string;
};
type Paging = { MaxResults?: number; NextToken?: string };
type ListInput = PermissionSetInput & Paging & { AccountId: string };
type ListForPrincipalInput = Paging & {
  InstanceArn: string;
  PrincipalId: string;
  PrincipalType: "USER" | "GROUP";
  Filter?: { AccountId?: string };
};

/** The operations of this family. */
export const accountAssignmentOperations = family("sso-admin", {
  CreateAccountAssignment: {
    authorize: (input: AssignmentInput) => input.InstanceArn,
    run(input: AssignmentInput, context) {
      const { set, assignment } = named(context, input);
      const failure = faultOf(context, set, assignment) ?? provision(context, set, assignment.accountId);
      if (failure === undefined) context.world.accountAssignments.set(assignment.key, assignment);
      const request = recordRequest(context, requestOf("creation", set, assignment, failure));
      return { AccountAssignmentCreationStatus: wireRequest({ ...request, status: "IN_PROGRESS" }) };
    },
  },

  DeleteAccountAssignment: {
    authorize: (input: AssignmentInput) => input.InstanceArn,
    run(input: AssignmentInput, context) {
      const { set, assignment } = named(context, input);
      const { world } = context;
      if (!world.accountAssignments.delete(assignment.key)) {
        throw refuse("ResourceNotFoundException", "The account assignment was not found.", {
          rule: "accountAssignment.exists",
          why: `${input.PrincipalType} ${input.PrincipalId} is not assigned to ${set.name} in account ${input.TargetId}.`,
          fix: "List the account's assignments.",
        });
      }
      const isUsed = [...world.accountAssignments.values()].some(
        ({ permissionSetArn, accountId }) =>
          permissionSetArn === assignment.permissionSetArn && accountId === assignment.accountId,
      );
      const provisioned = findProvisioned(world, set.permissionSetArn, assignment.accountId);
      if (!isUsed && provisioned) withdraw(world, provisioned);
      const request = recordRequest(context, requestOf("deletion", set, assignment, undefined));
      return { AccountAssignmentDeletionStatus: wireRequest({ ...request, status: "IN_PROGRESS" }) };
    },
  },

  ListAccountAssignments: {
    authorize: (input: ListInput) => input.InstanceArn,
    run(input: ListInput, context) {
      const { permissionSetArn } = getPermissionSet(context, input);
      const found = [...context.world.accountAssignments.values()].filter(
        (each) => each.permissionSetArn === permissionSetArn && each.accountId === input.AccountId,
      );
      return list(context, input, found, {
        as: "AccountAssignments",
        show: wireAssignment,
        filter: [permissionSetArn, input.AccountId],
      });
    },
  },

  // A user's list has what comes by groups, each under the group (API reference, AccountAssignmentForPrincipal).
  ListAccountAssignmentsForPrincipal: {
    authorize: (input: ListForPrincipalInput) => input.InstanceArn,
    run(input: ListForPrincipalInput, context) {
      const instance = getInstanceWithPermissionSets(context, input.InstanceArn);
      if (instance.isAccountInstance) {
        throw refuse("ValidationException", "This action is not valid for account instances.", {
          rule: "instance.organization",
          why: `${instance.instanceArn} is an account instance.`,
          fix: "Ask an organization's instance: one that the seed made.",
        });
      }
      const { PrincipalType: type, PrincipalId: id } = input;
      assertPrincipal(context, instance.identityStoreId, type, id);
      const groups = type === "USER" ? groupsOf(context, instance.identityStoreId, id) : [];
      const accountId = input.Filter?.AccountId;
      const found = [...context.world.accountAssignments.values()].filter(
        (each) =>
          each.instanceArn === instance.instanceArn &&
          (accountId ?? each.accountId) === each.accountId &&
          ((each.principalType === type && each.principalId === id) ||
            (each.principalType === "GROUP" && groups.includes(each.principalId))),
      );
      return list(context, input, found, {
        as: "AccountAssignments",
        show: wireAssignment,
        filter: [instance.instanceArn, type, id, accountId],
      });
    },
  },
});

/** The set and assignment a request names. AWS requires the account as a resource of the caller's policy as well. */
function named(
  context: OperationContext,
  input: AssignmentInput,
): { set: PermissionSet; assignment: AccountAssignment } {
  const set = getPermissionSet(context, input);
  const action = iamActionOf(context.service, context.operation);
  assertIdentityPolicy(context, action, `arn:aws:sso:::account/${input.TargetId}`);
  const parts = {
    permissionSetArn: set.permissionSetArn,
    accountId: input.TargetId,
    principalType: input.PrincipalType,
    principalId: input.PrincipalId,
  };
  const assignment = { key: accountAssignmentKey(parts), instanceArn: set.instanceArn, ...parts };
  return { set, assignment };
}

function requestOf(
  kind: "creation" | "deletion",
  set: PermissionSet,
  { accountId, principalType, principalId }: AccountAssignment,
  failure: string | undefined,
) {
  return { kind, set, accountId, principal: { principalType, principalId }, failure };
}

/** Why an assignment fails; AWS takes the request and says it in its status. */
function faultOf(
  { world }: OperationContext,
  { instanceArn }: PermissionSet,
  { accountId, principalType: type, principalId: id }: AccountAssignment,
): string | undefined {
  const instance = world.instances.get(instanceArn);
  const isReached = instance?.isAccountInstance
    ? instance.ownerAccountId === accountId
    : world.accounts.has(accountId);
  if (!isReached) return `The account ${accountId} is not one that the instance reaches.`;
  const principals = type === "USER" ? world.users : world.groups;
  if (principals.has(storeKey(instance?.identityStoreId ?? "", id))) return undefined;
  return `The identity store ${instance?.identityStoreId} has no ${type.toLowerCase()} ${id}.`;
}

function assertPrincipal(
  { world }: OperationContext,
  identityStoreId: string,
  type: "USER" | "GROUP",
  id: string,
): void {
  if ((type === "USER" ? world.users : world.groups).has(storeKey(identityStoreId, id))) return;
  throw refuse("ResourceNotFoundException", `${type} ${id} was not found in the identity store.`, {
    rule: "accountAssignment.principal",
    why: `The identity store ${identityStoreId} of the instance has no ${type.toLowerCase()} ${id}.`,
    fix: "Use the UserId or GroupId of that identity store.",
  });
}

function groupsOf({ world }: OperationContext, identityStoreId: string, userId: string): string[] {
  return [...world.memberships.values()]
    .filter((each) => each.identityStoreId === identityStoreId && each.userId === userId)
    .map(({ groupId }) => groupId);
}

function wireAssignment({ accountId, permissionSetArn, principalType, principalId }: AccountAssignment) {
  return {
    AccountId: accountId,
    PermissionSetArn: permissionSetArn,
    PrincipalType: principalType,
    PrincipalId: principalId,
  };
}
