// Owns the join of what the customer handed over with what is ours: the role registered with AWS. Pure.

import { parseSearchConnection, type SearchConnection } from "tti-exchange";
import { OperationError } from "../errors.ts";
import type { Accessor } from "./accessor_store.ts";

// The role is the ISV's, not the customer's; a well-formed stand-in lets the one set of patterns judge the rest.
const anyRoleArn = "arn:aws:iam::000000000000:role/any";

/**
 * Checks what a customer handed over against AWS's patterns.
 * @throws OperationError invalid_input for the name
 * @throws ExchangeSettingsError `connection_invalid`, with every other field at fault
 */
export function parseAccessor(
  input: Omit<Accessor, "createdAtMs" | "method"> & { method?: unknown },
): Omit<Accessor, "createdAtMs"> {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(input.name)) {
    throw new OperationError("invalid_input", "name has letters, digits, _ and - only, at most 64.", {
      field: "name",
      fix: "Choose a name such as default or archive.",
    });
  }
  const { name, ...handedOver } = input;
  const { method = "tti", ...connection } = parseSearchConnection({ ...handedOver, roleArn: anyRoleArn });
  const { tenantId, applicationId, retrieverId, qRegion, idcApplicationArn, idcRegion } = connection;
  return { name, tenantId, applicationId, retrieverId, qRegion, idcApplicationArn, idcRegion, method };
}

/**
 * The connection of an accessor, as the exchange takes it.
 * @param roleArn the ISV role registered with AWS (TTI_ROLE_ARN)
 * @throws OperationError invalid_config without a role
 */
export function connectionOf(accessor: Accessor, roleArn: string | undefined): SearchConnection {
  if (roleArn === undefined) {
    throw new OperationError("invalid_config", "TTI_ROLE_ARN is not set: no role can be assumed at AWS.", {
      fix: "Set TTI_ROLE_ARN to the role registered with AWS.",
    });
  }
  const { name: _name, createdAtMs: _created, ...connection } = accessor;
  return { ...connection, roleArn };
}
