// GetDataAccess and ListCallerAccessGrants: what a caller may reach, and credentials for just that. S3 API reference.
import { requestContext } from "../../operation/authorization.ts";
import { assumedRoleArn } from "../../operation/caller.ts";
import { family, type OperationContext } from "../../operation/operation.ts";
import { fixOf } from "../../operation/policy_fix.ts";
import { evaluatePolicies } from "../../policy/policy.ts";
import type {
  AccessGrant,
  AccessGrantsInstance,
  AccessKey,
  DataAccess,
  IamRole,
  Session,
} from "../../state/index.ts";
import { grantsOfCaller, whyNoDirectoryUser } from "./caller_grants.ts";
import { type AccountInput, assertMay, getInstance, getLocation, instanceArnOf, listed } from "./lookup.ts";
import { refuse } from "./refuse.ts";
import { covers } from "./scope.ts";
import { scopePolicy } from "./scope_policy.ts";

const SERVICE = "access-grants.s3.amazonaws.com";
const IDENTITY_CENTER_PROVIDER = "arn:aws:iam::aws:contextProvider/IdentityCenter";
const DEFAULT_SECONDS = 3600;

type DataAccessInput = AccountInput & {
  Target: string;
  Permission: AccessGrant["permission"];
  DurationSeconds?: number;
  Privilege?: "Minimal" | "Default";
  TargetType?: "Object";
};
type ListInput = AccountInput & { GrantScope?: string; AllowedByApplication?: boolean };

export const dataAccessOperations = family("s3control", {
  ListCallerAccessGrants: {
    authorize: "operation",
    run(input: ListInput, context) {
      assertMay(context, input, "s3:ListCallerAccessGrants");
      const { GrantScope = "", AllowedByApplication } = input;
      const found = grantsOfCaller(context, getInstance(context, input)).filter(({ grantScope }) =>
        grantScope.startsWith(GrantScope.replace(/\*$/, "")),
      );
      return listed(context, input, found, {
        as: "CallerAccessGrantsList",
        show: ({ permission, grantScope, grantApplicationArn }) => ({
          Permission: permission,
          GrantScope: grantScope,
          ...(grantApplicationArn !== null && { ApplicationArn: grantApplicationArn }),
        }),
        filter: [input.AccountId, GrantScope, AllowedByApplication],
      });
    },
  },

  GetDataAccess: {
    authorize: "operation",
    run(input: DataAccessInput, context) {
      assertMay(context, input, "s3:GetDataAccess");
      const instance = getInstance(context, input);
      const grant = matchGrant(context, instance, input);
      const role = trustedRole(context, instance, grant);
      const isMinimal = input.Privilege === "Minimal";
      const isObject = grant.isObject || (isMinimal && input.TargetType === "Object");
      const scope = isMinimal ? input.Target : grant.grantScope;
      // No more than was asked for: a grant to read and write opens to read when that is asked.
      const document = scopePolicy(scope, input.Permission, isObject);
      const key = issue(context, role, input.DurationSeconds ?? DEFAULT_SECONDS, grant, {
        document,
        access: { target: scope, permission: input.Permission },
      });
      return {
        Credentials: key,
        MatchedGrantTarget: scope,
        Grantee: { GranteeType: grant.granteeType, GranteeIdentifier: grant.granteeIdentifier },
      };
    },
  },
});

/** The narrowest grant that covers target and permission. @throws AwsError AccessDenied in AWS's words */
function matchGrant(
  context: OperationContext,
  instance: AccessGrantsInstance,
  input: DataAccessInput,
): AccessGrant {
  const { Target: target, Permission: permission, TargetType: type } = input;
  const own = grantsOfCaller(context, instance);
  const [best] = own
    .filter((grant) => grant.permission === permission || grant.permission === "READWRITE")
    .filter(
      (grant) => covers(grant.grantScope, target, grant.isObject) && (!grant.isObject || type === "Object"),
    )
    .sort((a, b) => b.grantScope.length - a.grantScope.length);
  if (best !== undefined) {
    context.passed(
      "accessGrants.match",
      `${best.granteeType} ${best.granteeIdentifier} has ${best.permission} for ${best.grantScope}`,
    );
    return best;
  }
  const noUser = context.caller.session?.identityContext ? whyNoDirectoryUser(context, instance) : undefined;
  const scopes = own.map((grant) => `${grant.permission} ${grant.grantScope}`).join(", ");
  const what = scopes === "" ? "the caller has no grant" : `the caller's grants are: ${scopes}`;
  const message = `You do not have ${permission} permissions to the requested S3 Prefix: ${target}`;
  throw refuse("AccessDenied", message, {
    rule: "accessGrants.match",
    why: noUser === undefined ? what : `${what}; ${noUser}`,
    fix: "CreateAccessGrant for the user, one of its groups or the role, with a scope that covers the target.",
  });
}

/** The role must trust S3 Access Grants: to assume it, and to say for whom (S3 API reference, GetDataAccess). */
function trustedRole(context: OperationContext, instance: AccessGrantsInstance, grant: AccessGrant): IamRole {
  const { iamRoleArn } = getLocation(context, instance, grant.accessGrantsLocationId);
  const role = context.world.iamRoles.get(iamRoleArn);
  const says = grant.granteeType === "IAM" ? "sts:SetSourceIdentity" : "sts:SetContext";
  for (const action of ["sts:AssumeRole", says]) {
    const decision =
      role === undefined
        ? { outcome: "implicitDeny" as const, decidedBy: null, why: `there is no role ${iamRoleArn}` }
        : evaluatePolicies([{ name: `trust policy of ${role.roleName}`, document: role.trustPolicy }], {
            action,
            principal: { service: SERVICE },
            context: new Map([
              ...requestContext(context),
              ["aws:SourceAccount", [instance.accountId]],
              ["aws:SourceArn", [instanceArnOf(instance.accountId, instance.region)]],
              ["sts:RequestContextProviders", [IDENTITY_CENTER_PROVIDER]],
            ]),
          });
    if (decision.outcome === "allow") continue;
    const message = `User: ${SERVICE} is not authorized to perform: ${action} on resource: ${iamRoleArn}`;
    throw refuse("StsNotAuthorizedError", message, {
      rule: "accessGrants.roleTrust",
      why: decision.why,
      fix: fixOf(
        decision,
        `Let the trust policy of ${iamRoleArn} allow sts:AssumeRole, sts:SetSourceIdentity and sts:SetContext to the service ${SERVICE}.`,
      ),
    });
  }
  if (role === undefined) throw new Error("a role that is not there cannot be trusted");
  return role;
}

/** Credentials of the location's role, narrowed to the scope; the user's identity context goes with them. */
function issue(
  context: OperationContext,
  role: IamRole,
  seconds: number,
  grant: AccessGrant,
  { document, access }: { document: Session["sessionPolicies"][number]; access: DataAccess },
) {
  if (seconds > role.maxSessionDurationSeconds) {
    const message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    throw refuse("StsValidationError", message, {
      rule: "accessGrants.duration",
      why: `${seconds} s are asked, but the maximum session duration of ${role.arn} is ${role.maxSessionDurationSeconds} s`,
      fix: `Ask for at most ${role.maxSessionDurationSeconds} s.`,
    });
  }
  const now = context.clock().getTime();
  const isUser = grant.granteeType !== "IAM";
  const session: Session = {
    sessionToken: `FwoGZXIvYXdzE${context.ids.token(320)}`,
    roleArn: role.arn,
    roleSessionName: `access-grants-${context.ids.uuid()}`,
    issuedAtMs: now,
    expiresAtMs: now + seconds * 1000,
    tags: [],
    transitiveTagKeys: [],
    sessionPolicies: [document],
    dataAccess: access,
    sourceIdentity: isUser ? null : (context.caller.role?.roleName ?? context.caller.user?.userName ?? null),
    identityContext: isUser ? (context.caller.session?.identityContext ?? null) : null,
  };
  const key: AccessKey = {
    accessKeyId: context.ids.accessKeyId("ASIA"),
    secretAccessKey: context.ids.secretAccessKey(),
    accountId: role.accountId,
    holder: { type: "session", session },
  };
  context.world.accessKeys.set(key.accessKeyId, key);
  context.passed("accessGrants.credentials", `session ${assumedRoleArn(role, session.roleSessionName)}`);
  return {
    AccessKeyId: key.accessKeyId,
    SecretAccessKey: key.secretAccessKey,
    SessionToken: session.sessionToken,
    Expiration: new Date(session.expiresAtMs ?? now),
  };
}
