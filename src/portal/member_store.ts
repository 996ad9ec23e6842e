// Owns reading one member of a tenant, as that tenant knows them, and the names of the people of some events.
import type { Database } from "../db/connect.ts";
import { findAccount } from "../provider/accounts/account_store.ts";
import { findMembership, type MembershipRole } from "../provider/tenants/membership_store.ts";
import { addressIn, nameIn, type Person, type Said } from "../provider/tenants/person_in_tenant.ts";

/** A member, by what their tenant knows of them. */
export interface Member {
  accountId: string;
  role: MembershipRole;
  /** Their name, else their address, else their id. */
  name: string;
}

/** Finds a member of an enabled tenant; undefined for anybody else, whether they exist or not. */
export async function findMember(
  db: Database,
  tenantId: string,
  accountId: string,
): Promise<Member | undefined> {
  const membership = await findMembership(db, tenantId, accountId);
  const account = membership && (await findAccount(db, accountId));
  if (membership === undefined || account === undefined) return undefined;
  return { accountId, role: membership.role, name: shownName(accountId, account, membership) };
}

/** The names of those of some accounts who are members. */
export async function namesOfMembers(
  db: Database,
  tenantId: string,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (accountIds.length === 0) return new Map();
  const rows: NamedRow[] = await db("memberships")
    .join("accounts", "accounts.id", "memberships.account_id")
    .where("memberships.tenant_id", tenantId)
    .whereIn("accounts.id", [...new Set(accountIds)])
    .select(
      "accounts.id",
      "accounts.email as account_email",
      "accounts.name as account_name",
      "accounts.external_at_ms",
      "memberships.email",
      "memberships.name",
    );
  return new Map(rows.map((row) => [row.id, shownName(row.id, personOf(row), row)]));
}

interface NamedRow extends Said {
  id: string;
  account_email: string | null;
  account_name: string | null;
  external_at_ms: number | null;
}

const personOf = (row: NamedRow): Person => ({
  email: row.account_email,
  name: row.account_name,
  externalAtMs: row.external_at_ms,
});

const shownName = (id: string, person: Person, said: Said): string =>
  nameIn(person, said) ?? addressIn(person, said) ?? id;
