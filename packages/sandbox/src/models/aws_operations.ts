// The names of every operation AWS has of the services simulated here, written by scripts/sandbox_models.ts.
import names from "./aws_operations.json" with { type: "json" };
import type { ServiceName } from "./shapes.ts";

const known: Readonly<Record<ServiceName, readonly string[]>> = names;

/** @returns whether AWS has an operation of this name, whether or not the sandbox does it */
export function isAwsOperation(service: ServiceName, operation: string): boolean {
  return known[service].includes(operation);
}
