// Owns what a caller may be allowed: the scopes of the API, and for whom a back end may act.
import { OperationError } from "../../errors.ts";
import { apiScope } from "../../grants_and_scopes.ts";
import type { BackEndToken } from "../../provider/clients/access_tokens.ts";
import type { TenantRight } from "../../provider/clients/tenant_rights.ts";

/** The scopes that open administration, the answering of login challenges, and search. */
export const { admin: adminScope, handoff: handoffScope, search: searchScope } = apiScope;

/** A back end that calls: whose it is, and for which tenants it may act, by when its right was asked last. */
export type Caller = Pick<BackEndToken, "clientId" | "tokenHash" | "mayActFor">;

/**
 * Asserts that a back end may act for a tenant.
 * @param right by which of its rights; each has tenants of its own
 * @throws OperationError forbidden
 */
export function assertTenantAllowed(
  token: Caller,
  right: Exclude<TenantRight, "mint">,
  tenantId: string,
): void {
  if (token.mayActFor(right, tenantId)) return;
  throw new OperationError("forbidden", "The client may not act for this tenant.", {
    field: "tenant",
    fix: `Give the client the tenant: tti client update ID --${right}-for TENANT, beside those it has.`,
  });
}
