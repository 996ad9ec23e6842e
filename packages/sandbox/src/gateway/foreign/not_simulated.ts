// What a service that is not simulated answers: not why the sandbox lacks it, but whose name the call bears, so that a team
// sees that its identity-enhanced session reached the receiver (issue 16).
import { AwsError } from "../../ground/errors.ts";
import { simulatedServices } from "../../models/simulated_services.ts";
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
    fix: `Set AWS_ENDPOINT_URL_<SERVICE> for the services it has (${simulatedServices.map(({ variable }) => variable).join(", ")}) in place of AWS_ENDPOINT_URL, so that others go to AWS.`,
  });
}
