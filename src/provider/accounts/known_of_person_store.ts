// Owns what a guesser knows of a person, read for the judgement of a new password: address, name, and the organizations they
// belong to.
import type { Database } from "../../db/connect.ts";

// More would only lengthen the judgement.
const mostTenants = 50;

/** What others know of the person of an account: addresses and names, theirs and of their tenants. */
export async function listKnownOfPerson(db: Database, accountId: string): Promise<string[]> {
  const account: { email: string | null; name: string | null } | undefined = await db("accounts")
    .where("id", accountId)
    .first("email", "name");
  const places: Record<"tenant_id" | "tenant_name" | "email" | "name", string | null>[] = await db(
    "memberships",
  )
    .join("tenants", "tenants.id", "memberships.tenant_id")
    .where("memberships.account_id", accountId)
    .orderBy("memberships.tenant_id")
    .limit(mostTenants)
    .select("tenant_id", "tenants.name as tenant_name", "memberships.email", "memberships.name");
  const known = [account?.email, account?.name, ...places.flatMap((place) => Object.values(place))];
  return [...new Set(known.filter((text) => typeof text === "string"))];
}

/** What others know of whoever belongs to these tenants: ids and names. One that is not there is known by its id. */
export async function listKnownOfTenants(db: Database, tenantIds: readonly string[]): Promise<string[]> {
  const ids = tenantIds.slice(0, mostTenants);
  const names = await db("tenants").whereIn("id", ids).orderBy("id").pluck<string[]>("name");
  return [...ids, ...names];
}
