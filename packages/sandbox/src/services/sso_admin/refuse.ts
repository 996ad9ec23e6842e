// The errors of the sso-admin operations, with AWS's codes; all are 400 (API reference).

import { AwsError } from "../../ground/errors.ts";

/** The private half of a refusal: the rule, why, and what to change. */
export type Told = { rule: string; reason: string; fix: string };

/** The thing an ARN or id names does not exist. */
export function refuseMissing(message: string, told: Told): AwsError {
  return new AwsError({ code: "ResourceNotFoundException", status: 400, message, ...told });
}

/** It exists already, or is in the way. */
export function refuseConflict(message: string, told: Told): AwsError {
  return new AwsError({ code: "ConflictException", status: 400, message, ...told });
}

/** A rule the model does not hold. */
export function refuseInvalid(message: string, told: Told): AwsError {
  return new AwsError({ code: "ValidationException", status: 400, message, ...told });
}

/** A quota is used up. */
export function refuseQuota(message: string, told: Told): AwsError {
  return new AwsError({ code: "ServiceQuotaExceededException", status: 400, message, ...told });
}

/** An idempotency token came back with other parameters (API reference, ClientToken). */
export function refuseTokenReuse(): AwsError {
  return new AwsError({
    code: "IdempotentParameterMismatch",
    status: 400,
    message: "The ClientToken was used before with different parameters.",
    rule: "idempotency.parameters",
    reason: "The same ClientToken was sent before with other parameters.",
    fix: "Use a new ClientToken for a new request.",
  });
}
