// Owns which logins of a browser session open administration: made here, and by two factors where the installation demands
// them. Whoever lets administrators in asks here: at each request, and in each transaction. Pure.
import type { FactorDemand } from "../../login_levels.ts";
import { isProvenTwice } from "../../provider/factors/standing_factor.ts";
import type { Voucher } from "../../provider/sessions/voucher.ts";

/** What administration demands, and what the person has. */
export interface AdministeringRule {
  /** TTI_CONSOLE_FACTOR. */
  factor: FactorDemand;
  /** Since when the person has a second factor, epoch milliseconds; undefined: they have none. */
  factorSinceMs: number | undefined;
}

/**
 * The logins that open it. What an application's back end vouches for opens nothing here: it would make everybody who may
 * register one an owner.
 */
export function administeringLogins(
  logins: readonly Voucher[],
  { factor, factorSinceMs }: AdministeringRule,
): Voucher[] {
  return logins
    .filter(({ method }) => method === "password")
    .filter((login) => factor === "optional" || isProvenTwice(login, factorSinceMs));
}
