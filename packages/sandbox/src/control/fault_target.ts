// Whether a fault can ever strike: it does something, and names a service and an operation that are simulated together. One
// that cannot would wait for ever, and a test would pass that proves nothing.
import type { Fault } from "../gateway/faults.ts";
import { nearestName } from "../ground/nearest_name.ts";
import { serviceNames } from "../models/index.ts";
import type { Operation } from "../operation/operation.ts";
import { invalid, shown } from "./control_input.ts";

/**
 * @param operations what the sandbox simulates
 * @throws SandboxSetupError `CONTROL_INPUT_INVALID` naming the field, and the name that was probably meant
 */
export function assertCanStrike(
  { service, operation, delayMs, error, drop }: Fault,
  operations: readonly Pick<Operation, "service" | "operation">[],
): void {
  if (service !== undefined && !serviceNames.some((name) => name === service)) {
    const known = serviceNames.map(shown).join(", ");
    throw invalid(`service is ${shown(service)}; it must be one of ${known}.${meant(service, serviceNames)}`);
  }
  if (operation !== undefined) assertSimulated(service, operation, operations);
  if (delayMs !== undefined || error !== undefined || drop !== undefined) return;
  throw invalid(
    "The fault does nothing yet: give a delay (delayMs), an error with its code (error), or a connection that drops (drop).",
  );
}

function assertSimulated(
  service: string | undefined,
  operation: string,
  operations: readonly Pick<Operation, "service" | "operation">[],
): void {
  const owners = operations.filter((each) => each.operation === operation).map((each) => each.service);
  if (service === undefined ? owners.length > 0 : owners.some((owner) => owner === service)) return;
  if (owners.length > 0) {
    throw invalid(
      `operation is ${shown(operation)}, which is no operation of ${service} but of ${owners.join(" and ")}: name that service, or leave service out.`,
    );
  }
  const near = operations.filter((each) => service === undefined || each.service === service);
  const names = near.map((each) => each.operation);
  throw invalid(
    `operation is ${shown(operation)}, which ${service ?? "the sandbox"} does not simulate; it must be an operation as AWS spells it.${meant(operation, names)}`,
  );
}

function meant(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? "" : ` Did you mean ${shown(nearest)}?`;
}
