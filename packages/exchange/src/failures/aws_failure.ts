// Reads the facts out of whatever the AWS SDK threw, and makes a copy of it that is safe to keep as a cause.
// CreateTokenWithIAM hides its text in `error_description` ("message" is useless there); here it comes to light.

import { messageOf, redact } from "./redaction.ts";

/** What is known about a failed AWS call. */
export interface AwsFailure {
  /** The error's name as AWS spells it, e.g. `InvalidGrantException`, or the network error's code. */
  readonly name: string;
  readonly httpStatusCode: number | undefined;
  /** The text AWS gave, from `error_description` where that is the one with content. */
  readonly text: string;
  /** OAuth error code of CreateTokenWithIAM, e.g. `invalid_grant`. */
  readonly oauthError: string | undefined;
  /** KMS_* and other reasons. */
  readonly reason: string | undefined;
  /** The region InvalidRequestRegionException points to. */
  readonly region: string | undefined;
  readonly requestId: string | undefined;
  /** No whole HTTP answer arrived: it is unknown whether AWS acted. */
  readonly noAnswer: boolean;
}

/**
 * Reads what is known of a failed AWS call, without the secrets it may repeat.
 *
 * @param error what the SDK threw
 * @param secrets values that were part of the call and must not survive in any text
 */
export function readAwsFailure(error: unknown, secrets: readonly (string | undefined)[] = []): AwsFailure {
  const fields: Record<string, unknown> = typeof error === "object" && error !== null ? { ...error } : {};
  const metadata = record(fields["$metadata"]);
  const status = metadata["httpStatusCode"];
  const httpStatusCode = typeof status === "number" ? status : undefined;
  const oauthError = text(fields["error"]);
  // The SDK appends a second line of advice about hidden fields, which are not kept here.
  const [message = ""] = messageOf(error).split("\n");
  const description = text(fields["error_description"]) ?? (message === "UnknownError" ? undefined : message);
  return {
    name: errorName(error, fields),
    httpStatusCode,
    text: redact(description ?? oauthError ?? "", secrets),
    oauthError,
    reason: text(fields["reason"]),
    region: text(fields["region"]),
    requestId: text(metadata["requestId"]),
    // An error with a status of success is an answer that broke off while it was read.
    noAnswer: httpStatusCode === undefined || httpStatusCode < 400,
  };
}

/** A copy of the failure as an Error, without response objects, headers or secrets. */
export function causeOf(failure: AwsFailure): Error {
  const cause = new Error(failure.text || failure.name);
  cause.name = failure.name;
  // The copy's stack points here, which tells nobody anything.
  delete cause.stack;
  return cause;
}

function errorName(error: unknown, fields: Record<string, unknown>): string {
  const code = text(fields["code"]);
  const name = error instanceof Error ? error.name : text(fields["name"]);
  if (name === undefined || name === "Error") return code ?? name ?? "Unknown";
  return name;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
