// How step 2, CreateTokenWithIAM, fails: the step where most set-up faults of either side come to light.

import type { ExchangeStep } from "../errors.ts";
import type { AwsFailure } from "./aws_failure.ts";
import { accessDenied, type FailureContext, type FailureRow, named, oauthFailure } from "./failure_row.ts";

const step2: readonly ExchangeStep[] = ["create-token-with-iam"];
const invalidGrant = oauthFailure("InvalidGrantException", "invalid_grant");
const expiredGrant = oauthFailure("ExpiredTokenException", "expired_token");
const grantRefused = (failure: AwsFailure): boolean => invalidGrant(failure) || expiredGrant(failure);

export const createTokenFailures: readonly FailureRow[] = [
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
    code: "tagged_session_refused",
    steps: step2,
    matches: (failure) =>
      failure.httpStatusCode === 403 &&
      named(
        "ExpiredTokenException",
        "ExpiredToken",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
      )(failure),
    title: "Identity Center does not take the session of step 1",
    causes: () => [
      "this machine's clock is wrong",
      "the role's sessions were revoked at this moment",
      "idcRegion is an opt-in region the ISV's account has not enabled",
    ],
    fix: () => "Check the clock and whether the region is enabled for the ISV's account.",
    recovery: "fresh-token",
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
    matches: oauthFailure("InvalidClientException", "invalid_client"),
    title: "Identity Center does not know the application in this region",
    causes: ({ idcApplicationArn, idcRegion }) => [
      `idcApplicationArn (${idcApplicationArn ?? "not set"}) is wrong or the customer deleted the data accessor`,
      `idcRegion (${idcRegion ?? "not set"}) is not the region of the customer's Identity Center`,
      "the application has no grant of this kind",
    ],
    fix: () =>
      "Ask the customer for the data accessor's application ARN and the Identity Center region again (Information for data accessor). A deleted data accessor: setup.sh of the customer's pack, run again, says what it found and makes what is missing.",
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
      'Set the connection\'s method to what the customer chose ("tti" or "auth-code"), or let the customer create the data accessor again, with setup.sh of its pack.',
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
    matches: (failure, context) => context.grant === "refresh_token" && grantRefused(failure),
    title: "the Identity Center session behind the refresh token has ended",
    causes: () => ["the refresh token expired", "an administrator ended the user's session"],
    fix: () =>
      "A connection with an issuer goes on with a fresh ID token; with an authorization code the user signs in again.",
    recovery: "fresh-token",
  },
  {
    code: "authorization_code_rejected",
    steps: step2,
    matches: (failure, context) => context.grant === "authorization_code" && grantRefused(failure),
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
    matches: grantRefused,
    title: "Identity Center does not accept the ID token",
    causes: tokenCauses,
    fix: () =>
      "Go through the causes in order: first look for the user in the customer's Identity Center, then compare the trusted token issuer's URL and mapping with the token. A removed trusted token issuer: setup.sh of the customer's pack, run again, says what it found and makes what is missing.",
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
      "The customer assigns the user or a group, or sets the application to require no assignment (put-application-assignment-configuration --no-assignment-required); then compares the data accessor's principal with the role. A removed assignment: setup.sh of the customer's pack, run again, says what it found and makes what is missing.",
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
