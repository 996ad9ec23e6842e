// Owns reading one member of a tenant, as that tenant knows them, and the names of the people of some events.
import type { Database } from "../db/connect.ts";
import { findAccount } from "../provider/accounts/account_store.ts";
import { findMembership, type MembershipRole } from "../provider/tenants/membership_store.ts";
import { addressIn, nameIn } from "../provider/tenants/person_in_tenant.ts";

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
  const name = nameIn(account, membership) ?? addressIn(account, membership) ?? accountId;
  return { accountId, role: membership.role, name };
}

/** The names of those of some accounts who are members. */
export async function namesOfMembers(
  db: Database,
  tenantId: string,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const accountId of new Set(accountIds)) {
    const member = await findMember(db, tenantId, accountId);
    if (member !== undefined) names.set(accountId, member.name);
  }
  return names;
}
