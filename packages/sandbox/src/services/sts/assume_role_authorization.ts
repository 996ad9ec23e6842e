// May this caller assume this role with these tags and this context? Asks the role's trust policy and the caller's own
// policies for sts:AssumeRole, sts:TagSession, sts:SetContext and sts:SetSourceIdentity, each on its own.
import {
  decideIdentityPolicy,
  notAuthorized,
  principalName,
  requestContext,
} from "../../operation/authorization.ts";
import { identityContextKeys, policyCallerOf } from "../../operation/caller.ts";
import type { OperationContext } from "../../operation/operation.ts";
import { fixOf } from "../../operation/policy_fix.ts";
import { evaluatePolicies, type RequestContext } from "../../policy/policy.ts";
import type { IamRole, IdentityContext } from "../../state/index.ts";
import type { AssumeRoleInput } from "./assume_role_input.ts";

/** A role that may be assumed, with what the request would put on the session. */
export type AssumeRoleRequest = {
  input: AssumeRoleInput;
  role: IamRole;
  /** The request sets tags of its own (inherited ones need no permission). */
  identity: IdentityContext | null;
};

/**
 * @throws AwsError AccessDenied naming the first action that is not allowed
 */
export function assertMayAssumeRole(request: AssumeRoleRequest, context: OperationContext): void {
  const { input, role } = request;
  const keys = requestContext(context, requestKeys(request));
  const actions = [
    "sts:AssumeRole",
    ...((input.Tags ?? []).length > 0 ? ["sts:TagSession"] : []),
    ...((input.ProvidedContexts ?? []).length > 0 ? ["sts:SetContext"] : []),
    ...(input.SourceIdentity === undefined ? [] : ["sts:SetSourceIdentity"]),
  ];
  for (const action of actions) {
    const trusted = assertTrusted(action, role, keys, context);
    assertCallerAllowed(action, role, keys, trusted.namesCaller, context);
  }
}

function assertTrusted(action: string, role: IamRole, keys: RequestContext, context: OperationContext) {
  const policies = [{ name: `trust policy of ${role.roleName}`, document: role.trustPolicy }];
  const caller = policyCallerOf(context.caller);
  const question = { action, context: keys };
  const decision = evaluatePolicies(policies, { ...question, principal: caller });
  const rule = `trustPolicy.${action}`;
  if (decision.outcome !== "allow") {
    const fix = `Let the trust policy of ${role.arn} allow ${action} to ${principalName(context.caller)}.`;
    throw notAuthorized(context, action, role.arn, { rule, why: decision.why, fix: fixOf(decision, fix) });
  }
  context.passed(rule, decision.why);
  // Without the account root among the caller's names: does the policy still allow, i.e. name the caller itself?
  const direct = evaluatePolicies(policies, { ...question, principal: { ...caller, accountId: "" } });
  return { namesCaller: direct.outcome === "allow" && role.accountId === context.accountId };
}

function assertCallerAllowed(
  action: string,
  role: IamRole,
  keys: RequestContext,
  trustNamesCaller: boolean,
  context: OperationContext,
): void {
  if (trustNamesCaller && context.rules.get("sts.callerPolicy") === "unlessTrustNamesCaller") return;
  const decision = decideIdentityPolicy(context, { action, resource: role.arn, context: keys });
  const { fix } = decision;
  const rule = `callerPolicy.${action}`;
  if (decision.outcome !== "allow") {
    if (trustNamesCaller) {
      const why = `the trust policy names the caller, and ${decision.why}`;
      throw notAuthorized(context, action, role.arn, { rule: "sts.callerPolicy", why, fix });
    }
    throw notAuthorized(context, action, role.arn, { rule, why: decision.why, fix });
  }
  context.passed(rule, decision.why);
}

/** Condition keys of the request itself (service authorization reference, AWS STS). */
function requestKeys({ input, identity }: AssumeRoleRequest): [string, readonly string[]][] {
  const tags = input.Tags ?? [];
  const contexts = input.ProvidedContexts ?? [];
  const keys: [string, readonly string[]][] = [["sts:RoleSessionName", [input.RoleSessionName]]];
  for (const tag of tags) keys.push([`aws:RequestTag/${tag.Key}`, [tag.Value]]);
  if (tags.length > 0) keys.push(["aws:TagKeys", tags.map((tag) => tag.Key)]);
  if (input.TransitiveTagKeys?.length) keys.push(["sts:TransitiveTagKeys", input.TransitiveTagKeys]);
  if (input.ExternalId !== undefined) keys.push(["sts:ExternalId", [input.ExternalId]]);
  if (input.SourceIdentity !== undefined) keys.push(["sts:SourceIdentity", [input.SourceIdentity]]);
  if (contexts.length > 0) {
    keys.push(["sts:RequestContextProviders", contexts.map((each) => each.ProviderArn ?? "")]);
  }
  if (identity !== null) {
    for (const [key, value] of identityContextKeys(identity))
      keys.push([`sts:RequestContext/${key}`, [value]]);
  }
  return keys;
}
