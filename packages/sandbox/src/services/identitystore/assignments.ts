// What hangs on a user or group outside the identity store: its assignments to the instance's applications.

import type { OperationContext } from "../../operation/operation.ts";

/** Removes every application assignment of a user or group that ceases to exist. */
export function removeAssignments(
  { world }: OperationContext,
  identityStoreId: string,
  type: "USER" | "GROUP",
  id: string,
): void {
  for (const application of world.applications.values()) {
    if (world.instances.get(application.instanceArn)?.identityStoreId !== identityStoreId) continue;
    application.assignments = application.assignments.filter(
      ({ principalType, principalId }) => principalType !== type || principalId !== id,
    );
  }
}
