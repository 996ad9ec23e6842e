// The errors of the IAM operations, by their code on the wire.

import { refusing } from "../../operation/refuse.ts";

export const refuse = refusing<
  | "NoSuchEntity"
  | "EntityAlreadyExists"
  | "DeleteConflict"
  | "LimitExceeded"
  | "InvalidInput"
  | "MalformedPolicyDocument"
  | "ValidationError"
>("iam", { ValidationError: 400 });
