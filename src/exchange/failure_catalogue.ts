// Every known way the four AWS calls fail, as data: how it is recognised, its likely causes in order, the fix, and
// what the client may do about it. The first row that matches explains the failure; specific rows come first.

import type { AwsFailure } from "./aws_failure.ts";
import type { ExchangeStep } from "./errors.ts";

/** What the exchange knew when a call failed; it makes the advice concrete. Never holds a secret. */
export interface FailureContext {
  readonly tenantId?: string | undefined;
  readonly roleArn?: string | undefined;
  readonly idcApplicationArn?: string | undefined;
  readonly idcRegion?: string | undefined;
  readonly qRegion?: string | undefined;
  readonly applicationId?: string | undefined;
  readonly grant?: "jwt-bearer" | "refresh_token" | "authorization_code" | undefined;
  /** The base credentials carry a session token, so AssumeRole is role chaining. */
  readonly chained?: boolean | undefined;
  readonly token?: TokenSummary | undefined;
}

/** The claims AWS matches, for naming them in advice. */
export interface TokenSummary {
  readonly alg?: string | undefined;
  readonly kid?: string | undefined;
  readonly iss?: string | undefined;
  readonly aud?: string | undefined;
  readonly email?: string | undefined;
}

/**
 * What helps without a person: a fresh ID token, waiting, new credentials for this user, or nothing.
 * `fresh-token` and `wait` may be tried again within the caller's budget.
 */
export type Recovery = "fresh-token" | "wait" | "new-credentials" | "none";

export interface FailureRow {
  readonly code: string;
  readonly steps: readonly ExchangeStep[];
  readonly matches: (failure: AwsFailure, context: FailureContext) => boolean;
  readonly title: string;
  readonly causes: (context: FailureContext, failure: AwsFailure) => readonly string[];
  readonly fix: (context: FailureContext, failure: AwsFailure) => string;
  readonly recovery: Recovery;
}

const assumeRole: readonly ExchangeStep[] = ["assume-role-with-tag", "assume-role-with-context"];
const step2: readonly ExchangeStep[] = ["create-token-with-iam"];
const step3: readonly ExchangeStep[] = ["assume-role-with-context"];
const step4: readonly ExchangeStep[] = ["search-relevant-content"];
const everyStep: readonly ExchangeStep[] = [...assumeRole, ...step2, ...step4];

const named =
  (...names: string[]) =>
  (failure: AwsFailure): boolean =>
    names.includes(failure.name);
const accessDenied = named("AccessDenied", "AccessDeniedException");
const isKms = (failure: AwsFailure): boolean =>
  failure.reason?.startsWith("KMS_") === true || /\bkms\b/i.test(failure.text);

/** Rows of the catalogue; see docs/exchange.md for the same as a page. */
export const failureCatalogue: readonly FailureRow[] = [
  {
    code: "connection_failed",
    steps: everyStep,
    matches: (failure) => failure.noAnswer,
    title: "AWS did not answer, or the answer broke off",
    causes: ({ idcRegion, qRegion }) => [
      "the network between here and AWS dropped the connection or was too slow",
      `the region does not exist or its endpoint cannot be reached (Identity Center ${idcRegion ?? "?"}, Q Business ${qRegion ?? "?"})`,
      "AWS_ENDPOINT_URL points somewhere else",
    ],
    fix: () =>
      "Check the network path and the regions of the connection. An ID token that was on the way is never sent again.",
    recovery: "fresh-token",
  },
  {
    code: "request_clock_skewed",
    steps: everyStep,
    matches: named(
      "RequestTimeTooSkewed",
      "RequestExpired",
      "RequestInTheFuture",
      "SignatureDoesNotMatch",
      "InvalidSignatureException",
    ),
    title: "AWS refused the request's signature",
    causes: () => [
      "this machine's clock is wrong by more than five minutes",
      "the secret access key of the base credentials is wrong",
    ],
    fix: () => "Synchronise this machine's clock (NTP), then check the base credentials.",
    recovery: "fresh-token",
  },
  {
    code: "base_credentials_expired",
    steps: assumeRole,
    matches: (failure) =>
      named("ExpiredToken", "ExpiredTokenException")(failure) && failure.httpStatusCode === 403,
    title: "the ISV's own base credentials have expired",
    causes: () => ["the base credentials are a session that ended", "this machine's clock is wrong"],
    fix: () =>
      "Give a credential provider as baseCredentials that renews itself (an instance, task or SSO profile), not fixed values.",
    recovery: "none",
  },
  {
    code: "identity_context_expired",
    steps: step3,
    matches: named("ExpiredToken", "ExpiredTokenException"),
    title: "the identity context is too old",
    causes: () => ["more than about an hour passed since CreateTokenWithIAM"],
    fix: () => "Redo CreateTokenWithIAM with a new ID token; the client does so by itself.",
    recovery: "fresh-token",
  },
  {
    code: "base_credentials_refused",
    steps: assumeRole,
    matches: named(
      "InvalidClientTokenId",
      "UnrecognizedClientException",
      "MissingAuthenticationToken",
      "OptInRequired",
    ),
    title: "AWS does not know the ISV's own base credentials",
    causes: () => [
      "the access key was deleted or mistyped",
      "the credentials belong to another partition",
      "the region is not enabled for the account",
    ],
    fix: () => "Check the base credentials with `aws sts get-caller-identity` in the same environment.",
    recovery: "none",
  },
  {
    code: "sts_region_disabled",
    steps: assumeRole,
    matches: named("RegionDisabledException"),
    title: "STS is not active in this region for the ISV's account",
    causes: ({ idcRegion }) => [
      `the ISV's account has not activated STS in ${idcRegion ?? "the region used"}`,
    ],
    fix: () => "Activate the region in IAM account settings, or set stsRegion to one that is active.",
    recovery: "none",
  },
  {
    code: "tag_session_denied",
    steps: assumeRole,
    matches: (failure) => accessDenied(failure) && failure.text.includes("sts:TagSession"),
    title: "the role may not be assumed with a session tag",
    causes: ({ roleArn }) => [
      `the trust policy of ${roleArn ?? "the role"} does not allow sts:TagSession to the caller`,
      "the caller's own policy does not allow sts:TagSession",
    ],
    fix: () => "Add sts:TagSession next to sts:AssumeRole and sts:SetContext in the role's trust policy.",
    recovery: "none",
  },
  {
    code: "set_context_denied",
    steps: assumeRole,
    matches: (failure) => accessDenied(failure) && failure.text.includes("sts:SetContext"),
    title: "the role may not be assumed with an identity context",
    causes: ({ roleArn }) => [
      `the trust policy of ${roleArn ?? "the role"} does not allow sts:SetContext to the caller`,
      "the caller's own policy does not allow sts:SetContext",
    ],
    fix: () =>
      "Add sts:SetContext next to sts:AssumeRole and sts:TagSession in the role's trust policy and to the caller's policy.",
    recovery: "none",
  },
  {
    code: "assume_role_denied",
    steps: assumeRole,
    matches: accessDenied,
    title: "the role may not be assumed",
    causes: ({ roleArn }) => [
      `the trust policy of ${roleArn ?? "the role"} does not name the caller`,
      "the role was deleted or its name is wrong",
      "the caller's own policy does not allow sts:AssumeRole on the role",
    ],
    fix: () =>
      "Name the application's role as principal in the trust policy with sts:AssumeRole, sts:TagSession and sts:SetContext, and check roleArn.",
    recovery: "none",
  },
  {
    code: "duration_too_long",
    steps: assumeRole,
    matches: (failure) =>
      named("ValidationError", "ValidationException")(failure) && /DurationSeconds/i.test(failure.text),
    title: "the session may not last that long",
    causes: ({ chained }) => [
      chained === true
        ? "the base credentials are themselves a role session: role chaining is limited to one hour"
        : "durationSeconds is larger than the role's maximum session duration",
    ],
    fix: () => "Set durationSeconds to 3600 or less, or raise the role's maximum session duration.",
    recovery: "none",
  },
  {
    code: "assume_role_invalid",
    steps: assumeRole,
    matches: named(
      "ValidationError",
      "ValidationException",
      "MalformedPolicyDocument",
      "PackedPolicyTooLarge",
      "PackedPolicyTooLargeException",
    ),
    title: "STS found a parameter invalid",
    causes: () => [
      "the role ARN, session name, tag or identity context has a form STS does not take",
      "too many session tags",
    ],
    fix: () => "Read the text of the cause: it names the parameter.",
    recovery: "none",
  },
  {
    code: "too_many_requests",
    steps: [...assumeRole, ...step4],
    matches: (failure) =>
      /^Throttling|^TooManyRequests|^RequestLimitExceeded/.test(failure.name) ||
      failure.httpStatusCode === 429,
    title: "AWS limits the rate of these calls",
    causes: () => [
      "a burst of calls in this account and region",
      "the Q Business index's query rate (1 a second by default) is used up",
    ],
    fix: () => "Wait and try again; ask for a higher quota if it stays.",
    recovery: "wait",
  },
  {
    code: "slow_down",
    steps: step2,
    matches: (failure) =>
      named("SlowDownException", "ThrottlingException", "Throttling", "TooManyRequestsException")(failure) ||
      failure.oauthError === "slow_down" ||
      failure.httpStatusCode === 429,
    title: "the customer's Identity Center takes no more exchanges this second",
    causes: () => [
      "10 JWT exchanges a second for one Identity Center instance, over all applications and processes, are used up",
    ],
    fix: () =>
      "Set limiter.share to this process's fraction if several processes exchange for the same customer; the customer can ask AWS Support for more.",
    recovery: "fresh-token",
  },
  {
    code: "kms_denied",
    steps: [...step2, ...step4],
    matches: (failure) => isKms(failure),
    title: "the customer's encryption key cannot be used",
    causes: ({ roleArn }) => [
      `the key policy of the customer's KMS key does not allow kms:Decrypt to ${roleArn ?? "the ISV's role"}`,
      "the ISV's role lacks kms:Decrypt in its own policy",
      "the key is disabled or was deleted",
    ],
    fix: () =>
      "The customer allows kms:Decrypt to the role in the key policy (kms:ViaService of the service), and the ISV in the role's policy.",
    recovery: "none",
  },
  {
    code: "wrong_idc_region",
    steps: step2,
    matches: named("InvalidRequestRegionException"),
    title: "the customer's Identity Center lives in another region",
    causes: ({ idcRegion }, { region }) => [
      `idcRegion is ${idcRegion ?? "not set"}${region === undefined ? "" : `, AWS names ${region}`}`,
    ],
    fix: (_context, { region }) =>
      `Set idcRegion to ${region ?? "the region of the customer's Identity Center"}.`,
    recovery: "none",
  },
  {
    code: "idc_application_unknown",
    steps: step2,
    matches: (failure) => named("InvalidClientException")(failure) || failure.oauthError === "invalid_client",
    title: "Identity Center does not know the application in this region",
    causes: ({ idcApplicationArn, idcRegion }) => [
      `idcApplicationArn (${idcApplicationArn ?? "not set"}) is wrong or the customer deleted the data accessor`,
      `idcRegion (${idcRegion ?? "not set"}) is not the region of the customer's Identity Center`,
      "the application has no grant of this kind",
    ],
    fix: () =>
      "Ask the customer for the data accessor's application ARN and the Identity Center region again (Information for data accessor).",
    recovery: "none",
  },
  {
    code: "grant_not_configured",
    steps: step2,
    matches: (failure) =>
      named("UnauthorizedClientException", "UnsupportedGrantTypeException")(failure) ||
      failure.oauthError === "unauthorized_client" ||
      failure.oauthError === "unsupported_grant_type",
    title: "the application does not take this kind of grant",
    causes: ({ grant }) => [
      `the customer created the data accessor for the other method: this connection uses ${grant ?? "another grant"}`,
      "the application has no grant of this kind",
    ],
    fix: () =>
      'Set the connection\'s method to what the customer chose ("tti" or "auth-code"), or let the customer create the data accessor again.',
    recovery: "none",
  },
  {
    code: "token_already_redeemed",
    steps: step2,
    matches: (failure) => /redeemed/i.test(failure.text),
    title: "Identity Center has seen this ID token before",
    causes: () => [
      "the token source returned a token that another process, or an earlier run, had already exchanged",
      "the issuer repeats its jti",
    ],
    fix: () =>
      "Let the token source mint a new ID token for every call, each with its own jti; share credentials, never tokens.",
    recovery: "fresh-token",
  },
  {
    code: "refresh_token_expired",
    steps: step2,
    matches: (failure, context) =>
      context.grant === "refresh_token" &&
      (named("ExpiredTokenException", "InvalidGrantException")(failure) ||
        failure.oauthError === "invalid_grant"),
    title: "the Identity Center session behind the refresh token has ended",
    causes: () => ["the refresh token expired", "an administrator ended the user's session"],
    fix: () =>
      "A connection with an issuer goes on with a fresh ID token; with an authorization code the user signs in again.",
    recovery: "fresh-token",
  },
  {
    code: "authorization_code_rejected",
    steps: step2,
    matches: (failure, context) =>
      context.grant === "authorization_code" &&
      (named("InvalidGrantException", "ExpiredTokenException")(failure) ||
        failure.oauthError === "invalid_grant"),
    title: "Identity Center does not accept the authorization code",
    causes: () => [
      "the code was used before or is too old",
      "redirectUri is not the one of the authorize request",
      "the PKCE verifier belongs to another request",
    ],
    fix: () => "Start again with a new authorize URL.",
    recovery: "none",
  },
  {
    code: "token_rejected",
    steps: step2,
    matches: (failure) =>
      named("InvalidGrantException", "ExpiredTokenException")(failure) ||
      failure.oauthError === "invalid_grant",
    title: "Identity Center does not accept the ID token",
    causes: tokenCauses,
    fix: () =>
      "Go through the causes in order: first look for the user in the customer's Identity Center, then compare the trusted token issuer's URL and mapping with the token.",
    recovery: "none",
  },
  {
    code: "exchange_not_permitted",
    steps: step2,
    matches: (failure) => accessDenied(failure) && failure.httpStatusCode === 403,
    title: "the ISV's role may not exchange tokens",
    causes: ({ roleArn }) => [
      `the policy of ${roleArn ?? "the role"} lacks sso-oauth:CreateTokenWithIAM`,
      "a service control policy or permissions boundary denies it",
    ],
    fix: () => 'Allow sso-oauth:CreateTokenWithIAM on "*" in the role\'s policy, as registered with AWS.',
    recovery: "none",
  },
  {
    code: "user_not_assigned",
    steps: step2,
    matches: (failure) => accessDenied(failure) || failure.oauthError === "access_denied",
    title: "Identity Center denies this user or this role the application",
    causes: ({ roleArn, token }) => [
      `${token?.email ?? "the user"} is not assigned to the application, and it requires assignments`,
      `the application's actor policy does not name ${roleArn ?? "the role"}`,
    ],
    fix: () =>
      "The customer assigns the user or a group, or sets the application to require no assignment (put-application-assignment-configuration --no-assignment-required); then compares the data accessor's principal with the role.",
    recovery: "none",
  },
  {
    code: "exchange_invalid",
    steps: step2,
    matches: (failure) => named("InvalidRequestException", "InvalidScopeException")(failure),
    title: "Identity Center found the request invalid",
    causes: ({ idcApplicationArn }) => [
      `clientId (${idcApplicationArn ?? "not set"}) is not an application ARN`,
      "the ID token is no JWT or too large",
      "the application's scopes do not fit",
    ],
    fix: () => "Read the text of the cause; check idcApplicationArn.",
    recovery: "none",
  },
  {
    code: "credentials_expired",
    steps: [...step2, ...step4],
    matches: named(
      "ExpiredTokenException",
      "ExpiredToken",
      "InvalidClientTokenId",
      "UnrecognizedClientException",
    ),
    title: "AWS no longer takes the session's credentials",
    causes: () => ["the session ended or was revoked", "this machine's clock is wrong"],
    fix: () =>
      "The client fetches new credentials once by itself; if this stays, check the clock and the role.",
    recovery: "new-credentials",
  },
  {
    code: "search_not_subscribed",
    steps: step4,
    matches: (failure) => accessDenied(failure) && /not authorized for this service call/i.test(failure.text),
    title: "Q Business does not serve this user",
    causes: ({ token }) => [
      `${token?.email ?? "the user"} has no Q Business subscription in the customer's application`,
      "the session carries no identity context (plain role credentials)",
    ],
    fix: () => "The customer subscribes the user or a group to the Q Business application.",
    recovery: "none",
  },
  {
    code: "search_denied",
    steps: step4,
    matches: accessDenied,
    title: "Q Business denies the search",
    causes: ({ roleArn, tenantId, applicationId }) => [
      `application ${applicationId ?? "(not set)"} has no resource policy statement for ${roleArn ?? "the role"} (associate-permission)`,
      `the statement's condition expects another qbusiness-dataaccessor:ExternalId than ${tenantId ?? "the tenant's"}`,
      "the customer revoked the data accessor, or a policy on the ISV's side denies qbusiness:SearchRelevantContent",
    ],
    fix: () =>
      "The customer checks the data accessor's principal and External Id; the ISV checks the role's policy.",
    recovery: "new-credentials",
  },
  {
    code: "license_inactive",
    steps: step4,
    matches: named("LicenseNotFoundException"),
    title: "the customer's Q Business subscription is not active",
    causes: () => ["the subscription was cancelled or never activated"],
    fix: () => "The customer activates the subscription in the Q Business console.",
    recovery: "none",
  },
  {
    code: "search_target_not_found",
    steps: step4,
    matches: named("ResourceNotFoundException"),
    title: "Q Business does not know the application or retriever",
    causes: ({ applicationId, qRegion }) => [
      `qRegion (${qRegion ?? "not set"}) is not the region of the Q Business application`,
      `applicationId (${applicationId ?? "not set"}) or retrieverId is wrong or deleted`,
    ],
    fix: () =>
      "Ask the customer for application id, retriever id and region again (Information for data accessor).",
    recovery: "none",
  },
  {
    code: "search_invalid",
    steps: step4,
    matches: named("ValidationException"),
    title: "Q Business found the search invalid",
    causes: () => [
      "the attribute filter names an attribute or type the index does not have",
      "maxResults is not 1–100",
      "nextToken is too old",
    ],
    fix: () => "Read the text of the cause: it names the field.",
    recovery: "none",
  },
  {
    code: "aws_unavailable",
    steps: everyStep,
    matches: (failure) => (failure.httpStatusCode ?? 0) >= 500,
    title: "AWS has an internal fault",
    causes: () => [
      "a passing fault of the service",
      "at CreateTokenWithIAM also: the wrong Identity Center region",
    ],
    fix: () => "Try again later; see the AWS Health Dashboard. Check idcRegion if it stays.",
    recovery: "fresh-token",
  },
  {
    code: "aws_error",
    steps: everyStep,
    matches: () => true,
    title: "AWS refused the call",
    causes: () => ["a failure this library does not know; the cause carries AWS's name and text"],
    fix: () => "Check the role, its permissions and the customer's grant; give AWS the request id.",
    recovery: "none",
  },
];

function tokenCauses({ token, idcRegion }: FailureContext): readonly string[] {
  const causes: string[] = [];
  if (token?.alg !== undefined && token.alg !== "RS256") {
    causes.push(`the token is signed with ${token.alg}; Identity Center takes RS256 only`);
  }
  causes.push(
    `no user in the customer's Identity Center has ${token?.email === undefined ? "the mapped claim's value" : `the e-mail ${token.email}`} (only the primary e-mail is compared)`,
    `the trusted token issuer's URL is not byte for byte the token's iss${token?.iss === undefined ? "" : ` (${token.iss})`}: a trailing slash or .well-known/… is the usual slip`,
    `the audience registered with AWS is not the token's aud${token?.aud === undefined ? "" : ` (${token.aud})`}`,
    "the attribute mapping of the trusted token issuer names a claim the token does not have",
    `Identity Center cannot fetch the issuer's keys, or does not know kid ${token?.kid ?? "of the token"} yet (public address, ports 80 and 443 only)`,
    `idcRegion (${idcRegion ?? "not set"}) belongs to another Identity Center`,
  );
  return causes;
}
