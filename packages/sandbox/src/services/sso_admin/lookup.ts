// From ARNs to instances, applications and trusted token issuers, as far as the caller's account and region reach.

import type { AwsError } from "../../ground/errors.ts";
import { iamActionOf, notAuthorized } from "../../operation/authorization.ts";
import { listing } from "../../operation/list_page.ts";
import type { OperationContext } from "../../operation/operation.ts";
import type {
  IdentityCenterApplication,
  IdentityCenterInstance,
  TrustedTokenIssuer,
} from "../../state/identity_center_entities.ts";
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
