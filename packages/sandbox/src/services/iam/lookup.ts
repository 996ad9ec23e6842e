// Roles by name, and IAM's paging, which counts in MaxItems and Marker.

import { listing } from "../../operation/list_page.ts";
import type { OperationContext } from "../../operation/operation.ts";
import type { IamRole } from "../../state/iam_entities.ts";
import { refuse } from "./refuse.ts";

/** Input of every operation on one role. */
export type RoleInput = { RoleName: string };

/** Input of every list. */
export type ListInput = { Marker?: string; MaxItems?: number };

/** Every role of the caller's account. */
export function rolesOf({ world, accountId }: OperationContext): IamRole[] {
  return [...world.iamRoles.values()].filter((role) => role.accountId === accountId);
}

/** The caller's role of a name, which is compared without case. */
export function findRole(context: OperationContext, roleName: string): IamRole | undefined {
  return rolesOf(context).find((role) => role.roleName.toLowerCase() === roleName.toLowerCase());
}

/** @throws AwsError NoSuchEntity */
export function getRole(context: OperationContext, { RoleName: roleName }: RoleInput): IamRole {
  const role = findRole(context, roleName);
  if (role) return role;
  throw refuse("NoSuchEntity", `The role with name ${roleName} cannot be found.`, {
    rule: "role.exists",
    why: `Account ${context.accountId} has no role ${roleName}.`,
    fix: "Use the name ListRoles gives.",
  });
}

/** What policies name: the role's ARN, path included once the role exists. */
export function roleResource({ RoleName: roleName }: RoleInput, context: OperationContext): string {
  return findRole(context, roleName)?.arn ?? `arn:aws:iam::${context.accountId}:role/${roleName}`;
}

/** Lists in IAM's words. */
export const list = listing({
  size: "MaxItems",
  token: "Marker",
  next: "Marker",
  truncated: "IsTruncated",
  told: "marker",
});
