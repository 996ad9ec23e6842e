// What to change after a refusal by policies: it follows from the policy that refused. An allow elsewhere helps neither
// against an explicit deny nor against a session policy (IAM user guide, "Policy evaluation logic").
import type { PolicyDecision } from "../policy/policy.ts";
import type { Session } from "../state/index.ts";
import { dataAccessFix } from "./data_access.ts";

/**
 * @param decision that of the policy which refused
 * @param otherwise the fix when nothing allows
 */
export function fixOf(
  { outcome, decidedBy }: Pick<PolicyDecision, "outcome" | "decidedBy">,
  otherwise: string,
) {
  if (outcome !== "explicitDeny") return otherwise;
  return `Take the Deny of ${decidedBy} out, or narrow it: no Allow outweighs it.`;
}

/** @returns the fix when a policy of the session itself, `name`, refused, whatever the role's policies allow */
export function sessionPolicyFix(
  session: Session,
  name: string,
  decision: PolicyDecision,
  action: string,
  resource: string | undefined,
): string {
  if (session.dataAccess !== undefined) return dataAccessFix(session.dataAccess, action, resource);
  const call = session.webIdentity === undefined ? "AssumeRole" : "AssumeRoleWithWebIdentity";
  const where = resource === undefined ? "" : ` on ${resource}`;
  const change = fixOf(decision, `Allow ${action}${where} in ${name}, too.`);
  return `${change} It is of the session: call ${call} again with other PolicyArns (counted first) or Policy.`;
}
