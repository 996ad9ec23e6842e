// May this session search this application? Identity-enhanced session, resource policy with its conditions, data
// accessor with its external id, licence, key. Contract sections 1.3, 8 and 10.

import type { AwsError } from "../../ground/errors.ts";
import { decideIdentityPolicy, principalName, requestContext } from "../../operation/authorization.ts";
import type { OperationContext } from "../../operation/operation.ts";
import { evaluatePolicies } from "../../policy/policy.ts";
import type { PolicyDocument } from "../../policy/policy_document.ts";
import {
  type IdentityContext,
  type IdentityStoreUser,
  type QApplication,
  type QDataAccessor,
  type QPermission,
  storeKey,
} from "../../state/index.ts";
import { refuse } from "./refuse.ts";
import { isSubscribed } from "./subscription_state.ts";

const ACTION = "qbusiness:SearchRelevantContent";
const EXTERNAL_ID_TAG = "qbusiness-dataaccessor:ExternalId";

/** What a permitted search may see. */
export type SearchPermission = {
  user: IdentityStoreUser;
  /** Null: a role of the application's own account, which needs no data accessor. */
  accessor: QDataAccessor | null;
};

/** @throws AwsError AccessDeniedException or LicenseNotFoundException naming the rule */
export function assertMaySearch(application: QApplication, context: OperationContext): SearchPermission {
  const identity = requireIdentity(application, context);
  const isForeign = context.accountId !== application.accountId;
  const accessor = isForeign ? requireAccessor(application, identity, context) : null;
  if (isForeign) assertResourcePolicy(application, context);
  if (accessor !== null) assertExternalId(accessor, context);
  const user = requireUser(identity, context);
  assertLicence(application, user, context);
  assertKey(application, context);
  return { user, accessor };
}

/** The user a session acts for, of the application's instance. @throws AwsError AccessDeniedException */
export function requireIdentity(application: QApplication, context: OperationContext): IdentityContext {
  const identity = context.caller.session?.identityContext;
  if (!identity) {
    throw deny(
      "search.identityContext",
      "the request was signed with plain credentials, which carry no identity of a user",
      "Assume the role again with ProvidedContexts (the identity context of CreateTokenWithIAM) and sign with that session.",
    );
  }
  const isOver = identity.expiresAtMs <= context.clock().getTime();
  if (isOver && context.rules.get("search.expiredContext") === "reject") {
    throw deny(
      "search.expiredContext",
      `the identity context in the session expired at ${new Date(identity.expiresAtMs).toISOString()}`,
      "Exchange a new ID token and assume the role again.",
    );
  }
  context.passed("search.identityContext", `the session acts for user ${identity.userId}`);
  if (application.identityCenterInstanceArn !== identity.instanceArn) {
    throw deny(
      "search.instance",
      `the user is of ${identity.instanceArn}, the application is bound to ${application.identityCenterInstanceArn ?? "no instance"}`,
      "Exchange at the Identity Center instance of that Q Business application.",
    );
  }
  return identity;
}

function requireAccessor(
  application: QApplication,
  identity: IdentityContext,
  context: OperationContext,
): QDataAccessor {
  const roleArn = context.caller.role?.arn ?? "";
  const ofRole = [...context.world.dataAccessors.values()].filter(
    (accessor) => accessor.applicationId === application.applicationId && accessor.principal === roleArn,
  );
  const accessor = ofRole.find((each) => each.idcApplicationArn === identity.applicationArn);
  const allowsSearch = accessor?.actionConfigurations.some((each) => each.action === ACTION);
  if (accessor !== undefined && allowsSearch) {
    context.passed("search.dataAccessor", `data accessor ${accessor.displayName} is for ${roleArn}`);
    return accessor;
  }
  throw deny(
    "search.dataAccessor",
    ofRole.length === 0
      ? `the application has no data accessor whose principal is ${roleArn}`
      : `the identity context was issued by ${identity.applicationArn}, not by a data accessor of ${roleArn} that allows ${ACTION}`,
    "CreateDataAccessor with the role's own ARN as principal, and exchange with its idcApplicationArn as clientId.",
  );
}

function assertResourcePolicy(application: QApplication, context: OperationContext): void {
  const permissions = [...context.world.permissions.values()].filter(
    (permission) => permission.applicationId === application.applicationId,
  );
  const decision = evaluatePolicies(
    [{ name: "resource policy", document: resourcePolicyOf(application, permissions) }],
    {
      action: ACTION,
      resource: application.applicationArn,
      principal: {
        accountId: context.accountId,
        arn: context.caller.arn,
        roleArn: context.caller.role?.arn ?? null,
      },
      context: requestContext(context),
    },
  );
  if (decision.outcome === "allow") {
    context.passed("search.resourcePolicy", decision.why);
    return;
  }
  throw deny("search.resourcePolicy", decision.why, resourcePolicyFix(decision.why, context));
}

/** A tag that is missing or another customer's is the likeliest cause, where a permission asks for one. */
function resourcePolicyFix(why: string, context: OperationContext): string {
  const permit = `AssociatePermission ${ACTION} to ${principalName(context.caller)}`;
  const [, tag, value] = /aws:PrincipalTag\/(\S+) = ([^;)]+); the request has /.exec(why) ?? [];
  if (tag === undefined) return `${permit}.`;
  return `Pass the session tag ${tag} with the value ${value} to AssumeRole (Tags), in the call with ProvidedContexts too. If the permission asks for the wrong value, correct it: ${permit}.`;
}

/** The application's resource policy as a policy document; what GetPolicy shows. */
export function resourcePolicyOf(
  application: QApplication,
  permissions: readonly QPermission[],
): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: permissions.map((permission) => ({
      Sid: permission.statementId,
      Effect: "Allow",
      Principal: { AWS: permission.principal },
      Action: permission.actions,
      Resource: application.applicationArn,
      ...(permission.conditions.length === 0 ? {} : { Condition: conditionsOf(permission) }),
    })),
  };
}

function conditionsOf(permission: QPermission): Record<string, Record<string, string[]>> {
  const conditions: Record<string, Record<string, string[]>> = {};
  for (const { conditionOperator, conditionKey, conditionValues } of permission.conditions) {
    conditions[conditionOperator] = { ...conditions[conditionOperator], [conditionKey]: conditionValues };
  }
  return conditions;
}

function assertExternalId(accessor: QDataAccessor, context: OperationContext): void {
  const expected = accessor.authenticationDetail?.externalIds ?? [];
  const name = "search.externalIdTag";
  if (expected.length === 0 || context.rules.get(name) === "resourcePolicyOnly") return;
  const found = context.caller.principalTags.find(
    (tag) => tag.key.toLowerCase() === EXTERNAL_ID_TAG.toLowerCase(),
  )?.value;
  if (found !== undefined && expected.includes(found)) {
    context.passed(name, `the session tag ${EXTERNAL_ID_TAG} is "${found}"`);
    return;
  }
  throw deny(
    name,
    `the session tag ${EXTERNAL_ID_TAG} is ${found === undefined ? "missing" : `"${found}"`}, the data accessor's external id is "${expected.join('", "')}"`,
    `Give Tags=[{Key:"${EXTERNAL_ID_TAG}",Value:"${expected[0]}"}] in the AssumeRole call that carries ProvidedContexts.`,
  );
}

/** The user, who may have left since. @throws AwsError AccessDeniedException */
export function requireUser(identity: IdentityContext, context: OperationContext): IdentityStoreUser {
  const user = context.world.users.get(storeKey(identity.identityStoreId, identity.userId));
  if (user !== undefined && user.status === "ENABLED") return user;
  throw deny(
    "search.user",
    `the user ${identity.userId} was deleted or disabled since`,
    "Exchange for a user that exists.",
  );
}

/** @throws AwsError AccessDeniedException without a subscription, LicenseNotFoundException with an inactive one */
export function assertLicence(
  application: QApplication,
  user: IdentityStoreUser,
  context: OperationContext,
): void {
  const isMissing =
    context.rules.get("search.subscription") === "required" && !isSubscribed(application, user, context);
  if (isMissing) {
    throw deny(
      "search.subscription",
      `${user.userName} has no Q Business subscription`,
      "Subscribe the user: CreateSubscription, or the seed's subscribedUsers.",
    );
  }
  if (!application.unlicensedUserIds.includes(user.userId)) return;
  const message = "You don't have permissions to perform the action because your license is inactive.";
  throw refuse("LicenseNotFoundException", message, {
    rule: "search.licence",
    why: `the Q Business subscription of ${user.userName} is inactive`,
    fix: "Subscribe the user again.",
  });
}

/** A customer's key asks for `kms:Decrypt`. @throws AwsError AccessDeniedException */
export function assertKey(application: QApplication, context: OperationContext): void {
  if (application.kmsKeyId === null) return;
  const decision = decideIdentityPolicy(context, { action: "kms:Decrypt", context: requestContext(context) });
  if (decision.outcome === "allow") {
    context.passed("search.kmsDecrypt", decision.why);
    return;
  }
  throw deny(
    "search.kmsDecrypt",
    `the application is encrypted with a customer managed key, and ${decision.why}`,
    `${decision.fix} The key policy must allow it, too.`,
  );
}

/** Q Business tells nothing but this (contract 6.5). */
export function deny(rule: string, why: string, fix: string): AwsError {
  return refuse("AccessDeniedException", "User is not authorized for this service call.", { rule, why, fix });
}
