// Failures any AWS call can have. The first list is asked before the step's own rows, the second after them.

import type { ExchangeStep } from "../errors.ts";
import type { AwsFailure } from "./aws_failure.ts";
import { type FailureRow, named } from "./failure_row.ts";

const assumeRole: readonly ExchangeStep[] = ["assume-role-with-tag", "assume-role-with-context"];
const step2: readonly ExchangeStep[] = ["create-token-with-iam"];
const step4: readonly ExchangeStep[] = ["search-relevant-content"];
const everyStep: readonly ExchangeStep[] = [...assumeRole, ...step2, ...step4];

const isKms = (failure: AwsFailure): boolean =>
  failure.reason?.startsWith("KMS_") === true || /\bkms\b/i.test(failure.text);

export const failuresOfTheWay: readonly FailureRow[] = [
  {
    code: "base_credentials_missing",
    steps: everyStep,
    matches: named("CredentialsProviderError", "ProviderError"),
    title: "there are no base credentials to sign with",
    causes: () => [
      "the process has no AWS credentials in its environment, profile, task or instance",
      "the credential provider given as baseCredentials failed",
    ],
    fix: () => "Give the process a role, or set baseCredentials.",
    recovery: "none",
  },
  {
    code: "connection_failed",
    steps: everyStep,
    matches: (failure) => failure.noAnswer,
    title: "AWS did not answer, or the answer broke off",
    causes: ({ idcRegion, qRegion }, { name }) => [
      ...(name === "ENOTFOUND"
        ? [
            `there is no such host: a region is wrong (Identity Center ${idcRegion ?? "?"}, Q Business ${qRegion ?? "?"})`,
          ]
        : []),
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
];

export const failuresNotFurtherKnown: readonly FailureRow[] = [
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
