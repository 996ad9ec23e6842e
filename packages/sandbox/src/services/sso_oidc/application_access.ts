// May this caller use this application with this grant, and is this user assigned to it, for these scopes?
// IAM Identity Center user guide, "customer managed applications" (contract 1.3, 1.4, 10).
import { principalName, requestContext } from "../../operation/authorization.ts";
import { policyCallerOf } from "../../operation/caller.ts";
import type { OperationContext } from "../../operation/operation.ts";
import { fixOf } from "../../operation/policy_fix.ts";
import { evaluatePolicies } from "../../policy/policy.ts";
import type {
  ApplicationGrants,
  IdentityCenterApplication,
  IdentityCenterInstance,
  IdentityStoreUser,
} from "../../state/index.ts";
import { type OAuthErrorName, refuse } from "./oauth_error.ts";

const EXTERNAL_ID_TAG = "qbusiness-dataaccessor:ExternalId";
/** Scopes every application has (contract 1.4). */
export const IMPLICIT_SCOPES = ["sts:identity_context", "openid", "aws"];

/** An application with the instance it belongs to. */
export type Client = { application: IdentityCenterApplication; instance: IdentityCenterInstance };

/** @throws AwsError InvalidClientException: unknown application or wrong region (boto3 #4093); the latter by rule */
export function getClient(clientId: string, context: OperationContext): Client {
  const application = context.world.applications.get(clientId);
  const instance = application && context.world.instances.get(application.instanceArn);
  const fail = (rule: string, why: string, fix: string) =>
    refuse("InvalidClientException", { rule, why, fix });
  if (application === undefined || instance === undefined) {
    const shape = /:application\//.test(clientId) ? "" : " (it is not an application ARN)";
    throw fail(
      "client.known",
      `there is no Identity Center application ${clientId}${shape}`,
      "clientId is the data accessor's idcApplicationArn, arn:aws:sso::…:application/ssoins-…/apl-….",
    );
  }
  context.passed("client.known", `${application.name} is ${clientId}`);
  if (instance.region !== context.region) {
    const name = context.rules.get("exchange.wrongRegionError") as OAuthErrorName;
    const { region } = instance;
    throw refuse(name, {
      rule: "exchange.wrongRegionError",
      why: `the request was signed for ${context.region}, but the application's Identity Center instance lives in ${region}`,
      fix: `Call CreateTokenWithIAM in the Identity Center region, ${region}.`,
      ...(name === "InvalidRequestRegionException"
        ? { members: { endpoint: `https://oidc.${region}.amazonaws.com`, region } }
        : {}),
    });
  }
  context.passed("client.region", `the instance lives in ${instance.region}`);
  if (application.status === "DISABLED") {
    throw refuse(context.rules.get("exchange.disabledApplicationError") as OAuthErrorName, {
      rule: "exchange.disabledApplicationError",
      why: "the application is disabled",
      fix: "Enable it with sso-admin UpdateApplication.",
    });
  }
  return { application, instance };
}

/** @throws AwsError when the application lacks the grant; its name is a rule */
export function assertGrant(
  application: IdentityCenterApplication,
  grant: keyof ApplicationGrants,
  context: OperationContext,
): void {
  if (application.grants[grant] !== undefined) {
    context.passed("client.grant", `the application has the grant ${grant}`);
    return;
  }
  throw refuse(context.rules.get("exchange.missingGrantError") as OAuthErrorName, {
    rule: "exchange.missingGrantError",
    why: `the application has no grant ${grant} (it has ${Object.keys(application.grants).join(", ") || "none"})`,
    fix: "Configure it with sso-admin PutApplicationGrant.",
  });
}

/** @throws AwsError AccessDeniedException when the actor policy does not name the caller */
export function assertActor(application: IdentityCenterApplication, context: OperationContext): void {
  const name = "client.actorPolicy";
  const who = principalName(context.caller);
  const decision =
    application.actorPolicy === null
      ? {
          outcome: "implicitDeny" as const,
          decidedBy: null,
          why: "the application has no authentication method IAM",
        }
      : evaluatePolicies([{ name: "actor policy", document: application.actorPolicy }], {
          action: "sso-oauth:CreateTokenWithIAM",
          resource: application.applicationArn,
          principal: policyCallerOf(context.caller),
          context: requestContext(context),
        });
  if (decision.outcome === "allow") {
    context.passed(name, decision.why);
    return;
  }
  throw refuse("AccessDeniedException", {
    rule: name,
    why: decision.why,
    fix: fixOf(
      decision,
      `Sign with the registered role, or let the actor policy (sso-admin PutApplicationAuthenticationMethod, IAM) name ${who}.`,
    ),
  });
}

/** The ExternalId tag at step 2: a warning unless the rule says otherwise, because AWS's answer is unknown. */
export function checkExternalIdTag(application: IdentityCenterApplication, context: OperationContext): void {
  if (application.dataAccessorId === null) return;
  const accessor = context.world.dataAccessors.get(application.dataAccessorId);
  const expected = accessor?.authenticationDetail?.externalIds[0];
  if (expected === undefined) return;
  const found = context.caller.principalTags.find(
    (tag) => tag.key.toLowerCase() === EXTERNAL_ID_TAG.toLowerCase(),
  )?.value;
  const name = "exchange.missingTag";
  if (found === expected) {
    context.passed(name, `the session tag ${EXTERNAL_ID_TAG} is "${expected}"`);
    return;
  }
  const why =
    found === undefined
      ? `the session that signed has no tag ${EXTERNAL_ID_TAG}`
      : `the session tag ${EXTERNAL_ID_TAG} is "${found}", the data accessor's external id is "${expected}"`;
  const fix = `Assume the role with Tags=[{Key:"${EXTERNAL_ID_TAG}",Value:"${expected}"}] before the exchange.`;
  if (context.rules.get("exchange.missingTag") === "reject") {
    throw refuse("AccessDeniedException", { rule: name, why, fix });
  }
  context.warned({ rule: name, why: `${why} (only a warning)`, fix });
}

/** @throws AwsError AccessDeniedException when assignments are required and the user has none */
export function assertAssigned(
  application: IdentityCenterApplication,
  user: IdentityStoreUser,
  context: OperationContext,
): void {
  const name = "user.assignment";
  if (!application.assignmentRequired) {
    context.passed(name, "the application requires no assignment");
    return;
  }
  const groupIds = groupIdsOf(user, context);
  const assignment = application.assignments.find(({ principalType, principalId }) =>
    principalType === "USER" ? principalId === user.userId : groupIds.includes(principalId),
  );
  if (assignment === undefined) {
    throw refuse("AccessDeniedException", {
      rule: name,
      why: `the application requires assignments, and ${user.userName} has none, directly or by a group`,
      fix: "Assign the user or a group (sso-admin CreateApplicationAssignment), or PutApplicationAssignmentConfiguration --no-assignment-required.",
    });
  }
  context.passed(name, `assigned as ${assignment.principalType} ${assignment.principalId}`);
}

/**
 * @param asked scopes of the request; absent or empty: all the application has
 * @throws AwsError InvalidScopeException
 */
export function grantScopes(
  asked: readonly string[] | undefined,
  application: IdentityCenterApplication,
  context: OperationContext,
): string[] {
  const own = application.accessScopes.map((entry) => entry.scope);
  const all = [...IMPLICIT_SCOPES, ...own];
  const foreign = asked?.filter((scope) => !all.includes(scope)) ?? [];
  if (foreign.length > 0) {
    throw refuse("InvalidScopeException", {
      rule: "exchange.scope",
      why: `the application does not have the scope ${foreign.join(", ")} (it has ${all.join(", ")})`,
      fix: "Send no scope to get all, or add it with sso-admin PutApplicationAccessScope.",
    });
  }
  context.passed(
    "exchange.scope",
    asked?.length ? `asked for ${asked.join(", ")}` : "no scope asked: all of the application's",
  );
  return asked?.length ? [...new Set([...IMPLICIT_SCOPES, ...asked])] : all;
}

/** @returns ids of the groups the user belongs to */
export function groupIdsOf(user: IdentityStoreUser, context: Pick<OperationContext, "world">): string[] {
  return [...context.world.memberships.values()]
    .filter(
      (membership) =>
        membership.identityStoreId === user.identityStoreId && membership.userId === user.userId,
    )
    .map((membership) => membership.groupId);
}
