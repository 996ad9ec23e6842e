// Owns finding accounts that carry one address: at a customer's Identity Center, which matches by address, they are
// one person, whatever they are here.
import type { Database } from "../../db/connect.ts";

/** Accounts of one tenant whose tokens carry one address, capitals aside. */
export interface SharedAddress {
  tenantId: string;
  /** In lower case. */
  address: string;
  accounts: number;
}

// As tenants/person_in_tenant.ts has it.
const addressInTokens =
  "lower(coalesce(memberships.email, case when accounts.external_at_ms is null then accounts.email end))";

/** Lists addresses that several accounts of one tenant carry, of this tenant or of all; at most a hundred. */
export async function listSharedAddresses(db: Database, tenantId?: string): Promise<SharedAddress[]> {
  const rows: { tenant_id: string; address: string; accounts: number | string }[] = await db("memberships")
    .join("accounts", "accounts.id", "memberships.account_id")
    .where((members) => tenantId !== undefined && members.where("memberships.tenant_id", tenantId))
    .whereNull("accounts.disabled_at_ms")
    .whereRaw(`${addressInTokens} is not null`)
    .groupByRaw(`memberships.tenant_id, ${addressInTokens}`)
    .havingRaw("count(*) > 1")
    .select("memberships.tenant_id", db.raw(`${addressInTokens} as address`), db.raw("count(*) as accounts"))
    .orderBy(["memberships.tenant_id", "address"])
    .limit(100);
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    address: row.address,
    accounts: Number(row.accounts),
  }));
}

/** Finds the other members of a tenant whose tokens carry an address, capitals aside. */
export async function findOthersWithAddress(
  db: Database,
  member: { tenantId: string; accountId: string; address: string },
): Promise<string[]> {
  const rows: { account_id: string }[] = await db("memberships")
    .join("accounts", "accounts.id", "memberships.account_id")
    .where("memberships.tenant_id", member.tenantId)
    .whereNot("memberships.account_id", member.accountId)
    .whereRaw(`${addressInTokens} = ?`, [member.address.toLowerCase()])
    .orderBy("memberships.account_id")
    .limit(10)
    .select("memberships.account_id");
  return rows.map((row) => row.account_id);
}

/**
 * Finds the members of tenants for whom the ISV named one of these addresses, for many people at once: by
 * `tenant/address in lower case`. (Accounts made here have addresses of their own, so no two of them share one.)
 */
export async function findNamedAddresses(
  db: Database,
  tenantIds: readonly string[],
  addresses: readonly string[],
): Promise<Map<string, string[]>> {
  const rows: { tenant_id: string; account_id: string; address: string }[] = await db("memberships")
    .whereIn("tenant_id", [...new Set(tenantIds)])
    .whereNotNull("email")
    .whereIn(db.raw("lower(email)") as unknown as string, [
      ...new Set(addresses.map((address) => address.toLowerCase())),
    ])
    .orderBy("account_id")
    .select("tenant_id", "account_id", db.raw("lower(email) as address"));
  const found = Map.groupBy(rows, ({ tenant_id, address }) => `${tenant_id}/${address}`);
  return new Map([...found].map(([key, of]) => [key, of.slice(0, 10).map(({ account_id }) => account_id)]));
}
