// How the calls fail by which a customer sets up a trusted token issuer and a data accessor: no step of the exchange, but
// what its user's error often begins with. In the order they are tried, like the failure catalogue.

import type { AwsFailure } from "../failures/aws_failure.ts";
import { accessDenied, named } from "../failures/failure_row.ts";

/** Codes of failures at set-up; no error of this package has one. */
export type SetUpCode =
  | "set_up_denied"
  | "set_up_credentials"
  | "set_up_exists_already"
  | "set_up_quota"
  | "set_up_not_found"
  | "set_up_issuer_invalid"
  | "set_up_external_id_invalid"
  | "set_up_name_invalid"
  | "set_up_invalid";

/** One way in which setting up fails. */
export interface SetUpRow {
  readonly code: SetUpCode;
  readonly matches: (failure: AwsFailure, operation: string | undefined) => boolean;
  readonly title: string;
  readonly causes: readonly string[];
  readonly fix: string;
}

const invalid = named("ValidationException", "ValidationError", "InvalidParameterException");

/** Every known way setting up fails, in the order they are tried. */
export const setUpFailures: readonly SetUpRow[] = [
  {
    code: "set_up_denied",
    matches: accessDenied,
    title: "whoever runs the command may not do this at the customer's account",
    causes: ["the identity lacks the action that AWS names", "a service control policy denies it"],
    fix: "Run it as an administrator of the account that holds the instance, with --region of the service it calls: the Identity Center region for sso-admin, the application's for qbusiness.",
  },
  {
    code: "set_up_credentials",
    matches: named(
      "ExpiredTokenException",
      "ExpiredToken",
      "InvalidClientTokenId",
      "UnrecognizedClientException",
      "MissingAuthenticationToken",
    ),
    title: "AWS does not take the credentials of whoever runs the command",
    causes: ["the sign-in to AWS has ended", "the access key was deleted or mistyped"],
    fix: "Sign in to AWS again (AWS CloudShell has the credentials of who opens it) and run the same command once more.",
  },
  {
    code: "set_up_exists_already",
    matches: named("ConflictException", "IdempotentParameterMismatch"),
    title: "what is to be made exists already",
    causes: [
      "the command ran before, in part",
      "somebody made it in the console",
      "the same client token was used with other parameters",
    ],
    fix: "Look at what is there (list-trusted-token-issuers, list-data-accessors): if it is the same, go on; if not, delete it first. The URL of a trusted token issuer cannot be edited.",
  },
  {
    code: "set_up_quota",
    matches: named("ServiceQuotaExceededException"),
    title: "there are as many of them as AWS allows",
    causes: [
      "an Identity Center instance has at most 10 trusted token issuers; that number is fixed",
      "a Q Business application has at most 10 data accessors",
    ],
    fix: "Delete one that nobody uses any more.",
  },
  {
    code: "set_up_not_found",
    matches: named("ResourceNotFoundException"),
    title: "AWS does not know what the command names",
    causes: [
      "--region is not the one it lives in: the Identity Center region for sso-admin, the application's for qbusiness",
      "an ARN or id belongs to another account, is mistyped, or was deleted",
    ],
    fix: "List what is there in that region and copy the ARN or id whole; or run setup.sh of the pack again: it says what it found and makes what is missing.",
  },
  {
    code: "set_up_issuer_invalid",
    matches: (failure, operation) =>
      invalid(failure) &&
      /issuerUrl|oidcJwtConfiguration/i.test(failure.text) &&
      operation !== "CreateDataAccessor",
    title: "the issuer's URL, or the mapping, has a form AWS does not take",
    causes: [
      "the URL has a query, a fragment or characters AWS does not take, or more than 512 of them",
      "the claim's path has a digit, a hyphen or more than three parts; the attribute is none of userName, emails.value",
    ],
    fix: "Write the issuer as it stands in the token's iss, without .well-known/openid-configuration; map email to emails.value.",
  },
  {
    code: "set_up_external_id_invalid",
    matches: (failure) => invalid(failure) && /externalId/i.test(failure.text),
    title: "the External Id has a form AWS does not take",
    causes: [
      "it holds a dot, a space or another sign than letters, digits, _ and -, or does not begin with a letter or digit",
      "there is not exactly one",
    ],
    fix: "Enter the tenant id as the ISV gave it: letters, digits, _ and -, at most 256 characters.",
  },
  {
    code: "set_up_name_invalid",
    matches: (failure) => invalid(failure) && /\b(?:displayName|name)\b/i.test(failure.text),
    title: "the name has a form AWS does not take",
    causes: [
      "the name of a trusted token issuer has a space: letters, digits and +=,.@_- only",
      "the name of a data accessor has another sign than letters, digits, _ and -",
    ],
    fix: "Choose a name of letters, digits, - and _, without spaces.",
  },
  {
    code: "set_up_invalid",
    matches: invalid,
    title: "AWS found a parameter of the set-up invalid",
    causes: ["the message names the field and the pattern it must have"],
    fix: "Correct the named field. A principal is the ARN of the ISV's role, not of the account.",
  },
];
