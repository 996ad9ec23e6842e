// Owns what a tenant that requires a second factor takes from a customer's login page: a word that says there was one. A word
// that does not is refused where it is given, to the back end that gives it: the person could do nothing about it here. Pure.
import { OperationError } from "../../errors.ts";
import { levelOfAmr } from "../../login_levels.ts";
import { provesEnough } from "../sessions/voucher.ts";
import type { Tenant } from "../tenants/tenant_store.ts";

/**
 * Asserts that a login which is vouched for proves what its tenant requires.
 * @param amr how the person logged in, as the back end says it (RFC 8176)
 * @throws OperationError factor_required, passkey_required
 */
export function assertVouchedEnough(
  tenant: Pick<Tenant, "id" | "requiredFactor">,
  amr: readonly string[],
): void {
  if (provesEnough(levelOfAmr(amr), tenant)) return;
  const or = `or ask less of its people: \`tti tenant update ${tenant.id} --factor none\`.`;
  if (tenant.requiredFactor === "passkey") {
    throw new OperationError(
      "passkey_required",
      `${tenant.id} requires a passkey of its people, and amr does not say that there was one.`,
      {
        field: "amr",
        fix: `Have the person sign in with a passkey at your page, and send "mfa" with "hwk", "swk" or "pop"; ${or}`,
      },
    );
  }
  throw new OperationError(
    "factor_required",
    `${tenant.id} requires a second factor of its people, and amr does not say "mfa".`,
    {
      field: "amr",
      fix: `Ask a second factor at your page, and send amr with "mfa", such as ["pwd", "otp", "mfa"]; ${or}`,
    },
  );
}
