// The errors of the Q Business operations, with AWS's codes, statuses and members (model; contract 6.5).

import type { AwsError } from "../../ground/errors.ts";
import { refuseInput } from "../../models/refusal.ts";
import { refusing, type Told } from "../../operation/refuse.ts";

export const refuse = refusing<
  | "AccessDeniedException"
  | "ConflictException"
  | "LicenseNotFoundException"
  | "ResourceNotFoundException"
  | "ServiceQuotaExceededException"
  | "ThrottlingException"
  | "ValidationException"
>("qbusiness");

/** What an id may name. */
export type ResourceType =
  | "APPLICATION"
  | "INDEX"
  | "RETRIEVER"
  | "DATA_SOURCE"
  | "DATA_ACCESSOR"
  | "PERMISSION_STATEMENT"
  | "USER"
  | "GROUP"
  | "DOCUMENT"
  | "SUBSCRIPTION"
  | "CONVERSATION"
  | "WEB_EXPERIENCE"
  | "IDENTITY_CENTER_INSTANCE"
  | "TRUSTED_TOKEN_ISSUER";

type Subject = { type: ResourceType; id: string };

/** The id leads to nothing in the caller's account and region. */
export function refuseMissing(subject: Subject, told: Told): AwsError {
  const message = `The ${spoken(subject.type)} ${subject.id} was not found.`;
  return refuse("ResourceNotFoundException", message, told, membersOf(subject));
}

/** It exists already, or is in the way. */
export function refuseConflict(subject: Subject, message: string, told: Told): AwsError {
  return refuse("ConflictException", message, told, membersOf(subject));
}

/** A quota is used up. */
export function refuseQuota(subject: Subject, message: string, told: Told): AwsError {
  return refuse("ServiceQuotaExceededException", message, told, membersOf(subject));
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
  told: { why?: string; fix?: string } = {},
): AwsError {
  const refusal = refuseInput("qbusiness", "constraint", [{ path: name, text: message }]);
  const { why = refusal.why, fix = `Correct ${name}.` } = told;
  const text = `1 validation error detected: ${message}`;
  return refuse("ValidationException", text, { rule, why, fix }, refusal.members);
}

function membersOf({ type, id }: Subject): { resourceId: string; resourceType: string } {
  return { resourceId: id, resourceType: type };
}

function spoken(type: ResourceType): string {
  return type.toLowerCase().replaceAll("_", " ");
}
