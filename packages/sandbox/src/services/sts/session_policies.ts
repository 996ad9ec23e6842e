// Session policies of a role session: documents in the request and managed policies it names.
// STS API reference, AssumeRole and AssumeRoleWithWebIdentity: Policy, PolicyArns.
import { findManagedPolicy } from "../../operation/caller.ts";
import type { OperationContext } from "../../operation/operation.ts";
import { PolicyGrammarError, parsePolicy } from "../../policy/parse_policy.ts";
import type { PolicyDocument } from "../../policy/policy_document.ts";
import { refuse, refuseInput } from "./refuse.ts";

/** Plain text of the session policies (STS API reference, AssumeRole: Policy). */
const SESSION_POLICY_CHARACTERS = 2048;

/** Members of the input that narrow a session. */
export type SessionPolicyInput = { Policy?: string; PolicyArns?: { arn?: string }[] };

/**
 * @returns the documents each of which must allow as well
 * @throws AwsError ValidationError for a managed policy that does not exist, MalformedPolicyDocument, PackedPolicyTooLarge
 */
export function sessionPolicies(
  input: SessionPolicyInput,
  { world }: Pick<OperationContext, "world">,
): PolicyDocument[] {
  const arns = (input.PolicyArns ?? []).map(({ arn = "" }) => {
    const policy = findManagedPolicy(world, arn);
    if (policy !== undefined) return policy.document;
    throw refuseInput(
      "sts.sessionPolicy",
      `The policy ${arn} does not exist.`,
      "Name managed policies of the account in PolicyArns; of AWS's the sandbox knows AdministratorAccess only.",
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
