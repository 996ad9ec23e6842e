// sts AssumeRoleWithWebIdentity: a token of an OpenID Connect provider opens a session of a role that trusts it. The
// request carries no signature. STS API reference, AssumeRoleWithWebIdentity.
import type { IssuerKeys } from "../../issuer/issuer_keys.ts";
import { requestContext } from "../../operation/authorization.ts";
import { anonymousCaller } from "../../operation/caller.ts";
import { family, type Operation, type OperationContext } from "../../operation/operation.ts";
import { fixOf } from "../../operation/policy_fix.ts";
import { evaluatePolicies, type RequestContext } from "../../policy/policy.ts";
import type { IamRole } from "../../state/index.ts";
import { sessionTagsOf } from "./assume_role_input.ts";
import { refuse } from "./refuse.ts";
import { openRoleSession, sessionDuration } from "./role_session.ts";
import { type SessionPolicyInput, sessionPolicies } from "./session_policies.ts";
import { claimedSourceIdentity, claimedTags, tagKeys, webIdentityOf } from "./web_identity_claims.ts";
import { judgeWebIdentityToken } from "./web_identity_token.ts";

type Input = SessionPolicyInput & {
  RoleArn: string;
  RoleSessionName: string;
  WebIdentityToken: string;
  ProviderId?: string;
  DurationSeconds?: number;
};

const ACTION = "sts:AssumeRoleWithWebIdentity";

/** @param issuerKeys discovery and keys of the providers */
export function webIdentityOperations({ issuerKeys }: { issuerKeys: IssuerKeys }): readonly Operation[] {
  return family("sts", {
    AssumeRoleWithWebIdentity: {
      authorize: "operation",
      unsigned: true,
      run: (input: Input, context) => assume(input, issuerKeys, { ...context, caller: anonymousCaller }),
    },
  });
}

async function assume(input: Input, issuerKeys: IssuerKeys, context: OperationContext) {
  assertOpenIdConnect(input);
  const accountId = /^arn:aws:iam::(\d{12}):role\//.exec(input.RoleArn)?.[1] ?? "";
  const token = await judgeWebIdentityToken(input.WebIdentityToken, accountId, issuerKeys, context);
  const role = findRole(input.RoleArn, context);
  const claimed = claimedTags(token);
  const { tags, transitiveTagKeys } = sessionTagsOf({ ...input, ...claimed }, null);
  const sourceIdentity = claimedSourceIdentity(token);
  const webIdentity = webIdentityOf(token);
  const keys = requestContext(context, [
    ...Object.entries(webIdentity.keys),
    ["sts:RoleSessionName", [input.RoleSessionName]],
    ...tagKeys(tags, transitiveTagKeys),
    ...(sourceIdentity === null ? [] : [["sts:SourceIdentity", [sourceIdentity]] as [string, string[]]]),
  ]);
  const actions = [
    ACTION,
    ...(tags.length > 0 ? ["sts:TagSession"] : []),
    ...(sourceIdentity === null ? [] : ["sts:SetSourceIdentity"]),
  ];
  for (const action of actions) assertTrusted(action, role, token.provider.arn, keys, context);
  const session = openRoleSession(
    role,
    {
      tags,
      transitiveTagKeys,
      sourceIdentity,
      webIdentity,
      roleSessionName: input.RoleSessionName,
      durationSeconds: sessionDuration(input.DurationSeconds, role, false, context),
      sessionPolicies: sessionPolicies(input, context),
      identityContext: null,
    },
    context,
  );
  return {
    ...session,
    SubjectFromWebIdentityToken: token.subject,
    Audience: token.audience,
    Provider:
      context.rules.get("webIdentity.provider") === "arn" ? token.provider.arn : token.provider.issuerUrl,
  };
}

function assertOpenIdConnect({ ProviderId: providerId }: Input): void {
  if (providerId === undefined) return;
  throw refuse("InvalidIdentityToken", "The web identity token that was passed could not be validated.", {
    rule: "webIdentity.providerId",
    why: `ProviderId is "${providerId}": it is for OAuth 2.0 access tokens of www.amazon.com and graph.facebook.com, which the sandbox cannot ask`,
    fix: "Leave ProviderId out and send an OpenID Connect ID token.",
  });
}

function findRole(roleArn: string, context: OperationContext): IamRole {
  const role = context.world.iamRoles.get(roleArn);
  if (role !== undefined) {
    context.passed("sts.role", `${roleArn} exists`);
    return role;
  }
  throw denied(ACTION, {
    rule: "sts.role",
    why: `there is no role ${roleArn}`,
    fix: "Check RoleArn (with path); create the role with iam CreateRole or in the seed.",
  });
}

function assertTrusted(
  action: string,
  role: IamRole,
  providerArn: string,
  keys: RequestContext,
  context: OperationContext,
): void {
  const policies = [{ name: `trust policy of ${role.roleName}`, document: role.trustPolicy }];
  const principal = { federated: providerArn };
  const decision = evaluatePolicies(policies, { action, context: keys, principal });
  const rule = `trustPolicy.${action}`;
  if (decision.outcome === "allow") {
    context.passed(rule, decision.why);
    return;
  }
  throw denied(action, {
    rule,
    why: decision.why,
    fix: fixOf(
      decision,
      `Let the trust policy of ${role.arn} allow ${action} to {"Federated": "${providerArn}"}, under conditions the token fulfils.`,
    ),
  });
}

/** Nobody has signed, so AWS names no user. */
function denied(action: string, told: { rule: string; why: string; fix: string }) {
  return refuse("AccessDenied", `Not authorized to perform ${action}`, told);
}
