// Whether the caller's own policies allow an action: identity policies, narrowed by session policies.
// The answer in AWS's shape per service; the why goes to the request's checks.

import type { AwsError } from "../ground/errors.ts";
import { getModel } from "../models/index.ts";
import {
  evaluatePolicies,
  type PolicyDecision,
  type PolicyQuestion,
  type RequestContext,
} from "../policy/policy.ts";
import { callerContext, identityPoliciesOf, sessionPoliciesOf } from "./caller.ts";
import type { Caller, OperationContext, ServiceName } from "./operation.ts";
import { fixOf, sessionPolicyFix } from "./policy_fix.ts";
import { refusing, type Told } from "./refuse.ts";

/** IAM action prefix of each service (service authorization reference). */
const ACTION_PREFIXES: Record<ServiceName, string> = {
  sts: "sts",
  "sso-oidc": "sso-oauth",
  "sso-admin": "sso",
  identitystore: "identitystore",
  qbusiness: "qbusiness",
  iam: "iam",
  kms: "kms",
  cloudtrail: "cloudtrail",
  s3: "s3",
  s3control: "s3",
  sso: "sso",
};

/** @returns e.g. `sso-oauth:CreateTokenWithIAM` */
export function iamActionOf(service: ServiceName, operation: string): string {
  return `${ACTION_PREFIXES[service]}:${operation}`;
}

/** @returns e.g. `sso-oauth.amazonaws.com`: what CloudTrail calls the service */
export function eventSourceOf(service: ServiceName): string {
  return `${ACTION_PREFIXES[service]}.amazonaws.com`;
}

/** @returns the condition keys of the present request, with `more` added */
export function requestContext(
  context: OperationContext,
  more: Iterable<[string, readonly string[]]> = [],
): RequestContext {
  const base = callerContext(context.caller, {
    region: context.region,
    now: context.clock(),
    sourceIp: context.sourceIp,
  });
  return new Map([...base, ...more]);
}

/** What of STS temporary credentials of a user may call (STS API reference, GetSessionToken). */
const STS_FOR_TEMPORARY_USERS = new Set(["AssumeRole", "GetCallerIdentity", "GetSessionToken"]);

/**
 * Temporary credentials of a user or root, issued without MFA, call no operation of IAM and few of STS.
 *
 * @throws AwsError InvalidClientTokenId
 */
export function assertReachable({ service, operation, caller }: OperationContext): void {
  const isClosed = service === "iam" || (service === "sts" && !STS_FOR_TEMPORARY_USERS.has(operation));
  if (caller.temporarySinceMs === undefined || !isClosed) return;
  const refuse = refusing(service, { InvalidClientTokenId: 403 });
  throw refuse("InvalidClientTokenId", "The security token included in the request is invalid", {
    rule: "caller.temporary",
    why: `credentials of GetSessionToken without MFA may not call ${service} ${operation}`,
    fix: "Sign with the user's long-term keys, or assume a role.",
  });
}

/** A decision of the caller's own policies; `fix`: what to change where it is a refusal, by the policy that refused. */
type OwnDecision = PolicyDecision & { fix: string };

/**
 * Asks the caller's identity policies and, when the session has any, each of its session policies. All that refuse are told:
 * who mended the first alone would be refused again.
 */
export function decideIdentityPolicy(
  context: Pick<OperationContext, "world" | "caller">,
  question: Omit<PolicyQuestion, "principal">,
): OwnDecision {
  const { world, caller } = context;
  const { action, resource } = question;
  const policies = identityPoliciesOf(world, caller);
  if (policies === null) {
    return { outcome: "allow", decidedBy: "root", why: "the account root needs no policy", fix: "" };
  }
  const where = resource === undefined ? "" : ` on ${resource}`;
  const own = evaluatePolicies(policies, question);
  const fix = fixOf(own, `Allow ${action}${where} in a policy of ${principalName(caller)}.`);
  const refused: OwnDecision[] = own.outcome === "allow" ? [] : [{ ...own, fix }];
  const { session } = caller;
  for (const policy of sessionPoliciesOf(session)) {
    const narrowed = evaluatePolicies([policy], question);
    if (narrowed.outcome === "allow" || session === null) continue;
    refused.push({ ...narrowed, fix: sessionPolicyFix(session, policy.name, narrowed, action, resource) });
  }
  const [first] = refused;
  if (first === undefined) return { ...own, fix: "" };
  return {
    ...first,
    why: refused.map((each) => each.why).join("; "),
    fix: refused.map((each) => each.fix).join(" "),
  };
}

/**
 * Records and enforces that the caller's policies allow an action.
 *
 * @throws AwsError AccessDenied in the service's shape
 */
export function assertIdentityPolicy(
  context: OperationContext,
  action: string,
  resource: string | undefined,
  more: Iterable<[string, readonly string[]]> = [],
): void {
  const decision = decideIdentityPolicy(context, {
    action,
    ...(resource === undefined ? {} : { resource }),
    context: requestContext(context, more),
  });
  const rule = "caller.identityPolicy";
  if (decision.outcome !== "allow") {
    throw notAuthorized(context, action, resource, { rule, why: decision.why, fix: decision.fix });
  }
  context.passed(rule, decision.why);
}

/** "User: … is not authorized to perform: …" in the shape of the service asked (contract 6.2, 6.3, 6.4). */
export function notAuthorized(
  context: OperationContext,
  action: string,
  resource: string | undefined,
  told: Told,
): AwsError {
  const { protocol } = getModel(context.service);
  const target = resource === undefined ? "" : ` on resource: ${resource}`;
  const refuse = refusing(context.service, {
    AccessDenied: 403,
    AccessDeniedException: protocol === "json" ? 400 : 403,
  });
  const isXml = protocol === "query" || protocol === "rest-xml";
  const code = isXml ? "AccessDenied" : "AccessDeniedException";
  const message = `User: ${context.caller.arn} is not authorized to perform: ${action}${target}`;
  return refuse(code, message, told);
}

/** @returns the role or user an administrator would edit */
export function principalName(caller: Caller): string {
  return caller.role?.arn ?? caller.user?.arn ?? caller.arn;
}
