// Owns how many people belong to a tenant.
import type { Database } from "../../db/connect.ts";

/** Counts the members of a tenant. */
export async function countMembers(db: Database, tenantId: string): Promise<number> {
  const row = await db("memberships").where({ tenant_id: tenantId }).count({ members: "*" }).first();
  return Number(row?.["members"] ?? 0);
}
