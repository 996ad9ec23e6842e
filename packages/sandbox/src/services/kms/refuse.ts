// The errors of the KMS operations, with AWS's codes; all are 400 (API reference).

import { refusing } from "../../operation/refuse.ts";

export const refuse = refusing<
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
  | "ValidationException"
>("kms", { ValidationException: 400 });
