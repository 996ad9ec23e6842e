// The tenant lock: a token serves only the tenant and the user the caller asked for, so that none crosses a tenant.

import { IdTokenError } from "../errors.ts";
import { otherFixes } from "../failures/other_fixes.ts";
import { quote } from "./claim_values.ts";
import type { IdToken, IdTokenExpectations } from "./id_token.ts";
import { findTenant, userClaimsOf } from "./rule_row.ts";

/**
 * Connection and session tag follow from the token, never from the caller's words alone. That the token names a tenant
 * at all is a row of the rules; here it is compared.
 *
 * @returns the tenant the token names, equal to the requested one
 * @throws IdTokenError `id_token_tenant_mismatch`, `id_token_user_mismatch`
 */
export function assertTokenIsFor(
  { claims }: Pick<IdToken, "claims">,
  requested: { readonly tenantId: string; readonly user: string },
  expectations: IdTokenExpectations,
): string {
  const { tenant } = findTenant(claims, expectations);
  if (tenant === undefined || tenant !== requested.tenantId) {
    throw new IdTokenError({
      code: "id_token_tenant_mismatch",
      step: "id-token",
      message: `The ID token belongs to tenant ${quote(tenant)}, the call asked for tenant ${quote(requested.tenantId)}. Nothing was sent to AWS.`,
      fix: otherFixes.id_token_tenant_mismatch,
    });
  }
  const userClaims = userClaimsOf(expectations);
  if (!userClaims.some((name) => claims[name] === requested.user)) {
    throw new IdTokenError({
      code: "id_token_user_mismatch",
      step: "id-token",
      message: `The ID token is not for user ${quote(requested.user)}: none of its claims ${userClaims.join(", ")} has that value. Nothing was sent to AWS.`,
      fix: otherFixes.id_token_user_mismatch,
    });
  }
  return tenant;
}
