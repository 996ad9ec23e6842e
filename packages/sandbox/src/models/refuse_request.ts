// The refusals of the protocol layer: no such operation, an unreadable request, a value of another type.

import { AwsError } from "../ground/errors.ts";
import { isAwsOperation } from "./aws_operations.ts";
import { refuseInput } from "./refusal.ts";
import type { ServiceModel, ServiceName } from "./shapes.ts";

/** The request is not readable: bad encoding, bad JSON, nested without end. */
export function refuseSyntax(model: ServiceModel, what: string): AwsError {
  return refuseInput(model.service, "syntax", [{ path: "", text: `Could not parse the request: ${what}` }]);
}

/** A value has another type than its shape; `expected` completes "is not …". */
export function refuseType(model: ServiceModel, path: string, expected: string): AwsError {
  const text = `Could not parse the request: the value at '${path}' is not ${expected}`;
  return refuseInput(model.service, "syntax", [{ path, text }]);
}

/**
 * The service has no such operation (query: also a wrong `Version`).
 *
 * @param asked the action, target or method and path that was asked for
 */
export function refuseOperation(model: ServiceModel, asked: string, version?: string): AwsError {
  const name = asked.slice(0, 100);
  if (isAwsOperation(model.service, asked) && !model.operations.has(asked))
    throw refuseUnsupported(model.service, asked);
  const common = {
    rule: "input.operation",
    why: `The sandbox's ${model.service} has no operation for "${name}".`,
    fix: `It answers: ${[...model.operations.keys()].join(", ")}.`,
  };
  switch (model.protocol) {
    case "query":
      if (asked === "") {
        return new AwsError({
          ...common,
          code: "MissingAction",
          status: 400,
          message: "The request is missing an action or a required parameter.",
        });
      }
      return new AwsError({
        ...common,
        code: "InvalidAction",
        status: 400,
        message: `Could not find operation ${name} for version ${(version ?? "NO_VERSION_SPECIFIED").slice(0, 30)}`,
      });
    case "json":
      return new AwsError({ ...common, code: "UnknownOperationException", status: 400 });
    case "rest-xml":
      // S3's own word for what it knows and does not do.
      return new AwsError({
        ...common,
        code: "NotImplemented",
        status: 501,
        message: "A header you provided implies functionality that is not implemented.",
      });
    case "rest-json":
      // Q Business has a reason for this in its model; SSO OIDC has none, so it answers as AWS's front end does.
      return model.service === "qbusiness"
        ? new AwsError({
            ...common,
            code: "ValidationException",
            status: 400,
            message: "Unknown operation",
            members: { reason: "UNKNOWN_OPERATION" },
          })
        : new AwsError({ ...common, code: "UnknownOperationException", status: 404 });
  }
}

/** AWS has the operation, the sandbox has not: said so in the service's protocol, and not as if AWS lacked it. */
export function refuseUnsupported(service: ServiceName, operation: string): AwsError {
  return new AwsError({
    code: "UnsupportedOperation",
    status: 501,
    message: `AWS has ${service} ${operation}; the tti-sandbox does not do it.`,
    rule: "sandbox.operation",
    why: `The sandbox does not do ${operation} of ${service}, which AWS has.`,
    fix: "See docs/divergences.md for what the sandbox covers; send this call to AWS, or leave it out of local tests.",
  });
}

/** An upload in chunks whose framing is broken (S3 API reference, IncompleteBody). */
export function refuseS3Body(): AwsError {
  return new AwsError({
    code: "IncompleteBody",
    status: 400,
    message: "You did not provide the number of bytes specified by the Content-Length HTTP header",
    rule: "input.syntax",
    why: "The body says that it comes in chunks (x-amz-content-sha256: STREAMING-…), and its chunks are broken",
    fix: "Send it with an AWS SDK, or with the SHA-256 of the whole body.",
  });
}
