// The errors of the identitystore operations, with AWS's codes, reasons and members; all are 400 (API reference).

import { AwsError } from "../../ground/errors.ts";

type Told = { rule: string; reason: string; fix: string };

/** The resource types ResourceNotFoundException tells apart. */
export type ResourceType = "GROUP" | "USER" | "IDENTITY_STORE" | "GROUP_MEMBERSHIP";

/** The id, or the identifier looked up, leads to nothing. */
export function refuseMissing(type: ResourceType, id: string | undefined, told: Told): AwsError {
  return new AwsError({
    code: "ResourceNotFoundException",
    status: 400,
    message: `${type} not found.`,
    members: { ResourceType: type, ...(id !== undefined && { ResourceId: id }) },
    ...told,
  });
}

/** Another user or group has the value that must be unique. */
export function refuseDuplicate(what: string, told: Told): AwsError {
  return new AwsError({
    code: "ConflictException",
    status: 400,
    message: `Duplicate ${what}`,
    members: { Reason: "UNIQUENESS_CONSTRAINT_VIOLATION" },
    ...told,
  });
}

/** The caller's Revision is not the present one. */
export function refuseStale(told: Told): AwsError {
  return new AwsError({
    code: "ConflictException",
    status: 400,
    message: "The resource was modified since it was read.",
    members: { Reason: "CONCURRENT_MODIFICATION" },
    ...told,
  });
}

/** A rule the model does not hold. */
export function refuseInvalid(message: string, told: Told): AwsError {
  return new AwsError({ code: "ValidationException", status: 400, message, ...told });
}
