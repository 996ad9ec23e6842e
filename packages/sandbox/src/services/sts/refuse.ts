// The errors of STS, by their code on the wire.

import type { AwsError } from "../../ground/errors.ts";
import { refusing } from "../../operation/refuse.ts";

export const refuse = refusing<
  | "AccessDenied"
  | "ExpiredTokenException"
  | "IDPCommunicationError"
  | "InvalidIdentityToken"
  | "InvalidParameterValue"
  | "MalformedPolicyDocument"
  | "PackedPolicyTooLarge"
  | "ValidationError"
>("sts", { AccessDenied: 403, InvalidParameterValue: 400, ValidationError: 400 });

/** `sts` speaks of bad input with this code. */
export function refuseInput(rule: string, message: string, fix: string, why = message): AwsError {
  return refuse("ValidationError", message, { rule, why, fix });
}
