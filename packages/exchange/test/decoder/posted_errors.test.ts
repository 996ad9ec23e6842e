// Errors as people post them, whatever printed them: the forms are those of public threads about these calls, with our own
// accounts and names. Each is recognised, and the likeliest cause is the one that helped there.

import assert from "node:assert/strict";
import { test } from "node:test";
import { otherCodes } from "../../src/error_codes.ts";
import { decodeError, explainCode, failureCatalogue, mostErrorCharacters } from "../../src/index.ts";
import { acme } from "../support/connections.ts";

const role = "arn:aws:iam::111122223333:role/isv";
const caller = "arn:aws:sts::111122223333:assumed-role/app/i-0123456789abcdef0";
const id = "b59b74ae-9126-4975-8a87-c987e092da76";

interface Posted {
  readonly what: string;
  readonly text: string;
  readonly codes: readonly string[];
  readonly name?: string;
  readonly requestId?: string;
}

const posted: readonly Posted[] = [
  {
    what: "the command line, AssumeRole",
    text: `aws: [ERROR]: An error occurred (AccessDenied) when calling the AssumeRole operation: User: ${caller} is not authorized to perform: sts:AssumeRole on resource: ${role}`,
    codes: ["assume_role_denied"],
    name: "AccessDenied",
  },
  {
    what: "a CI job",
    text: `Retry AssumeRole: attempt 1 of 12 failed: Could not assume role with user credentials: User: ${caller} is not authorized to perform: sts:TagSession on resource: ${role}`,
    codes: ["tag_session_denied"],
  },
  {
    what: "botocore, SetContext",
    text: `botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the AssumeRole operation: User: ${caller} is not authorized to perform: sts:SetContext on resource: ${role}`,
    codes: ["set_context_denied"],
  },
  {
    what: "Java, version 1",
    text: `com.amazonaws.services.securitytoken.model.AWSSecurityTokenServiceException: User: arn:aws:iam::111122223333:user/isv is not authorized to perform: sts:AssumeRole on resource: ${role} (Service: AWSSecurityTokenService; Status Code: 403; Error Code: AccessDenied; Request ID: ${id}; Proxy: null)\n\tat com.amazonaws.http.AmazonHttpClient.handleErrorResponse(AmazonHttpClient.java:1879)`,
    codes: ["assume_role_denied"],
    name: "AccessDenied",
    requestId: id,
  },
  {
    what: "PHP",
    text: `Error executing "AssumeRole" on "https://sts.eu-west-1.amazonaws.com"; AWS HTTP error: Client error: \`POST https://sts.eu-west-1.amazonaws.com\` resulted in a \`403 Forbidden\` response: Sender AccessDeni (truncated...) AccessDenied (client): User: arn:aws:iam::111122223333:user/isv is not authorized to perform: sts:AssumeRole on resource: ${role}`,
    codes: ["assume_role_denied"],
    name: "AccessDenied",
  },
  {
    what: "Go",
    text: `operation error SSO OIDC: CreateTokenWithIAM, https response error StatusCode: 400, RequestID: ${id}, InvalidGrantException: `,
    codes: ["token_rejected", "token_already_redeemed"],
    requestId: id,
  },
  {
    what: "Go, STS",
    text: `operation error STS: AssumeRole, https response error StatusCode: 403, RequestID: ${id}, api error ExpiredToken: The security token included in the request is expired`,
    codes: ["base_credentials_expired"],
    requestId: id,
  },
  {
    what: "XML, as a proxy logs it",
    text: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>The security token included in the request is invalid.</Message></Error><RequestId>${id}</RequestId></ErrorResponse>`,
    codes: ["base_credentials_refused"],
    requestId: id,
  },
  {
    what: "a stack of Python, no words",
    text: `Traceback (most recent call last):\n  File "/opt/app/src/utils.py", line 72, in get_iam_oidc_token\n    response = client.create_token_with_iam(\n  File "/opt/app/venv/lib/python3.12/site-packages/botocore/client.py", line 1021, in _make_api_call\n    raise error_class(parsed_response, operation_name)\nbotocore.errorfactory.AccessDeniedException: An error occurred (AccessDeniedException) when calling the CreateTokenWithIAM operation:`,
    codes: ["user_not_assigned", "kms_denied", "exchange_not_permitted"],
    name: "AccessDeniedException",
  },
  {
    what: "boto3, the application is unknown",
    text: "An error occurred (InvalidClientException) when calling the CreateTokenWithIAM operation:",
    codes: ["idc_application_unknown"],
  },
  {
    what: "a debug log of the wire",
    text: `Response headers: {'Content-Type': 'application/json', 'x-amzn-RequestId': '${id}', 'x-amzn-ErrorType': 'InvalidGrantException:http://internal.amazon.com/coral/com.amazonaws.sso.oidc/'}\nb'{"error":"invalid_grant","error_description":"Invalid refresh token provided"}'`,
    codes: ["refresh_token_expired"],
    requestId: id,
  },
  {
    what: "a page that shows no more than this",
    text: "InvalidGrantException:  (Code: InvalidGrantException)",
    codes: ["token_rejected", "token_already_redeemed"],
  },
  { what: "the words alone", text: "JWT is already redeemed", codes: ["token_already_redeemed"] },
  {
    what: "a Q Business call without the user's identity",
    text: "An error occurred (AccessDeniedException) when calling the SearchRelevantContent operation: User is not authorized for this service call.",
    codes: ["search_denied"],
  },
  {
    what: "Rust",
    text: `unhandled error (AccessDeniedException)\n service error\n Error { code: "AccessDeniedException", message: "User is not authorized for this service call.", aws_request_id: "${id}" }`,
    codes: ["search_denied"],
    requestId: id,
  },
  {
    what: ".NET",
    text:
      "Amazon.SSOOIDC.Model.InvalidGrantException: Error unmarshalling response back from AWS. Request ID: " +
      id,
    codes: ["token_rejected"],
    requestId: id,
  },
  {
    what: "CloudTrail",
    text: JSON.stringify({
      eventSource: "sts.amazonaws.com",
      eventName: "AssumeRole",
      errorCode: "AccessDenied",
      errorMessage: `User: ${caller} is not authorized to perform: sts:TagSession on resource: ${role}`,
      requestID: id,
    }),
    codes: ["tag_session_denied"],
    name: "AccessDenied",
    requestId: id,
  },
  {
    what: "no credentials in Python",
    text: "botocore.exceptions.NoCredentialsError: Unable to locate credentials",
    codes: ["base_credentials_missing"],
  },
  {
    what: "a region that does not exist",
    text: 'botocore.exceptions.EndpointConnectionError: Could not connect to the endpoint URL: "https://oidc.eu-centrl-1.amazonaws.com/token?aws_iam=t"',
    codes: ["connection_failed"],
  },
  {
    what: "a chained role",
    text: "An error occurred (ValidationError) when calling the AssumeRole operation: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
    codes: ["duration_too_long"],
  },
  {
    what: "this package's own error",
    text: "IdTokenError: The ID token's iss is \"https://a\", expected \"https://a/\" byte for byte.\n    at x {\n  code: 'id_token_issuer',\n  step: 'id-token'\n}",
    codes: ["id_token_issuer"],
  },
  {
    what: "the command's own error",
    text: "tti: Step 2, CreateTokenWithIAM, failed, Identity Center does not accept the ID token. AWS said InvalidGrantException: Invalid grant provided. Likely cause: no user.\n  code: token_rejected\n  step: create-token-with-iam",
    codes: ["token_rejected"],
  },
  {
    what: "the provider's answer to a back end",
    text: '{"error":"exchange_failed","message":"search-relevant-content: Step 4, SearchRelevantContent, failed, Q Business denies the search. AWS said AccessDeniedException: User is not authorized for this service call.. Likely cause: x"}',
    codes: ["search_denied"],
  },
];

for (const { what, text, codes, name, requestId } of posted) {
  test(`${what}: ${codes[0]}`, () => {
    const decoded = decodeError(text);
    assert.deepEqual(
      decoded.explanations.slice(0, codes.length).map(({ code }) => code),
      codes,
      JSON.stringify(decoded, undefined, 1),
    );
    if (name !== undefined) assert.equal(decoded.recognised.name, name);
    assert.equal(decoded.recognised.requestId, requestId);
    assert.deepEqual(decoded.dropped, []);
  });
}

test("what is known of the connection makes causes concrete", () => {
  const { explanations } = decodeError("InvalidGrantException", {
    ...acme,
    token: { email: "ada@acme.example", iss: "https://login.isv.example" },
  });
  assert.match(explanations[0]?.causes[0] ?? "", /ada@acme\.example/);
});

test("what is no error is told as nothing, and an endless text is read to a bound", () => {
  for (const text of ["", "it does not work", "null", "200 OK", "\u0000\u0007", "🧨".repeat(50)]) {
    const decoded = decodeError(text);
    assert.deepEqual([decoded.explanations, decoded.cut], [[], false], text);
  }
  const late = `${"x ".repeat(mostErrorCharacters)}InvalidGrantException`;
  assert.deepEqual([decodeError(late).explanations, decodeError(late).cut], [[], true]);
});

test("no text makes reading slow", () => {
  const hostile = [
    "eyJ",
    "Bearer ",
    "<Message>",
    "error_description: '",
    "arn:aws:",
    "request id ",
    "A",
    "a_b",
    "://x:",
    "\n",
  ];
  // A pattern that goes back over what it read would need minutes for this, not a second.
  for (const part of hostile) {
    const startedMs = performance.now();
    decodeError(part.repeat(mostErrorCharacters));
    assert.ok(performance.now() - startedMs < 5_000, part);
  }
});

test("every code has an explanation with a fix", () => {
  for (const code of [...Object.keys(otherCodes), ...failureCatalogue.map((row) => row.code)]) {
    const told = explainCode(code);
    assert.ok(told !== undefined && told.fix.length > 10 && told.title.length > 5, code);
    assert.doesNotMatch(
      `${told.title} ${told.causes.join(" ")} ${told.fix}`,
      /undefined|null|\[object/,
      code,
    );
  }
  assert.equal(explainCode("no_such_code"), undefined);
  assert.equal(explainCode("toString"), undefined);
});
