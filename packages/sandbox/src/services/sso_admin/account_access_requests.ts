// The requests that AWS works off by and by: assigning, taking an assignment away, provisioning. Their status, one and all.
// The sandbox is done at once, and answers the request itself with IN_PROGRESS as AWS does.

import { family, type OperationContext, type OperationEntry } from "../../operation/operation.ts";
import type { AccountAccessRequest, PermissionSet } from "../../state/permission_set_entities.ts";
import { getInstanceWithPermissionSets, list } from "./lookup.ts";
import { refuse } from "./refuse.ts";

type Kind = AccountAccessRequest["kind"];
type Shown = Omit<AccountAccessRequest, "status"> & {
  status: AccountAccessRequest["status"] | "IN_PROGRESS";
};
type DescribeInput = { InstanceArn: string } & Record<string, unknown>;
type ListInput = {
  InstanceArn: string;
  MaxResults?: number;
  NextToken?: string;
  Filter?: { Status?: string };
};

/** The operations of this family. */
export const accountAccessRequestOperations = family("sso-admin", {
  DescribeAccountAssignmentCreationStatus: describing(
    "creation",
    "AccountAssignmentCreationRequestId",
    "AccountAssignmentCreationStatus",
  ),
  DescribeAccountAssignmentDeletionStatus: describing(
    "deletion",
    "AccountAssignmentDeletionRequestId",
    "AccountAssignmentDeletionStatus",
  ),
  DescribePermissionSetProvisioningStatus: describing(
    "provisioning",
    "ProvisionPermissionSetRequestId",
    "PermissionSetProvisioningStatus",
  ),
  ListAccountAssignmentCreationStatus: listingOf("creation", "AccountAssignmentsCreationStatus"),
  ListAccountAssignmentDeletionStatus: listingOf("deletion", "AccountAssignmentsDeletionStatus"),
  ListPermissionSetProvisioningStatus: listingOf("provisioning", "PermissionSetsProvisioningStatus"),
});

/**
 * Keeps a request that was worked off, and tells the developer when it failed: the caller only learns it by asking.
 *
 * @param failure why it could not be done
 */
export function recordRequest(
  context: OperationContext,
  {
    kind,
    set,
    accountId,
    principal,
    failure,
  }: Pick<AccountAccessRequest, "kind" | "accountId" | "principal"> & {
    set: PermissionSet;
    failure: string | undefined;
  },
): AccountAccessRequest {
  const request: AccountAccessRequest = {
    requestId: context.ids.uuid(),
    kind,
    instanceArn: set.instanceArn,
    permissionSetArn: set.permissionSetArn,
    accountId,
    principal,
    status: failure === undefined ? "SUCCEEDED" : "FAILED",
    failureReason: failure ?? null,
    createdAtMs: context.clock().getTime(),
  };
  context.world.accountAccessRequests.set(request.requestId, request);
  if (failure !== undefined) {
    const fix = "Mend what the reason names and ask again; callers see it in the status of the request.";
    context.warned({ rule: "accountAccess.request", why: failure, fix });
  }
  return request;
}

/** A request as its status is told. */
export function wireRequest(request: Shown) {
  const { kind, accountId, principal } = request;
  return {
    Status: request.status,
    RequestId: request.requestId,
    ...(request.status === "FAILED" && { FailureReason: request.failureReason }),
    PermissionSetArn: request.permissionSetArn,
    ...(kind === "provisioning"
      ? { AccountId: accountId }
      : { TargetId: accountId, TargetType: "AWS_ACCOUNT" }),
    ...(principal && { PrincipalType: principal.principalType, PrincipalId: principal.principalId }),
    CreatedDate: new Date(request.createdAtMs),
  };
}

function describing(kind: Kind, member: string, as: string): OperationEntry {
  return {
    authorize: (input: DescribeInput) => input.InstanceArn,
    run(input: DescribeInput, context) {
      const { instanceArn } = getInstanceWithPermissionSets(context, input.InstanceArn);
      const id = String(input[member]);
      const found = context.world.accountAccessRequests.get(id);
      if (found?.kind === kind && found.instanceArn === instanceArn) return { [as]: wireRequest(found) };
      throw refuse("ResourceNotFoundException", `Request ${id} was not found.`, {
        rule: "accountAccess.requestExists",
        why: `There is no request ${id} of this kind; a request is forgotten a day after it was made.`,
        fix: "Use the RequestId of the answer to the request.",
      });
    },
  };
}

function listingOf(kind: Kind, as: string): OperationEntry {
  return {
    authorize: (input: ListInput) => input.InstanceArn,
    run(input: ListInput, context) {
      const { instanceArn } = getInstanceWithPermissionSets(context, input.InstanceArn);
      const status = input.Filter?.Status;
      const found = [...context.world.accountAccessRequests.values()].filter(
        (request) =>
          request.kind === kind &&
          request.instanceArn === instanceArn &&
          (status ?? request.status) === request.status,
      );
      return list(context, input, found, {
        as,
        show: ({ status, requestId, createdAtMs }) => ({
          Status: status,
          RequestId: requestId,
          CreatedDate: new Date(createdAtMs),
        }),
        filter: [instanceArn, status],
      });
    },
  };
}
