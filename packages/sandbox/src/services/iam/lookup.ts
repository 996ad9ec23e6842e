// Roles and users by name, and IAM's paging, which counts in MaxItems and Marker.

import { listing } from "../../operation/list_page.ts";
import type { OperationContext } from "../../operation/operation.ts";
import type { IamRole, IamUser } from "../../state/iam_entities.ts";
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

/** Input of every operation on one user. */
export type UserInput = { UserName: string };

/** Every user of the caller's account. */
export function usersOf({ world, accountId }: OperationContext): IamUser[] {
  return [...world.iamUsers.values()].filter((user) => user.accountId === accountId);
}

/** The caller's user of a name, which is compared without case. */
export function findUser(context: OperationContext, userName: string): IamUser | undefined {
  return usersOf(context).find((user) => user.userName.toLowerCase() === userName.toLowerCase());
}

/** @throws AwsError NoSuchEntity */
export function getUser(context: OperationContext, { UserName: userName }: UserInput): IamUser {
  const user = findUser(context, userName);
  if (user) return user;
  throw refuse("NoSuchEntity", `The user with name ${userName} cannot be found.`, {
    rule: "user.exists",
    why: `Account ${context.accountId} has no user ${userName}.`,
    fix: "Use the name ListUsers gives.",
  });
}

/**
 * The user meant by an operation that may leave the name out: then it is the one who signed.
 *
 * @throws AwsError ValidationError when no user signed, NoSuchEntity
 */
export function getUserOrCaller(context: OperationContext, { UserName: name }: Partial<UserInput>): IamUser {
  if (name !== undefined) return getUser(context, { UserName: name });
  if (context.caller.user !== null) return context.caller.user;
  throw refuse("ValidationError", "Must specify userName when calling with non-User credentials", {
    rule: "user.named",
    why: `UserName is left out, and ${context.caller.arn} is no user.`,
    fix: "Give UserName, or sign as a user.",
  });
}

/** What policies name: the user's ARN, path included once the user exists; without a name the caller's. */
export function userResource({ UserName: userName }: Partial<UserInput>, context: OperationContext): string {
  if (userName === undefined) return context.caller.user?.arn ?? `arn:aws:iam::${context.accountId}:user/`;
  return findUser(context, userName)?.arn ?? `arn:aws:iam::${context.accountId}:user/${userName}`;
}

/** Lists in IAM's words. */
export const list = listing({
  size: "MaxItems",
  token: "Marker",
  next: "Marker",
  truncated: "IsTruncated",
  told: "marker",
});
