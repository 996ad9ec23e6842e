// sts AssumeRole: issues a session of a role, with session tags and, from an identity context, an identity.

import { notAuthorized } from "../../operation/authorization.ts";
import { family, type OperationContext } from "../../operation/operation.ts";
import type { IamRole } from "../../state/index.ts";
import { assertMayAssumeRole } from "./assume_role_authorization.ts";
import { type AssumeRoleInput, sessionTagsOf } from "./assume_role_input.ts";
import { readProvidedContext } from "./provided_context.ts";
import { refuse } from "./refuse.ts";
import { openRoleSession, sessionDuration } from "./role_session.ts";
import { sessionPolicies } from "./session_policies.ts";

/** The operations of this family. */
export const assumeRoleOperations = family("sts", {
  AssumeRole: {
    authorize: "operation",
    run(input: AssumeRoleInput, context: OperationContext) {
      const role = findRole(input.RoleArn, context);
      const parent = context.caller.session;
      const identityContext = readProvidedContext(input, context);
      assertMayAssumeRole({ input, role, identity: identityContext }, context);
      return openRoleSession(
        role,
        {
          ...sessionTagsOf(input, parent),
          roleSessionName: input.RoleSessionName,
          durationSeconds: sessionDuration(input.DurationSeconds, role, parent !== null, context),
          sessionPolicies: sessionPolicies(input, context),
          sourceIdentity: input.SourceIdentity ?? parent?.sourceIdentity ?? null,
          identityContext,
        },
        context,
      );
    },
  },
});

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
