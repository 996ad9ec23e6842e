// From ARNs to instances, applications, trusted token issuers and permission sets, as far as the caller's account and region reach.

import type { AwsError } from "../../ground/errors.ts";
import { assertIdentityPolicy, iamActionOf, notAuthorized } from "../../operation/authorization.ts";
import { listing } from "../../operation/list_page.ts";
import type { OperationContext } from "../../operation/operation.ts";
import type {
  IdentityCenterApplication,
  IdentityCenterInstance,
  TrustedTokenIssuer,
} from "../../state/identity_center_entities.ts";
import type { PermissionSet } from "../../state/permission_set_entities.ts";
import { refuse } from "./refuse.ts";

/**
 * The instance of an ARN.
 *
 * @throws AwsError ResourceNotFoundException when there is none in the request's region; AccessDeniedException when
 *   it belongs to another account
 */
export function getInstance(context: OperationContext, instanceArn: string): IdentityCenterInstance {
  const instance = context.world.instances.get(instanceArn);
  if (!instance) throw missing(context, "Instance", instanceArn);
  assertOwnAccount(context, instanceArn, instance.ownerAccountId);
  assertRegion(context, "Instance", instanceArn, instance.region);
  return instance;
}

/** The application of an ARN. @throws as {@link getInstance} */
export function getApplication(context: OperationContext, applicationArn: string): IdentityCenterApplication {
  assertOwnAccount(context, applicationArn, accountOf(applicationArn));
  const application = context.world.applications.get(applicationArn);
  if (!application) throw missing(context, "Application", applicationArn);
  assertRegion(context, "Application", applicationArn, regionOf(context, application.instanceArn));
  return application;
}

/** The trusted token issuer of an ARN. @throws as {@link getInstance} */
export function getTrustedTokenIssuer(context: OperationContext, issuerArn: string): TrustedTokenIssuer {
  assertOwnAccount(context, issuerArn, accountOf(issuerArn));
  const issuer = context.world.trustedTokenIssuers.get(issuerArn);
  if (!issuer) throw missing(context, "Trusted token issuer", issuerArn);
  assertRegion(context, "Trusted token issuer", issuerArn, regionOf(context, issuer.instanceArn));
  return issuer;
}

/**
 * The instance of an ARN, when it has permission sets: an organization's has, an account's after it was switched on.
 *
 * @throws as {@link getInstance}, and ValidationException when permission sets are off
 */
export function getInstanceWithPermissionSets(
  context: OperationContext,
  instanceArn: string,
): IdentityCenterInstance {
  const instance = getInstance(context, instanceArn);
  if (!instance.isAccountInstance || instance.permissionSetsEnabled) return instance;
  throw refuse("ValidationException", "Permission sets are not enabled for this instance.", {
    rule: "instance.permissionSets",
    why: `${instanceArn} is an account instance, and its permission sets were never enabled.`,
    fix: "Enable them: UpdateInstance with PermissionSetsEnabled true.",
  });
}

/** How a request names a permission set. */
export type PermissionSetInput = { InstanceArn: string; PermissionSetArn: string };

/**
 * The permission set a request names. The caller's policies are asked for it too: AWS lists it beside the instance as a
 * resource that every such action requires (service authorization reference, IAM Identity Center).
 *
 * @throws as {@link getInstanceWithPermissionSets}, and ResourceNotFoundException when the instance has no such set
 */
export function getPermissionSet(context: OperationContext, input: PermissionSetInput): PermissionSet {
  const { instanceArn } = getInstanceWithPermissionSets(context, input.InstanceArn);
  assertIdentityPolicy(context, iamActionOf(context.service, context.operation), input.PermissionSetArn);
  const found = context.world.permissionSets.get(input.PermissionSetArn);
  if (found?.instanceArn === instanceArn) return found;
  throw missing(context, "Permission set", input.PermissionSetArn);
}

/** The permission set of an ARN alone, as tags name it. @throws as {@link getInstance} */
export function getTaggedPermissionSet(context: OperationContext, permissionSetArn: string): PermissionSet {
  const found = context.world.permissionSets.get(permissionSetArn);
  if (!found) throw missing(context, "Permission set", permissionSetArn);
  getInstance(context, found.instanceArn);
  return found;
}

/** Lists in Identity Center's words. */
export const list = listing({
  size: "MaxResults",
  token: "NextToken",
  next: "NextToken",
  told: "nextToken",
});

/** `arn:aws:identitystore::<account>:identitystore/<id>` */
export function identityStoreArn(instance: IdentityCenterInstance): string {
  return `arn:aws:identitystore::${instance.ownerAccountId}:identitystore/${instance.identityStoreId}`;
}

/** The id in an instance ARN, which application and issuer ARNs repeat: `ssoins-…`. */
export function instanceIdOf(instanceArn: string): string {
  return instanceArn.slice(instanceArn.lastIndexOf("/") + 1);
}

/** The account in an ARN; empty where it has none. */
export function accountOf(arn: string): string {
  return arn.split(":")[4] ?? "";
}

/** Instances, applications and issuers of other accounts are out of reach: none has a resource policy. */
function assertOwnAccount(context: OperationContext, arn: string, accountId: string): void {
  if (accountId === context.accountId) return;
  throw notAuthorized(context, iamActionOf(context.service, context.operation), arn, {
    rule: "resource.account",
    why: `${arn} belongs to account ${accountId}, the caller to ${context.accountId}.`,
    fix: `Sign with credentials of account ${accountId}.`,
  });
}

function assertRegion(
  context: OperationContext,
  kind: string,
  arn: string,
  region: string | undefined,
): void {
  if (region !== context.region) throw missing(context, kind, arn, region);
}

function regionOf(context: OperationContext, instanceArn: string): string | undefined {
  return context.world.instances.get(instanceArn)?.region;
}

function missing(context: OperationContext, kind: string, arn: string, region?: string): AwsError {
  return refuse("ResourceNotFoundException", `${kind} ${arn} was not found.`, {
    rule: region === undefined ? "resource.exists" : "resource.region",
    why:
      region === undefined
        ? `There is no ${kind.toLowerCase()} ${arn}.`
        : `${arn} lives in ${region}, the request was signed for ${context.region}.`,
    fix: region === undefined ? "Use the ARN a list operation gives." : `Use the region ${region}.`,
  });
}
