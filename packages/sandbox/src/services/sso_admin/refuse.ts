// The errors of the sso-admin operations, with AWS's codes; all are 400 (API reference).

import type { AwsError } from "../../ground/errors.ts";
import { refusing } from "../../operation/refuse.ts";

export const refuse = refusing<
  | "ResourceNotFoundException"
  | "ConflictException"
  | "ValidationException"
  | "ServiceQuotaExceededException"
  | "IdempotentParameterMismatch"
>("sso-admin", { IdempotentParameterMismatch: 400 });

/** An idempotency token came back with other parameters (API reference, ClientToken). */
export function refuseTokenReuse(): AwsError {
  return refuse("IdempotentParameterMismatch", "The ClientToken was used before with different parameters.", {
    rule: "idempotency.parameters",
    why: "The same ClientToken was sent before with other parameters.",
    fix: "Use a new ClientToken for a new request.",
  });
}
