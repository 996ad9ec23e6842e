// From an account id to its S3 Access Grants instance in the request's region, for who may ask; and to what is registered there.
import { assertIdentityPolicy, notAuthorized, requestContext } from "../../operation/authorization.ts";
import { policyCallerOf } from "../../operation/caller.ts";
import { listing } from "../../operation/list_page.ts";
import type { OperationContext } from "../../operation/operation.ts";
import { fixOf } from "../../operation/policy_fix.ts";
import { evaluatePolicies } from "../../policy/policy.ts";
import type { AccessGrant, AccessGrantsInstance, AccessGrantsLocation } from "../../state/index.ts";
import { refuse } from "./refuse.ts";

/** What every input has. */
export type AccountInput = { AccountId: string };

/** @returns the ARN of the one instance an account may have in a region */
export function instanceArnOf(accountId: string, region: string): string {
  return `arn:aws:s3:${region}:${accountId}:access-grants/default`;
}

/**
 * Asserts that the caller may do an action at an account's Access Grants: by its own policies, and in another account by
 * the resource policy of that account's instance.
 *
 * @param resource ARN; default the instance
 */
export function assertMay(
  context: OperationContext,
  { AccountId }: AccountInput,
  action: string,
  resource: string = instanceArnOf(AccountId, context.region),
): void {
  assertIdentityPolicy(context, action, resource);
  if (AccountId === context.accountId) return;
  const instance = context.world.accessGrantsInstances.get(instanceArnOf(AccountId, context.region));
  const policy = instance?.resourcePolicy;
  const rule = "accessGrants.resourcePolicy";
  const fix = `Let PutAccessGrantsInstanceResourcePolicy of account ${AccountId} allow ${action} to the caller.`;
  if (!policy) {
    const why = `account ${AccountId} is not the caller's, and its Access Grants instance has no resource policy`;
    throw notAuthorized(context, action, resource, { rule, why, fix });
  }
  const decision = evaluatePolicies([{ name: "resource policy", document: policy.document }], {
    action,
    resource,
    principal: policyCallerOf(context.caller),
    context: requestContext(context),
  });
  if (decision.outcome !== "allow")
    throw notAuthorized(context, action, resource, {
      rule,
      why: decision.why,
      fix: fixOf(decision, fix),
    });
  context.passed(rule, decision.why);
}

/** Who has a resource policy may use an instance of another account, and not change it. */
export function assertOwn(context: OperationContext, { AccountId }: AccountInput): void {
  if (AccountId === context.accountId) return;
  throw refuse("AccessDenied", "Access Denied", {
    rule: "accessGrants.account",
    why: `the instance is of account ${AccountId}, the caller of ${context.accountId}`,
    fix: "Sign with credentials of the instance's account.",
  });
}

/**
 * Asserts that the caller may do an action, and is of the account: what only an instance's own account does, whatever its resource
 * policy says.
 */
export function assertOwnerMay(
  context: OperationContext,
  input: AccountInput,
  action: string,
  resource?: string,
): void {
  assertMay(context, input, action, resource);
  assertOwn(context, input);
}

/** The instance of an account in the request's region. @throws AwsError AccessGrantsInstanceNotExistsError */
export function getInstance(context: OperationContext, { AccountId }: AccountInput): AccessGrantsInstance {
  const arn = instanceArnOf(AccountId, context.region);
  const instance = context.world.accessGrantsInstances.get(arn);
  if (instance !== undefined) return instance;
  throw refuse("AccessGrantsInstanceNotExistsError", "Access Grants Instance does not exist", {
    rule: "accessGrants.instance",
    why: `account ${AccountId} has no Access Grants instance in ${context.region}`,
    fix: "CreateAccessGrantsInstance there, or sign for the region it is in.",
  });
}

/** A location of an instance. @throws AwsError NoSuchAccessGrantsLocationError */
export function getLocation(
  context: OperationContext,
  instance: AccessGrantsInstance,
  locationId: string,
): AccessGrantsLocation {
  const location = locationsOf(context, instance).find((each) => each.accessGrantsLocationId === locationId);
  if (location !== undefined) return location;
  throw refuse("NoSuchAccessGrantsLocationError", "The specified access grants location does not exist", {
    rule: "accessGrants.location",
    why: `${instance.accessGrantsInstanceArn} has no location ${locationId}`,
    fix: "CreateAccessGrantsLocation first, or correct the id.",
  });
}

/** A grant of an instance. @throws AwsError NoSuchAccessGrantError */
export function getGrant(
  context: OperationContext,
  instance: AccessGrantsInstance,
  grantId: string,
): AccessGrant {
  const grant = grantsOf(context, instance).find((each) => each.accessGrantId === grantId);
  if (grant !== undefined) return grant;
  throw refuse("NoSuchAccessGrantError", "The specified access grant does not exist", {
    rule: "accessGrants.grant",
    why: `${instance.accessGrantsInstanceArn} has no grant ${grantId}`,
    fix: "Correct the id; ListAccessGrants has them.",
  });
}

export function locationsOf(
  { world }: OperationContext,
  instance: AccessGrantsInstance,
): AccessGrantsLocation[] {
  return [...world.accessGrantsLocations.values()].filter(
    (each) => each.accessGrantsInstanceArn === instance.accessGrantsInstanceArn,
  );
}

export function grantsOf({ world }: OperationContext, instance: AccessGrantsInstance): AccessGrant[] {
  return [...world.accessGrants.values()].filter(
    (each) => each.accessGrantsInstanceArn === instance.accessGrantsInstanceArn,
  );
}

/** Lists as S3 Control spells them. */
export const listed = listing({
  size: "MaxResults",
  token: "NextToken",
  next: "NextToken",
  told: "nextToken",
});
