// Owns which operations of AWS a connection is made of, how texts name them, and what of the flow each is.

import type { ExchangeStep } from "../errors.ts";

/** What fails at AWS: a step of the exchange, or what a customer does once to set up. */
export type DecodedStep = ExchangeStep | "set-up";

interface KnownOperation {
  readonly name: string;
  /** The steps it may be, the likeliest first. */
  readonly steps: readonly DecodedStep[];
}

const assumeRole: readonly DecodedStep[] = ["assume-role-with-tag", "assume-role-with-context"];

/** What the script of the pack for a customer's set-up calls. A test holds it against the script. */
const calledByTheScript = [
  "GetCallerIdentity",
  "ListInstances",
  "ListApplications",
  "GetApplication",
  "ListRetrievers",
  "ListTrustedTokenIssuers",
  "DescribeTrustedTokenIssuer",
  "CreateTrustedTokenIssuer",
  "DeleteTrustedTokenIssuer",
  "ListDataAccessors",
  "GetDataAccessor",
  "CreateDataAccessor",
  "UpdateDataAccessor",
  "DeleteDataAccessor",
  "GetPolicy",
  "AssociatePermission",
  "DisassociatePermission",
  "GetApplicationAssignmentConfiguration",
  "PutApplicationAssignmentConfiguration",
  "ListApplicationAssignments",
  "CreateApplicationAssignment",
  "GetApplicationGrant",
] as const;

/** What people call besides, by hand. */
const calledByHand = [
  "UpdateTrustedTokenIssuer",
  "PutApplicationGrant",
  "PutApplicationAuthenticationMethod",
] as const;

/** By AWS's own names; the words of command line and Python follow from them. */
export const knownOperations: readonly KnownOperation[] = [
  { name: "AssumeRole", steps: assumeRole },
  { name: "CreateTokenWithIAM", steps: ["create-token-with-iam"] },
  { name: "SearchRelevantContent", steps: ["search-relevant-content"] },
  ...[...calledByTheScript, ...calledByHand].map((name): KnownOperation => ({ name, steps: ["set-up"] })),
];

/** How a text may spell an operation: AssumeRole, AssumeRoleCommand, assume_role, assume-role, assumeRole. */
export function spellingsOf({ name }: KnownOperation): RegExp {
  const words = name
    .replace("WithIAM", "WithIam")
    .split(/(?=[A-Z])/)
    .map((word) => word.toLowerCase());
  return new RegExp(
    `\\b(?:de_)?(?:${name}|${words.join("_")}|${words.join("-")}|${name.charAt(0).toLowerCase()}${name.slice(1)})(?:Command|CommandError|Request|Exception)?\\b`,
  );
}

/** The prefix of an IAM action, or a service by any of its names, as steps. */
export const serviceSteps: readonly (readonly [RegExp, readonly DecodedStep[]])[] = [
  [/\bsts:SetContext\b/, ["assume-role-with-context", "assume-role-with-tag"]],
  [/\bsts:TagSession\b|\bsts:AssumeRole\b/, assumeRole],
  [/\bsso-oauth:CreateTokenWithIAM\b/, ["create-token-with-iam"]],
  [/\bqbusiness:SearchRelevantContent\b/, ["search-relevant-content"]],
  [/\b(?:sso|qbusiness|identitystore):[A-Z]\w+/, ["set-up"]],
  [
    /\bservice:? (?:aws)?(?:sts|securitytoken)|\bsts\.[\w-]*\.?amazonaws|securitytoken\.model|operation error STS|Amazon\.SecurityToken/i,
    assumeRole,
  ],
  [
    /\bservice:? sso ?oidc|\boidc\.[\w-]+\.amazonaws|ssooidc\.model|sso\.oidc|operation error SSO OIDC|Amazon\.SSOOIDC/i,
    ["create-token-with-iam"],
  ],
  [
    /\bservice:? qbusiness|\bqbusiness\.[\w-]+\.api\.aws|qbusiness\.model|operation error QBusiness|Amazon\.QBusiness/i,
    ["search-relevant-content", "set-up"],
  ],
  [
    /\bservice:? sso ?admin|\bsso\.[\w-]+\.amazonaws|ssoadmin\.model|operation error SSO Admin|Amazon\.SSOAdmin/i,
    ["set-up"],
  ],
];

/** The exchange's own names of its steps. */
export const stepNames: readonly ExchangeStep[] = [
  "assume-role-with-tag",
  "create-token-with-iam",
  "assume-role-with-context",
  "search-relevant-content",
];
