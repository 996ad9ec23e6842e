// The errors of the Q Business operations, with AWS's codes, statuses and members (model; contract 6.5).

import { AwsError } from "../../ground/errors.ts";
import { refuseInput } from "../../models/refusal.ts";

type Told = { rule: string; reason: string; fix: string };

/** What an id may name. */
export type ResourceType =
  | "APPLICATION"
  | "INDEX"
  | "RETRIEVER"
  | "DATA_SOURCE"
  | "DATA_ACCESSOR"
  | "PERMISSION_STATEMENT"
  | "IDENTITY_CENTER_INSTANCE"
  | "TRUSTED_TOKEN_ISSUER";

type Subject = { type: ResourceType; id: string };

/** The id leads to nothing in the caller's account and region. */
export function refuseMissing({ type, id }: Subject, told: Told): AwsError {
  return new AwsError({
    code: "ResourceNotFoundException",
    status: 404,
    message: `The ${spoken(type)} ${id} was not found.`,
    members: { resourceId: id, resourceType: type },
    ...told,
  });
}

/** It exists already, or is in the way. */
export function refuseConflict({ type, id }: Subject, message: string, told: Told): AwsError {
  return new AwsError({
    code: "ConflictException",
    status: 409,
    message,
    members: { resourceId: id, resourceType: type },
    ...told,
  });
}

/** A quota is used up. */
export function refuseQuota({ type, id }: Subject, message: string, told: Told): AwsError {
  return new AwsError({
    code: "ServiceQuotaExceededException",
    status: 402,
    message,
    members: { resourceId: id, resourceType: type },
    ...told,
  });
}

/**
 * A rule the model does not hold, at one field.
 *
 * @param message what AWS would say
 * @param told what it would not: why, and what to change
 */
export function refuseField(
  name: string,
  message: string,
  rule: string,
  told: { reason?: string; fix?: string } = {},
): AwsError {
  const refusal = refuseInput("qbusiness", "constraint", [{ path: name, text: message }]);
  const { code, status, members } = refusal;
  const { reason = refusal.reason, fix = `Correct ${name}.` } = told;
  return new AwsError({
    code,
    status,
    message: `1 validation error detected: ${message}`,
    members,
    rule,
    reason,
    fix,
  });
}

/** An idempotency token came back with other parameters. */
export function refuseTokenReuse(subject: Subject): () => AwsError {
  return () =>
    refuseConflict(subject, "The clientToken was used before with different parameters.", {
      rule: "idempotency.parameters",
      reason: "The same clientToken was sent before with other parameters.",
      fix: "Use a new clientToken for a new request.",
    });
}

function spoken(type: ResourceType): string {
  return type.toLowerCase().replaceAll("_", " ");
}
