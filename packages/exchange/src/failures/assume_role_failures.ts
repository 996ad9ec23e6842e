// How steps 1 and 3, AssumeRole, fail.

import type { ExchangeStep } from "../errors.ts";
import { accessDenied, type FailureRow, named } from "./failure_row.ts";

const step3: readonly ExchangeStep[] = ["assume-role-with-context"];
const assumeRole: readonly ExchangeStep[] = ["assume-role-with-tag", ...step3];

export const assumeRoleFailures: readonly FailureRow[] = [
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
];
