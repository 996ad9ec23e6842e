// Owns the memberships table, and that of former ones: which account belongs, or belonged, to which tenant. The tenant claim of every token comes
// from here, so what it answers counts now: memberships in disabled tenants are not returned.

import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import type { Said } from "./person_in_tenant.ts";
import { type LoginMethod, readLoginMethod } from "./tenant_store.ts";

/** What an account may do inside its tenant. */
export const membershipRoles = ["member", "admin"] as const;
export type MembershipRole = (typeof membershipRoles)[number];

/** An account's place in a tenant. */
export interface Membership {
  tenantId: string;
  /** For the page on which a person chooses a tenant. */
  tenantName: string;
  /** Where the tenant's users log in. */
  loginMethod: LoginMethod;
  accountId: string;
  role: MembershipRole;
  /** The proven address the ISV named for this tenant; null: the account's own counts. */
  email: string | null;
  /** The name the ISV gave for this tenant; null: none. */
  name: string | null;
  /** Last login to this tenant, epoch milliseconds; null: none known. */
  lastLoginAtMs: number | null;
  /** When it began, epoch milliseconds: one that ended and began again is another one. */
  createdAtMs: number;
  /** The account's number of endings when an earlier one of this tenant had ended; 0: there was none. */
  formerEnding: number;
}

interface MembershipRow {
  tenant_id: string;
  tenant_name: string;
  login_method: string;
  account_id: string;
  role: string;
  email: string | null;
  name: string | null;
  last_login_at_ms: number | null;
  created_at_ms: number;
  former_ending: number | null;
}

/** Finds the membership of one account in one enabled tenant. */
export async function findMembership(
  db: Database,
  tenantId: string,
  accountId: string,
): Promise<Membership | undefined> {
  const row: MembershipRow | undefined = await enabledMemberships(db)
    .where("memberships.tenant_id", tenantId)
    .where("memberships.account_id", accountId)
    .first();
  return row && toMembership(row);
}

/** Lists the enabled tenants an account belongs to, in the order of their ids. */
export async function listMembershipsOfAccount(db: Database, accountId: string): Promise<Membership[]> {
  const rows: MembershipRow[] = await enabledMemberships(db)
    .where("memberships.account_id", accountId)
    .orderBy("memberships.tenant_id");
  return rows.map(toMembership);
}

/** Lists the memberships of several accounts in enabled tenants: by account, in the order of the tenants' ids. */
export async function listMembershipsOfAccounts(
  db: Database,
  accountIds: readonly string[],
): Promise<Map<string, Membership[]>> {
  const rows: MembershipRow[] =
    accountIds.length === 0
      ? []
      : await enabledMemberships(db)
          .whereIn("memberships.account_id", [...accountIds])
          .orderBy("memberships.tenant_id");
  return Map.groupBy(rows.map(toMembership), ({ accountId }) => accountId);
}

/**
 * Tells what a tenant, disabled or not, was told of each of several accounts.
 * @returns by account; who is no member there is not in it
 */
export async function listSaidInTenant(
  db: Database,
  tenantId: string,
  accountIds: readonly string[],
): Promise<Map<string, Said>> {
  if (accountIds.length === 0) return new Map();
  const rows: (Said & { account_id: string })[] = await db("memberships")
    .where("tenant_id", tenantId)
    .whereIn("account_id", [...accountIds])
    .select("account_id", "email", "name");
  return new Map(rows.map(({ account_id, email, name }) => [account_id, { email, name }]));
}

/** Lists the ids of every tenant an account belongs to, disabled ones included. */
export async function listTenantIdsOfAccount(db: Database, accountId: string): Promise<string[]> {
  const rows = await runStatement<{ tenant_id: string }>(
    db,
    "tenant_ids_of_account",
    "select tenant_id from memberships where account_id = ? order by tenant_id",
    [accountId],
  );
  return rows.map((row) => row.tenant_id);
}

/**
 * Lists the ids of every tenant an account belonged to and was removed from, whether it came back or not. Those of an
 * account that was deleted are not those of the next one of its id.
 */
export async function listFormerTenantIdsOfAccount(db: Database, accountId: string): Promise<string[]> {
  const rows: { tenant_id: string }[] = await db("former_memberships")
    .join("accounts", "accounts.id", "former_memberships.account_id")
    .where("former_memberships.account_id", accountId)
    .whereRaw("former_memberships.ended_at_ms >= accounts.created_at_ms")
    .orderBy("former_memberships.tenant_id")
    .select("former_memberships.tenant_id");
  return rows.map((row) => row.tenant_id);
}

/**
 * Adds an account to a tenant; both must exist.
 * @returns whether the membership is new; an existing one keeps its role
 */
export async function createMembership(
  db: Database,
  membership: {
    tenantId: string;
    accountId: string;
    role: MembershipRole;
    /** The address and the name the ISV gave for this tenant; absent: the account's own count. */
    email?: string | null;
    name?: string | null;
  },
  now: Date,
): Promise<boolean> {
  const rows: unknown[] = await db("memberships")
    .insert({
      tenant_id: membership.tenantId,
      account_id: membership.accountId,
      role: membership.role,
      email: membership.email ?? null,
      email_verified_at_ms: membership.email == null ? null : now.getTime(),
      name: membership.name ?? null,
      created_at_ms: now.getTime(),
    })
    .onConflict(["tenant_id", "account_id"])
    .ignore()
    .returning(["tenant_id"]);
  return rows.length > 0;
}

/** What an account is in a tenant, disabled ones included; undefined: no member. */
export async function findRole(
  db: Database,
  tenantId: string,
  accountId: string,
): Promise<MembershipRole | undefined> {
  const row: Pick<MembershipRow, "role"> | undefined = await db("memberships")
    .where({ tenant_id: tenantId, account_id: accountId })
    .first("role");
  return row && readRole(row.role);
}

/**
 * Gives a member another role.
 * @returns whether the member had the role it is said to have had, and has the other now
 */
export async function saveRole(
  db: Database,
  member: { tenantId: string; accountId: string },
  role: { was: MembershipRole; is: MembershipRole },
): Promise<boolean> {
  const changed: number = await db("memberships")
    .where({ tenant_id: member.tenantId, account_id: member.accountId, role: role.was })
    .update({ role: role.is });
  return changed > 0;
}

/**
 * Ends a membership. That there was one is kept: nobody but who acts for this tenant may take the account over.
 * @param db a transaction
 * @returns whether there was one
 */
export async function deleteMembership(
  db: Database,
  tenantId: string,
  accountId: string,
  now: Date,
): Promise<boolean> {
  const key = { tenant_id: tenantId, account_id: accountId };
  const ended: number = await db("memberships").where(key).delete();
  if (ended === 0) return false;
  const [account]: { membership_endings: number }[] = await db("accounts")
    .where("id", accountId)
    .update({ membership_endings: db.raw("membership_endings + 1") })
    .returning(["membership_endings"]);
  await db("former_memberships")
    .insert({ ...key, ended_at_ms: now.getTime(), ending: account?.membership_endings ?? 0 })
    .onConflict(["account_id", "tenant_id"])
    .merge(["ended_at_ms", "ending"]);
  return true;
}

/**
 * Replaces the address and the name the ISV gave a member for this tenant.
 * @param newEmail whether the address is another one than before
 */
export async function saveMembershipFacts(
  db: Database,
  membership: Pick<Membership, "tenantId" | "accountId" | "email" | "name">,
  newEmail: boolean,
  now: Date,
): Promise<void> {
  const { email, name } = membership;
  await db("memberships")
    .where({ tenant_id: membership.tenantId, account_id: membership.accountId })
    .update({ name, ...(newEmail ? { email, email_verified_at_ms: now.getTime() } : {}) });
}

function enabledMemberships(db: Database) {
  return db("memberships")
    .join("tenants", "tenants.id", "memberships.tenant_id")
    .join("accounts", "accounts.id", "memberships.account_id")
    .leftJoin("former_memberships", (former) => {
      former
        .on("former_memberships.account_id", "memberships.account_id")
        .andOn("former_memberships.tenant_id", "memberships.tenant_id")
        .andOn("former_memberships.ended_at_ms", ">=", "accounts.created_at_ms");
    })
    .whereNull("tenants.disabled_at_ms")
    .select({
      tenant_id: "memberships.tenant_id",
      tenant_name: "tenants.name",
      login_method: "tenants.login_method",
      account_id: "memberships.account_id",
      role: "memberships.role",
      email: "memberships.email",
      name: "memberships.name",
      last_login_at_ms: "memberships.last_login_at_ms",
      created_at_ms: "memberships.created_at_ms",
      former_ending: "former_memberships.ending",
    });
}

// An unknown role gives the least.
const readRole = (stored: string): MembershipRole =>
  membershipRoles.find((role) => role === stored) ?? "member";

function toMembership(row: MembershipRow): Membership {
  return {
    tenantId: row.tenant_id,
    tenantName: row.tenant_name,
    loginMethod: readLoginMethod(row.login_method),
    accountId: row.account_id,
    role: readRole(row.role),
    email: row.email,
    name: row.name,
    lastLoginAtMs: row.last_login_at_ms,
    createdAtMs: row.created_at_ms,
    formerEnding: row.former_ending ?? 0,
  };
}
