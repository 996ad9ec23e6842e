// The policies IAM stores: parsed, held against their quotas, and written the way IAM answers.

import { PolicyGrammarError, type PolicyKind, parsePolicy } from "../../policy/parse_policy.ts";
import { listOf, statementsOf } from "../../policy/policy.ts";
import type { PolicyDocument } from "../../policy/policy_document.ts";
import type { World } from "../../state/world.ts";
import { refuse } from "./refuse.ts";

/** Characters of a role's trust policy, white space not counted (IAM quotas; its adjustable default). */
const trustPolicyCharacters = 2048;

/** Characters of all inline policies of a role together, white space not counted (IAM quotas). */
export const inlinePolicyCharacters = 10_240;

/**
 * Parses a trust policy.
 *
 * @throws AwsError MalformedPolicyDocument for a document outside the grammar, with a Resource, or that names a
 *   principal that does not exist; LimitExceeded when it is too long
 */
export function parseTrustPolicy(text: string, world: World): PolicyDocument {
  const document = parseDocument(text, "trust");
  for (const statement of statementsOf(document)) {
    for (const principal of [statement.Principal, statement.NotPrincipal]) {
      if (principal === undefined || principal === "*") continue;
      for (const name of listOf(principal.AWS)) assertPrincipal(name, world);
      for (const name of listOf(principal.Federated)) assertFederated(name);
    }
  }
  if (countedLength(text) > trustPolicyCharacters) {
    throw refuse("LimitExceeded", `Cannot exceed quota for ACLSizePerRole: ${trustPolicyCharacters}`, {
      rule: "trustPolicy.size",
      why: `The trust policy has ${countedLength(text)} characters.`,
      fix: "Shorten it.",
    });
  }
  return document;
}

/** Of a user. */
export const userPolicyCharacters = 2048;

/** Characters of a managed policy, white space not counted (IAM quotas). */
const managedPolicyCharacters = 6144;

/** Parses a managed policy. @throws AwsError MalformedPolicyDocument, LimitExceeded */
export function parseManagedPolicy(text: string): PolicyDocument {
  const document = parseDocument(text, "identity");
  if (countedLength(text) <= managedPolicyCharacters) return document;
  throw refuse("LimitExceeded", `Cannot exceed quota for PolicySize: ${managedPolicyCharacters}`, {
    rule: "policy.size",
    why: `The policy has ${countedLength(text)} characters.`,
    fix: "Shorten it, or make two of it.",
  });
}

/** Parses an inline policy. @throws AwsError MalformedPolicyDocument */
export function parseInlinePolicy(text: string): PolicyDocument {
  return parseDocument(text, "identity");
}

/** The characters a quota counts. */
export function countedLength(text: string): number {
  return text.replace(/\s/g, "").length;
}

/** Documents travel percent-encoded in IAM's answers (RFC 3986; API reference, GetRole). */
export function encodeDocument(document: PolicyDocument): string {
  return encodeURIComponent(JSON.stringify(document)).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function parseDocument(text: string, kind: PolicyKind): PolicyDocument {
  try {
    return parsePolicy(text, kind);
  } catch (error) {
    if (!(error instanceof PolicyGrammarError)) throw error;
    throw refuse("MalformedPolicyDocument", error.message, {
      rule: "policy.grammar",
      why: error.message,
      fix: "Write the document by the grammar of the IAM policy language.",
    });
  }
}

/** The form alone: a provider may be created after the role that trusts it. */
function assertFederated(name: string): void {
  const isProvider = /^arn:aws:iam::\d{12}:(oidc|saml)-provider\/.+$/.test(name);
  if (isProvider || /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(name)) return;
  const message = "Federated principals must be valid domain names or SAML metadata ARNs";
  throw refuse("MalformedPolicyDocument", message, {
    rule: "trustPolicy.principal",
    why: `The federated principal "${name}" is no provider's ARN and no domain name.`,
    fix: "Name the ARN CreateOpenIDConnectProvider gives: arn:aws:iam::<account>:oidc-provider/<host and path>.",
  });
}

/** IAM user guide, troubleshooting policies: "Invalid principal in policy" when the principal does not exist. */
function assertPrincipal(name: string, { accounts, iamRoles, iamUsers }: World): void {
  if (name === "*") return;
  const [, service, accountId, resource] = /^arn:aws:(iam|sts)::(\d{12}):(.+)$/.exec(name) ?? [];
  const exists =
    service === undefined
      ? accounts.has(name)
      : accounts.has(accountId ?? "") &&
        (service === "sts" || resource === "root" || iamRoles.has(name) || iamUsers.has(name));
  if (exists) return;
  throw refuse("MalformedPolicyDocument", `Invalid principal in policy: "AWS":"${name}"`, {
    rule: "trustPolicy.principal",
    why: `The principal ${name} does not exist in the sandbox.`,
    fix: "Create the account, role or user first, or correct its ARN.",
  });
}
