// Owns what an id of a tenant is. Pure.
import { OperationError } from "../../errors.ts";

// What AWS accepts as externalIds of a data accessor and as the value of a session tag (≤ 256).
const tenantIdPattern = /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,255}$/;

/**
 * Parses a tenant id.
 * @param value what the caller sent
 * @param field the name of the input field, for the error
 * @throws OperationError invalid_input
 * @see https://docs.aws.amazon.com/amazonq/latest/api-reference/API_DataAccessorAuthenticationDetail.html
 */
export function parseTenantId(value: unknown, field = "tenant"): string {
  if (typeof value === "string" && tenantIdPattern.test(value)) return value;
  throw new OperationError(
    "invalid_input",
    `${field} is not a tenant id: AWS takes letters, digits, _ and - only, at most 256, the first a letter or digit.`,
    { field, fix: "Choose an id such as acme or acme-eu; customers type it at AWS as External Id." },
  );
}
