// Owns reading who administers a tenant: its members with the role admin who may sign in. A tenant that is disabled has
// nobody who could, and asks for nobody.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";

/** Lists the tenants that an account administers, in the order of their ids. */
export async function listAdministeredTenantIds(db: Database, accountId: string): Promise<string[]> {
  const rows = await runStatement<{ tenant_id: string }>(
    db,
    "tenants_administered",
    `select tenant_id from memberships where account_id = ? and role = 'admin' order by tenant_id`,
    [accountId],
  );
  return rows.map(({ tenant_id }) => tenant_id);
}

/**
 * Lists the tenants that an account administers and nobody else does, in the order of their ids.
 * @param tenantId only this one, if it is one; undefined: all
 */
export async function listTenantsWithNoOtherAdmin(
  db: Database,
  accountId: string,
  tenantId: string | undefined,
): Promise<string[]> {
  const rows = await runStatement<{ tenant_id: string }>(
    db,
    "tenants_with_no_other_admin",
    `select m.tenant_id from memberships m
       join tenants t on t.id = m.tenant_id and t.disabled_at_ms is null and t.deleted_at_ms is null
       join accounts a on a.id = m.account_id and a.disabled_at_ms is null
     where m.account_id = ? and m.role = 'admin' and m.tenant_id = coalesce(cast(? as text), m.tenant_id)
       and not exists (select 1 from memberships o
         join accounts b on b.id = o.account_id and b.disabled_at_ms is null
         where o.tenant_id = m.tenant_id and o.role = 'admin' and o.account_id <> m.account_id)
     order by m.tenant_id`,
    [accountId, tenantId ?? null],
  );
  return rows.map(({ tenant_id }) => tenant_id);
}
