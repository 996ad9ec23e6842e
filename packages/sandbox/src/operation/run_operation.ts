// How one operation is run, whoever asks: the API behind a signature, or the seed. Its input is held against AWS's model,
// the caller's identity policies are asked, then it runs.
import { refuseUnsupported } from "../models/refuse_request.ts";
import { validateInput } from "../models/validate.ts";
import { assertIdentityPolicy, assertReachable, iamActionOf } from "./authorization.ts";
import { assertRoom } from "./bounds.ts";
import type { OperationContext, OperationData, Registry } from "./operation.ts";

/**
 * Validates, authorizes and runs the operation the context names.
 *
 * @throws AwsError the refusal of whichever of the three refused
 */
export async function runOperation(
  registry: Registry,
  context: OperationContext,
  input: OperationData,
): Promise<OperationData> {
  const { service, operation } = context;
  const found = registry.find(service, operation);
  if (found === undefined) throw refuseUnsupported(service, operation);
  validateInput(service, operation, input);
  assertReachable(context);
  const { authorize } = found;
  if (authorize !== "operation") {
    const resource = authorize === "anyResource" ? undefined : authorize(input, context);
    assertIdentityPolicy(context, iamActionOf(service, operation), resource);
  }
  assertRoom(context, input);
  return (await found.run(input, context)) ?? {};
}
