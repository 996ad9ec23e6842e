// Owns that an organization is not left without an administrator by accident: whatever takes one away, be it the role, the
// membership or the account, asks here first in its transaction, whoever does it.
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { lockAccount } from "../accounts/account_store.ts";
import { listAdministeredTenantIds, listTenantsWithNoOtherAdmin } from "../tenants/tenant_admin_store.ts";
import { lockTenant } from "../tenants/tenant_store.ts";

/**
 * Asserts that each tenant an account administers has somebody else who does, when the account no longer will. It holds
 * those tenants, then the account, until the transaction ends: of two who take each other away one comes first.
 * @param from the one tenant it is about; undefined: every one of the account's
 * @param allowed whether the caller means it all the same
 * @returns the tenants that are left without an administrator
 * @throws OperationError last_admin
 */
export async function assertAdminRemains(
  trx: Database,
  accountId: string,
  from: string | undefined,
  allowed = false,
): Promise<string[]> {
  const held = from === undefined ? await listAdministeredTenantIds(trx, accountId) : [from];
  for (const tenantId of held) await lockTenant(trx, tenantId);
  await lockAccount(trx, accountId);
  if (from === undefined) {
    // Who is promoted waits for the account from here on; who was meanwhile is seen now.
    const missed = (await listAdministeredTenantIds(trx, accountId)).filter((id) => !held.includes(id));
    for (const tenantId of missed) await lockTenant(trx, tenantId);
  }
  const alone = await listTenantsWithNoOtherAdmin(trx, accountId, from);
  if (alone.length === 0 || allowed) return alone;
  throw new OperationError(
    "last_admin",
    `Nobody else who can sign in administers ${alone.length === 1 ? "the tenant" : "the tenants"} ${alone.join(", ")}.`,
    {
      field: "user",
      // Each face says the member in its own words; the catalogue's fix says both.
      fix: "Make somebody else its administrator first (`tti member update --role admin`), or say that it may be without: allowNoAdmin.",
    },
  );
}
