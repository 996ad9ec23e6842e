// What a service that is not simulated answers: not why the sandbox lacks it, but whose name the call bears, so that a team
// sees that its identity-enhanced session reached the receiver (issue 16).
import { AwsError } from "../../ground/errors.ts";
import { serviceNames } from "../../models/index.ts";
import type { ForeignCall } from "./foreign_call.ts";

/**
 * 501 is in no AWS SDK's list of statuses that are worth another attempt (500, 502, 503, 504), and no list of throttling
 * codes names `UnsupportedOperation`: the message is shown at once.
 *
 * @param operation null where the protocol does not name it
 * @param bearer whose name the call bears, as a sentence without its full stop
 */
export function notSimulated({ service }: ForeignCall, operation: string | null, bearer: string): AwsError {
  const what = operation === null ? `The service ${service}` : `${service} ${operation}`;
  return new AwsError({
    code: "UnsupportedOperation",
    status: 501,
    message: `${what} is not simulated here (tti-sandbox): ${bearer}.`,
    rule: "sandbox.service",
    why: `The request is signed for the service "${service}", which the sandbox does not simulate; ${bearer}`,
    fix: `Set AWS_ENDPOINT_URL_<SERVICE> for the services it has (${simulatedNames()}) in place of AWS_ENDPOINT_URL, so that others go to AWS.`,
  });
}

/** The sandbox's services as `AWS_ENDPOINT_URL_…` spells them. */
function simulatedNames(): string {
  const words = { s3control: "S3_CONTROL" } as Partial<Record<string, string>>;
  return serviceNames.map((name) => words[name] ?? name.toUpperCase().replaceAll("-", "_")).join(", ");
}
