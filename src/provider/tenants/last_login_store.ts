// Owns when a member last logged in to a tenant, and how much that login had proven: what presence policies count from.
import type { Database } from "../../db/connect.ts";
import { clockToleranceSeconds } from "../../input/moment.ts";
import { type LoginLevel, numberOfLevel } from "../../login_levels.ts";

/**
 * Records a login to a tenant; an older one never replaces a newer one. One from the future, written while a clock
 * was ahead, is replaced by the next login, and none is written.
 * @param atMs when the person logged in, epoch milliseconds
 * @param of the generations of the account's sign-ins and of the tenant, of which the login is; one that was ended
 *   meanwhile is not recorded. Undefined: of none, a client says so
 * @param level how much it has proven
 */
export async function saveLastLogin(
  db: Database,
  membership: { tenantId: string; accountId: string },
  atMs: number,
  now: Date,
  of?: { signIns: number; tenant: number },
  level: LoginLevel = "pwd",
): Promise<void> {
  const loginAtMs = Math.min(atMs, now.getTime());
  const latestMs = now.getTime() + clockToleranceSeconds * 1000;
  await db("memberships")
    .where({ tenant_id: membership.tenantId, account_id: membership.accountId })
    .where((query) => {
      if (of === undefined) return;
      query.whereExists((account) =>
        account.from("accounts").where({ id: membership.accountId, sign_in_generation: of.signIns }),
      );
      query.whereExists((tenant) =>
        tenant.from("tenants").where({ id: membership.tenantId, generation: of.tenant }),
      );
    })
    .where((query) =>
      query
        .whereNull("last_login_at_ms")
        .orWhere("last_login_at_ms", "<", loginAtMs)
        .orWhere((same) =>
          same.where("last_login_at_ms", loginAtMs).where("last_login_level", "<", numberOfLevel(level)),
        )
        .orWhere("last_login_at_ms", ">", latestMs),
    )
    .update({ last_login_at_ms: loginAtMs, last_login_level: numberOfLevel(level) });
}
