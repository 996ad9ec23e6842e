// Which grants a caller has: a directory user's, its groups', and those of the IAM user or role that signed. For directory
// identities the grants of the session's role count too (S3 API reference, GetDataAccess, Grantee).
import type { OperationContext } from "../../operation/operation.ts";
import type { AccessGrant, AccessGrantsInstance } from "../../state/index.ts";
import { grantsOf } from "./lookup.ts";

/** Scope by which an application may act for users at S3 Access Grants. */
const ACCESS_GRANTS_SCOPE = "s3:access_grants:read_write";

/** Why a session's directory user counts for nothing here; undefined when it counts, or there is none. */
export function whyNoDirectoryUser(
  context: OperationContext,
  instance: AccessGrantsInstance,
): string | undefined {
  const identity = context.caller.session?.identityContext;
  if (!identity) return "the session carries no identity context, so that no directory user is known";
  if (instance.identityCenterArn === null)
    return "the Access Grants instance is not associated with Identity Center";
  if (identity.instanceArn !== instance.identityCenterArn)
    return `the user is of ${identity.instanceArn}, the Access Grants instance is associated with ${instance.identityCenterArn}`;
  if (identity.expiresAtMs <= context.clock().getTime()) return "the identity context is over";
  if (context.rules.get("accessGrants.scope") === "ignore") return undefined;
  const scopes = context.world.applications.get(identity.applicationArn)?.accessScopes ?? [];
  const found = scopes.find(({ scope }) => scope === ACCESS_GRANTS_SCOPE);
  if (found === undefined)
    return `the application ${identity.applicationArn} lacks the scope ${ACCESS_GRANTS_SCOPE} (switch accessGrants.scope)`;
  const { authorizedTargets } = found;
  const isTarget =
    authorizedTargets.length === 0 || authorizedTargets.includes(instance.identityCenterApplicationArn ?? "");
  return isTarget
    ? undefined
    : `the scope ${ACCESS_GRANTS_SCOPE} of ${identity.applicationArn} has other targets than ${instance.identityCenterApplicationArn}`;
}

/** @returns the grants whose grantee the caller is, and whose application it comes through */
export function grantsOfCaller(context: OperationContext, instance: AccessGrantsInstance): AccessGrant[] {
  const { caller, world } = context;
  const isUser = whyNoDirectoryUser(context, instance) === undefined;
  const identity = isUser ? caller.session?.identityContext : undefined;
  const groups = new Set(
    [...world.memberships.values()]
      .filter(
        ({ userId, identityStoreId }) =>
          userId === identity?.userId && identityStoreId === identity.identityStoreId,
      )
      .map(({ groupId }) => groupId),
  );
  const iam = caller.role?.arn ?? caller.user?.arn;
  return grantsOf(context, instance).filter(({ granteeType, granteeIdentifier, grantApplicationArn }) => {
    if (grantApplicationArn !== null && grantApplicationArn !== identity?.applicationArn) return false;
    if (granteeType === "IAM") return granteeIdentifier === iam;
    return granteeType === "DIRECTORY_USER"
      ? granteeIdentifier === identity?.userId
      : groups.has(granteeIdentifier);
  });
}
