// Owns reading people and memberships in the order in which they are exported: by account, then by tenant.
import type { Knex } from "knex";
import type { Database } from "../../db/connect.ts";
import { addressIn, nameIn } from "../tenants/person_in_tenant.ts";

/** A person in one tenant, or in none. */
export interface ExportedPlace {
  accountId: string;
  tenantId: string | null;
  role: string | null;
  email: string | null;
  name: string | null;
  emailVerified: boolean;
  passwordHash: string | null;
}

interface Row {
  id: string;
  account_email: string | null;
  account_name: string | null;
  email_verified_at_ms: number | null;
  external_at_ms: number | null;
  password_hash: string | null;
  tenant_id: string | null;
  role: string | null;
  email: string | null;
  name: string | null;
}

/** Where a page begins: after this account's membership of this tenant. */
export interface ExportKey {
  accountId: string;
  tenantId: string;
}

/**
 * Lists people who are not disabled, each once for every tenant, and once for none where there is none.
 * @param query.tenantId only members of this tenant
 */
export async function listExportedPlaces(
  db: Database,
  query: { tenantId?: string | undefined; after?: ExportKey | undefined; limit: number },
): Promise<ExportedPlace[]> {
  const places = query.tenantId === undefined ? ofEverybody(db, query) : ofTenant(db, query.tenantId, query);
  const rows: Row[] = await places
    .whereNull("accounts.disabled_at_ms")
    // A limit that PostgreSQL does not know makes it plan for a tenth of the table.
    .limit(query.limit, { skipBinding: true })
    .select(
      "accounts.id",
      "accounts.email as account_email",
      "accounts.name as account_name",
      "accounts.email_verified_at_ms",
      "accounts.external_at_ms",
      "accounts.password_hash",
      "memberships.tenant_id",
      "memberships.role",
      "memberships.email",
      "memberships.name",
    );
  return rows.map((row) => {
    const account = { email: row.account_email, name: row.account_name, externalAtMs: row.external_at_ms };
    return {
      accountId: row.id,
      tenantId: row.tenant_id,
      role: row.role,
      email: addressIn(account, row),
      name: nameIn(account, row),
      // What a login at the ISV named for a tenant was proven by its word.
      emailVerified: row.email !== null || row.email_verified_at_ms !== null,
      passwordHash: row.password_hash,
    };
  });
}

type After = { after?: ExportKey | undefined };

// From the account on, for that is what the index knows; then from the tenant on.
function ofEverybody(db: Database, { after }: After): Knex.QueryBuilder {
  return db("accounts")
    .leftJoin("memberships", "memberships.account_id", "accounts.id")
    .where("accounts.id", ">=", after?.accountId ?? "")
    .where((where) => {
      if (after === undefined) return;
      where.where("accounts.id", ">", after.accountId).orWhere("memberships.tenant_id", ">", after.tenantId);
    })
    .orderBy(["accounts.id", "memberships.tenant_id"]);
}

function ofTenant(db: Database, tenantId: string, { after }: After): Knex.QueryBuilder {
  return db("memberships")
    .join("accounts", "accounts.id", "memberships.account_id")
    .where("memberships.tenant_id", tenantId)
    .where("memberships.account_id", ">", after?.accountId ?? "")
    .orderBy("memberships.account_id");
}
