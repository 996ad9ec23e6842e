// What IAM Identity Center knows of access to AWS accounts: permission sets, who is assigned where, what was provisioned
// into an account, and the requests whose status can be asked for.
import type { PolicyDocument } from "../policy/policy_document.ts";
import type { Tag } from "./iam_entities.ts";

/** A permission set: what becomes a role in each account it is provisioned to. */
export type PermissionSet = {
  /** `arn:aws:sso:::permissionSet/ssoins-…/ps-<16>`; the key in {@link World.permissionSets}. */
  permissionSetArn: string;
  instanceArn: string;
  name: string;
  description: string | null;
  /** ISO 8601 duration as it was given, between 1 and 12 hours. */
  sessionDuration: string;
  relayState: string | null;
  /** ARNs of AWS's own policies. */
  managedPolicyArns: string[];
  /** Policies that each account has under this path and name. */
  customerManagedPolicies: { name: string; path: string }[];
  inlinePolicy: PolicyDocument | null;
  /** Counts changes, so that an account that has an older version is known. */
  version: number;
  tags: Tag[];
  createdAtMs: number;
};

/** A user or group that may use a permission set in an account. */
export type AccountAssignment = {
  /** {@link accountAssignmentKey}; the key in {@link World.accountAssignments}. */
  key: string;
  instanceArn: string;
  permissionSetArn: string;
  accountId: string;
  principalType: "USER" | "GROUP";
  principalId: string;
};

/** A permission set as an account has it: the role that sessions of its users are of. */
export type ProvisionedPermissionSet = {
  /** `<permission set ARN>|<account>`; the key in {@link World.provisionedPermissionSets}. */
  key: string;
  permissionSetArn: string;
  accountId: string;
  /** The {@link PermissionSet.version} the role was made from. */
  version: number;
  /** `arn:aws:iam::<account>:role/aws-reserved/sso.amazonaws.com/…/AWSReservedSSO_<name>_<16 hex>` in the world's roles. */
  roleArn: string;
};

/** A request to assign, to take an assignment away, or to provision, as its status is told. */
export type AccountAccessRequest = {
  /** UUID; the key in {@link World.accountAccessRequests}. */
  requestId: string;
  kind: "creation" | "deletion" | "provisioning";
  instanceArn: string;
  permissionSetArn: string;
  /** Null: every account the permission set is provisioned to. */
  accountId: string | null;
  /** Null for a provisioning. */
  principal: Pick<AccountAssignment, "principalType" | "principalId"> | null;
  status: "SUCCEEDED" | "FAILED";
  failureReason: string | null;
  createdAtMs: number;
};

/** Key of an assignment. */
export function accountAssignmentKey({
  permissionSetArn,
  accountId,
  principalType,
  principalId,
}: Omit<AccountAssignment, "key" | "instanceArn">): string {
  return `${permissionSetArn}|${accountId}|${principalType}|${principalId}`;
}
