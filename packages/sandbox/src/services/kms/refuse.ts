// The errors of the KMS operations, with AWS's codes; all are 400 (API reference).

import { AwsError } from "../../ground/errors.ts";

/** The private half of a refusal: the rule, why, and what to change. */
export type Told = { rule: string; reason: string; fix: string };

/** The codes the operations throw. */
export type KmsErrorCode =
  | "AlreadyExistsException"
  | "DisabledException"
  | "InvalidAliasNameException"
  | "InvalidArnException"
  | "InvalidKeyUsageException"
  | "KMSInvalidSignatureException"
  | "KMSInvalidStateException"
  | "DryRunOperationException"
  | "MalformedPolicyDocumentException"
  | "NotFoundException"
  | "TagException"
  | "UnsupportedOperationException"
  | "ValidationException";

/** An error of KMS. */
export function refuse(code: KmsErrorCode, message: string, told: Told): AwsError {
  return new AwsError({ code, status: 400, message, ...told });
}
