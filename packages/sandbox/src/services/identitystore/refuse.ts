// The errors of the identitystore operations, with AWS's codes, reasons and members; all are 400 (API reference).

import type { AwsError } from "../../ground/errors.ts";
import { refusing, type Told } from "../../operation/refuse.ts";

export const refuse = refusing<"ResourceNotFoundException" | "ConflictException" | "ValidationException">(
  "identitystore",
);

/** The resource types ResourceNotFoundException tells apart. */
export type ResourceType = "GROUP" | "USER" | "IDENTITY_STORE" | "GROUP_MEMBERSHIP";

/** The id, or the identifier looked up, leads to nothing. */
export function refuseMissing(type: ResourceType, id: string | undefined, told: Told): AwsError {
  const members = { ResourceType: type, ...(id !== undefined && { ResourceId: id }) };
  return refuse("ResourceNotFoundException", `${type} not found.`, told, members);
}

/** Another user or group has the value that must be unique. */
export function refuseDuplicate(what: string, told: Told): AwsError {
  return refuse("ConflictException", `Duplicate ${what}`, told, {
    Reason: "UNIQUENESS_CONSTRAINT_VIOLATION",
  });
}

/** The caller's Revision is not the present one. */
export function refuseStale(told: Told): AwsError {
  const message = "The resource was modified since it was read.";
  return refuse("ConflictException", message, told, { Reason: "CONCURRENT_MODIFICATION" });
}
