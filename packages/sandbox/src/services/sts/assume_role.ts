// sts AssumeRole: issues a session of a role, with session tags and, from an identity context, an identity.

import { notAuthorized } from "../../operation/authorization.ts";
import { assumedRoleArn } from "../../operation/caller.ts";
import { family, type OperationContext } from "../../operation/operation.ts";
import { PolicyGrammarError, parsePolicy } from "../../policy/parse_policy.ts";
import type { PolicyDocument } from "../../policy/policy_document.ts";
import type { AccessKey, IamRole, Session } from "../../state/index.ts";
import { assertMayAssumeRole } from "./assume_role_authorization.ts";
import { type AssumeRoleInput, sessionTagsOf } from "./assume_role_input.ts";
import { readProvidedContext } from "./provided_context.ts";
import { refuse, refuseInput } from "./refuse.ts";

const DEFAULT_DURATION_SECONDS = 3600;
/** A session that was itself assumed may assume for one hour at most (IAM user guide, "role chaining"). */
const CHAINED_DURATION_SECONDS = 3600;
/** Plain text of the session policies (STS API reference, AssumeRole: Policy). */
const SESSION_POLICY_CHARACTERS = 2048;

/** The operations of this family. */
export const assumeRoleOperations = family("sts", {
  AssumeRole: {
    authorize: "operation",
    run(input: AssumeRoleInput, context: OperationContext) {
      const role = findRole(input.RoleArn, context);
      const parent = context.caller.session;
      const identity = readProvidedContext(input, context);
      assertMayAssumeRole({ input, role, identity }, context);
      const { tags, transitiveTagKeys } = sessionTagsOf(input, parent);
      const durationSeconds = durationOf(input, role, parent !== null, context);
      const now = context.clock().getTime();
      const session: Session = {
        sessionToken: `FwoGZXIvYXdzE${context.ids.token(320)}`,
        roleArn: role.arn,
        roleSessionName: input.RoleSessionName,
        issuedAtMs: now,
        expiresAtMs: now + durationSeconds * 1000,
        tags,
        transitiveTagKeys,
        sessionPolicies: sessionPolicies(input, context),
        sourceIdentity: input.SourceIdentity ?? parent?.sourceIdentity ?? null,
        identityContext: identity,
      };
      const key: AccessKey = {
        accessKeyId: context.ids.accessKeyId("ASIA"),
        secretAccessKey: context.ids.secretAccessKey(),
        accountId: role.accountId,
        holder: { type: "session", session },
      };
      context.world.accessKeys.set(key.accessKeyId, key);
      return render(key, role, session);
    },
  },
});

function render(key: AccessKey, role: IamRole, session: Session) {
  return {
    AssumedRoleUser: {
      AssumedRoleId: `${role.roleId}:${session.roleSessionName}`,
      Arn: assumedRoleArn(role, session.roleSessionName),
    },
    Credentials: {
      AccessKeyId: key.accessKeyId,
      SecretAccessKey: key.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: new Date(session.expiresAtMs ?? 0),
    },
    ...(session.sourceIdentity === null ? {} : { SourceIdentity: session.sourceIdentity }),
  };
}

/** AWS does not tell a role that does not exist from one that is not trusted. */
function findRole(roleArn: string, context: OperationContext): IamRole {
  const action = "sts:AssumeRole";
  const { caller } = context;
  if (caller.session === null && caller.user === null) {
    throw refuse("AccessDenied", "Roles may not be assumed by root accounts.", {
      rule: "sts.rootCaller",
      why: "AssumeRole was signed by the account root.",
      fix: "Sign with an IAM user or role.",
    });
  }
  const role = context.world.iamRoles.get(roleArn);
  if (role === undefined) {
    const why = `there is no role ${roleArn}`;
    const fix = "Check RoleArn (with path); create the role with iam CreateRole or in the seed.";
    throw notAuthorized(context, action, roleArn, { rule: "sts.role", why, fix });
  }
  context.passed("sts.role", `${roleArn} exists`);
  return role;
}

function durationOf(
  input: AssumeRoleInput,
  role: IamRole,
  isChained: boolean,
  context: OperationContext,
): number {
  const asked = input.DurationSeconds;
  const longest = isChained
    ? Math.min(CHAINED_DURATION_SECONDS, role.maxSessionDurationSeconds)
    : role.maxSessionDurationSeconds;
  if (asked === undefined) return Math.min(DEFAULT_DURATION_SECONDS, longest);
  if (asked <= longest) {
    context.passed("sts.duration", `${asked} s are at most ${longest} s`);
    return asked;
  }
  const why = isChained
    ? `${asked} s are asked, but the caller is itself a role session: role chaining allows ${longest} s`
    : `${asked} s are asked, but the role's maximum session duration is ${longest} s`;
  const fix = `Ask for at most ${longest} s.`;
  throw refuseInput(
    "sts.duration",
    isChained
      ? "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
      : "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    fix,
    why,
  );
}

function sessionPolicies(input: AssumeRoleInput, context: OperationContext): PolicyDocument[] {
  const arns = (input.PolicyArns ?? []).map(({ arn = "" }) => {
    const policy = context.world.managedPolicies.get(arn);
    if (policy !== undefined) return policy.document;
    throw refuseInput(
      "sts.sessionPolicy",
      `The policy ${arn} does not exist.`,
      "Name existing managed policies in PolicyArns.",
    );
  });
  return input.Policy === undefined ? arns : [...arns, parseSessionPolicy(input.Policy)];
}

/** An inline session policy is an identity policy like any other: the same grammar, the same refusals. */
function parseSessionPolicy(text: string): PolicyDocument {
  const rule = "sts.sessionPolicy";
  if (text.length > SESSION_POLICY_CHARACTERS) {
    const why = `the session policy has ${text.length} characters; ${SESSION_POLICY_CHARACTERS} are allowed`;
    const fix = "Shorten it, or attach the permissions to the role.";
    const message = `The session policy exceeds ${SESSION_POLICY_CHARACTERS} characters.`;
    throw refuse("PackedPolicyTooLarge", message, { rule, why, fix });
  }
  try {
    return parsePolicy(text, "identity");
  } catch (error) {
    if (!(error instanceof PolicyGrammarError)) throw error;
    const fix = "Write the session policy by the grammar of the IAM policy language, without a principal.";
    const why = `The session policy is refused: ${error.message}`;
    throw refuse("MalformedPolicyDocument", error.message, { rule, why, fix });
  }
}
