// The errors of the IAM operations, by their code on the wire and status (model).

import { AwsError } from "../../ground/errors.ts";

type Told = { rule: string; reason: string; fix: string };

/** The role or policy named does not exist. */
export function refuseMissing(message: string, told: Told): AwsError {
  return new AwsError({ code: "NoSuchEntity", status: 404, message, ...told });
}

/** A role of that name exists. */
export function refuseExisting(message: string, told: Told): AwsError {
  return new AwsError({ code: "EntityAlreadyExists", status: 409, message, ...told });
}

/** Something hangs on the role. */
export function refuseDeletion(message: string, told: Told): AwsError {
  return new AwsError({ code: "DeleteConflict", status: 409, message, ...told });
}

/** A quota is used up. */
export function refuseQuota(message: string, told: Told): AwsError {
  return new AwsError({ code: "LimitExceeded", status: 409, message, ...told });
}

/** A value the model does not describe. */
export function refuseInput(message: string, told: Told): AwsError {
  return new AwsError({ code: "InvalidInput", status: 400, message, ...told });
}

/** A policy outside the grammar, or that names a principal that does not exist. */
export function refusePolicy(message: string, told: Told): AwsError {
  return new AwsError({ code: "MalformedPolicyDocument", status: 400, message, ...told });
}
