// Every row of the failure catalogue: recognised from what AWS sends, with its causes in order and a fix.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ExchangeStep,
  explainFailure,
  type FailureContext,
  failureCatalogue,
  readAwsFailure,
} from "../src/index.ts";
import { acme } from "./support/connections.ts";

interface Sent {
  readonly name: string;
  readonly status?: number;
  readonly message?: string;
  readonly error?: string;
  readonly description?: string;
  readonly reason?: string;
  readonly region?: string;
}

/** An error as AWS SDK clients throw it. */
function thrown({ name, status, message, error, description, reason, region }: Sent): Error {
  return Object.assign(new Error(message ?? "UnknownError"), {
    name,
    $metadata: { httpStatusCode: status, requestId: "req-1" },
    ...(error === undefined ? {} : { error }),
    ...(description === undefined ? {} : { error_description: description }),
    ...(reason === undefined ? {} : { reason }),
    ...(region === undefined ? {} : { region }),
  });
}

const token = {
  alg: "RS256",
  kid: "k1",
  iss: "https://id.example.com",
  aud: "isv",
  email: "alice@example.com",
};
const context: FailureContext = { ...acme, token };
const denied = (action: string) =>
  `User: arn:aws:sts::1:assumed-role/app is not authorized to perform: ${action} on resource: ${acme.roleArn}`;

interface Row {
  readonly step: ExchangeStep;
  readonly sent: Sent;
  readonly code: string;
  /** Something the first cause must say. */
  readonly firstCause: RegExp;
  readonly retryable?: boolean;
  readonly context?: FailureContext;
}

const rows: readonly Row[] = [
  {
    step: "assume-role-with-tag",
    sent: { name: "CredentialsProviderError", message: "Could not load credentials" },
    code: "base_credentials_missing",
    firstCause: /no AWS credentials/,
  },
  {
    step: "assume-role-with-tag",
    sent: { name: "AccessDenied", status: 403, message: denied("sts:TagSession") },
    code: "tag_session_denied",
    firstCause: /trust policy/,
  },
  {
    step: "assume-role-with-context",
    sent: { name: "AccessDenied", status: 403, message: denied("sts:SetContext") },
    code: "set_context_denied",
    firstCause: /trust policy/,
  },
  {
    step: "assume-role-with-tag",
    sent: { name: "AccessDenied", status: 403, message: denied("sts:AssumeRole") },
    code: "assume_role_denied",
    firstCause: /does not name the caller/,
  },
  {
    step: "assume-role-with-context",
    sent: {
      name: "ValidationError",
      status: 400,
      message:
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    },
    code: "duration_too_long",
    firstCause: /role chaining/,
    context: { ...context, chained: true },
  },
  {
    step: "assume-role-with-tag",
    sent: { name: "ValidationError", status: 400, message: "1 validation error detected: roleSessionName" },
    code: "assume_role_invalid",
    firstCause: /session name/,
  },
  {
    step: "assume-role-with-context",
    sent: { name: "ExpiredTokenException", status: 400, message: "context expired" },
    code: "identity_context_expired",
    firstCause: /about an hour/,
    retryable: true,
  },
  {
    step: "assume-role-with-tag",
    sent: {
      name: "ExpiredToken",
      status: 403,
      message: "The security token included in the request is expired",
    },
    code: "base_credentials_expired",
    firstCause: /session that ended/,
  },
  {
    step: "assume-role-with-tag",
    sent: { name: "InvalidClientTokenId", status: 403 },
    code: "base_credentials_refused",
    firstCause: /access key/,
  },
  {
    step: "assume-role-with-tag",
    sent: { name: "RegionDisabledException", status: 403 },
    code: "sts_region_disabled",
    firstCause: /not activated STS in eu-central-1/,
  },
  {
    step: "assume-role-with-tag",
    sent: { name: "Throttling", status: 400 },
    code: "too_many_requests",
    firstCause: /burst/,
    retryable: true,
  },
  {
    step: "assume-role-with-tag",
    sent: { name: "SignatureDoesNotMatch", status: 403 },
    code: "request_clock_skewed",
    firstCause: /clock/,
    retryable: true,
  },
  {
    step: "create-token-with-iam",
    sent: { name: "InvalidClientException", status: 401 },
    code: "idc_application_unknown",
    firstCause: /apl-1234567890abcdef/,
  },
  {
    step: "create-token-with-iam",
    sent: {
      name: "InvalidRequestRegionException",
      status: 400,
      error: "invalid_request",
      region: "us-west-2",
    },
    code: "wrong_idc_region",
    firstCause: /AWS names us-west-2/,
  },
  {
    step: "create-token-with-iam",
    sent: { name: "InternalServerException", status: 500, error: "server_error" },
    code: "aws_unavailable",
    firstCause: /passing fault/,
    retryable: true,
  },
  {
    step: "create-token-with-iam",
    sent: { name: "InvalidGrantException", status: 400, error: "invalid_grant" },
    code: "token_rejected",
    firstCause: /alice@example\.com/,
  },
  {
    step: "create-token-with-iam",
    sent: { name: "InvalidGrantException", status: 400, error: "invalid_grant" },
    code: "token_rejected",
    firstCause: /ES256/,
    context: { ...context, token: { ...token, alg: "ES256" } },
  },
  {
    step: "create-token-with-iam",
    sent: {
      name: "InvalidGrantException",
      status: 400,
      error: "invalid_grant",
      description: "JWT is already redeemed",
    },
    code: "token_already_redeemed",
    firstCause: /another process/,
    retryable: true,
  },
  {
    step: "create-token-with-iam",
    sent: { name: "AccessDeniedException", status: 400, error: "access_denied" },
    code: "user_not_assigned",
    firstCause: /alice@example\.com is not assigned/,
  },
  {
    step: "create-token-with-iam",
    sent: { name: "AccessDeniedException", status: 403, message: denied("sso-oauth:CreateTokenWithIAM") },
    code: "exchange_not_permitted",
    firstCause: /sso-oauth:CreateTokenWithIAM/,
  },
  {
    step: "create-token-with-iam",
    sent: {
      name: "AccessDeniedException",
      status: 400,
      error: "access_denied",
      reason: "KMS_AccessDeniedException",
    },
    code: "kms_denied",
    firstCause: /kms:Decrypt/,
  },
  {
    step: "create-token-with-iam",
    sent: {
      name: "InvalidRequestException",
      status: 400,
      error: "invalid_request",
      reason: "KMS_DisabledException",
    },
    code: "kms_denied",
    firstCause: /kms:Decrypt/,
  },
  {
    step: "create-token-with-iam",
    sent: { name: "InvalidRequestException", status: 400, error: "invalid_request" },
    code: "exchange_invalid",
    firstCause: /clientId/,
  },
  {
    step: "create-token-with-iam",
    sent: { name: "UnauthorizedClientException", status: 400, error: "unauthorized_client" },
    code: "grant_not_configured",
    firstCause: /other method/,
  },
  {
    step: "create-token-with-iam",
    sent: { name: "SlowDownException", status: 400, error: "slow_down" },
    code: "slow_down",
    firstCause: /10 JWT exchanges/,
    retryable: true,
  },
  {
    step: "create-token-with-iam",
    sent: { name: "ThrottlingException", status: 429 },
    code: "slow_down",
    firstCause: /10 JWT exchanges/,
    retryable: true,
  },
  {
    step: "create-token-with-iam",
    sent: { name: "ExpiredTokenException", status: 400, error: "expired_token" },
    code: "refresh_token_expired",
    firstCause: /refresh token/,
    retryable: true,
    context: { ...context, grant: "refresh_token" },
  },
  {
    step: "create-token-with-iam",
    sent: { name: "InvalidGrantException", status: 400, error: "invalid_grant" },
    code: "authorization_code_rejected",
    firstCause: /used before/,
    context: { ...context, grant: "authorization_code" },
  },
  {
    step: "create-token-with-iam",
    sent: { name: "UnrecognizedClientException", status: 403 },
    code: "tagged_session_refused",
    firstCause: /clock/,
    retryable: true,
  },
  {
    step: "create-token-with-iam",
    sent: { name: "ENOTFOUND" },
    code: "connection_failed",
    firstCause: /no such host/,
    retryable: true,
  },
  {
    step: "search-relevant-content",
    sent: {
      name: "AccessDeniedException",
      status: 403,
      message: "User is not authorized for this service call.",
    },
    code: "search_denied",
    firstCause: /no Q Business subscription/,
  },
  {
    step: "search-relevant-content",
    sent: { name: "AccessDeniedException", status: 403, message: denied("qbusiness:SearchRelevantContent") },
    code: "search_denied",
    firstCause: /resource policy/,
  },
  {
    step: "search-relevant-content",
    sent: { name: "AccessDeniedException", status: 403, message: "KMS key access denied" },
    code: "kms_denied",
    firstCause: /key policy/,
  },
  {
    step: "search-relevant-content",
    sent: { name: "LicenseNotFoundException", status: 400 },
    code: "license_inactive",
    firstCause: /subscription/,
  },
  {
    step: "search-relevant-content",
    sent: { name: "ThrottlingException", status: 429 },
    code: "too_many_requests",
    firstCause: /burst/,
    retryable: true,
  },
  {
    step: "search-relevant-content",
    sent: { name: "ResourceNotFoundException", status: 404 },
    code: "search_target_not_found",
    firstCause: /eu-west-1/,
  },
  {
    step: "search-relevant-content",
    sent: { name: "ValidationException", status: 400 },
    code: "search_invalid",
    firstCause: /attribute filter/,
  },
  {
    step: "search-relevant-content",
    sent: { name: "ExpiredTokenException", status: 403 },
    code: "credentials_expired",
    firstCause: /session ended/,
  },
  {
    step: "search-relevant-content",
    sent: { name: "InternalServerException", status: 500 },
    code: "aws_unavailable",
    firstCause: /passing fault/,
    retryable: true,
  },
  {
    step: "search-relevant-content",
    sent: { name: "SomethingNewException", status: 418 },
    code: "aws_error",
    firstCause: /does not know/,
  },
];

for (const row of rows) {
  test(`${row.step}: ${row.sent.name} ${row.sent.reason ?? row.sent.message ?? row.sent.description ?? ""} is ${row.code}`, () => {
    const explanation = explainFailure(row.step, readAwsFailure(thrown(row.sent)), row.context ?? context);
    assert.equal(explanation.code, row.code);
    assert.match(explanation.causes[0] ?? "", row.firstCause);
    assert.equal(explanation.retryable, row.retryable ?? false);
    assert.ok(explanation.fix.length > 10);
  });
}

test("every row of the catalogue is reached by one of these failures", () => {
  const reached = new Set(rows.map(({ code }) => code));
  assert.deepEqual(
    failureCatalogue.map(({ code }) => code).filter((code) => !reached.has(code)),
    [],
  );
});

test("no explanation speaks of undefined, with or without context", () => {
  for (const { step, sent } of rows) {
    for (const known of [context, {}]) {
      const { title, causes, fix } = explainFailure(step, readAwsFailure(thrown(sent)), known);
      assert.doesNotMatch([title, ...causes, fix].join(" "), /undefined|null|\[object/);
    }
  }
});

test("the text of CreateTokenWithIAM comes from error_description, not from the useless message", () => {
  const failure = readAwsFailure(
    thrown({ name: "InvalidGrantException", status: 400, error: "invalid_grant", description: "the text" }),
  );
  assert.equal(failure.text, "the text");
  assert.equal(failure.oauthError, "invalid_grant");
  assert.equal(failure.requestId, "req-1");
});

test("a thrown value that is no error is read without a fault of its own", () => {
  for (const value of [undefined, null, "text", 7, {}, { $metadata: "x", name: 3 }]) {
    assert.equal(explainFailure("create-token-with-iam", readAwsFailure(value)).code, "connection_failed");
  }
});
