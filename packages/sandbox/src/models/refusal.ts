// The answer of each service to input it cannot accept: code, status, text and members, in AWS's shape.

import { AwsError } from "../ground/errors.ts";
import type { ServiceName } from "./shapes.ts";

/** One constraint an input breaks. */
export interface Violation {
  /** The member's path as AWS writes it, e.g. `tags.1.member.key`. */
  readonly path: string;
  /** What AWS says about it. */
  readonly text: string;
}

/** What kind of refusal it is; services that tell them apart do so by this. */
export type RefusalKind = "constraint" | "syntax";

/**
 * Builds the error a service gives for unacceptable input.
 *
 * @param kind `constraint`: readable, but outside the model's limits; `syntax`: not readable as input at all
 * @param violations at least one; all are named in the message
 */
export function refuseInput(
  service: ServiceName,
  kind: RefusalKind,
  violations: readonly Violation[],
): AwsError {
  const texts = violations.map(({ text }) => text);
  const message =
    kind === "syntax"
      ? texts.join("; ")
      : `${violations.length} validation error${violations.length > 1 ? "s" : ""} detected: ${texts.join("; ")}`;
  const paths = violations.map(({ path }) => path).filter((path) => path !== "");
  const common = {
    status: 400,
    message,
    why: `The request does not fit the ${service} model: ${texts.join("; ")}.`,
    rule: kind === "syntax" ? "input.syntax" : "input.constraint",
    fix: paths.length > 0 ? `Correct ${paths.join(", ")}.` : "Send what an AWS SDK would send.",
  };
  switch (service) {
    case "sts":
    case "iam":
      return new AwsError({ ...common, code: "ValidationError" });
    case "kms":
    case "identitystore":
    case "sso-admin":
    case "cloudtrail":
      return new AwsError({
        ...common,
        code: kind === "syntax" ? "SerializationException" : "ValidationException",
      });
    case "sso":
      return new AwsError({ ...common, code: "InvalidRequestException" });
    case "s3":
    case "s3control":
      return new AwsError({
        ...common,
        code: kind === "syntax" ? "MalformedXML" : service === "s3" ? "InvalidArgument" : "InvalidRequest",
      });
    case "qbusiness":
      return new AwsError({
        ...common,
        code: "ValidationException",
        members:
          kind === "syntax"
            ? { reason: "CANNOT_PARSE" }
            : {
                reason: "FIELD_VALIDATION_FAILED",
                fields: violations.map(({ path, text }) => ({ name: path, message: text })),
              },
      });
    case "sso-oidc": {
      // Its errors have no message member: the text travels as error_description.
      const { message: description, ...rest } = common;
      return new AwsError({
        ...rest,
        code: "InvalidRequestException",
        members: { error: "invalid_request", error_description: description },
      });
    }
  }
}
