// Owns the tenant_domains table: which tenant has claimed and proven which domain. That a verified domain
// has one owner is decided by a unique index, not by reading first.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";

/** A domain a tenant has claimed. Times are epoch milliseconds; null: has not happened. */
export interface TenantDomain {
  tenantId: string;
  domain: string;
  challenge: string;
  verifiedAtMs: number | null;
  /** When an operator let this tenant use a domain that another tenant owns. */
  sharedAtMs: number | null;
  createdAtMs: number;
}

interface DomainRow {
  tenant_id: string;
  domain: string;
  challenge: string;
  verified_at_ms: number | null;
  shared_at_ms: number | null;
  created_at_ms: number;
}

/** Finds a tenant's claim of a domain. */
export async function findDomain(
  db: Database,
  tenantId: string,
  domain: string,
): Promise<TenantDomain | undefined> {
  const row: DomainRow | undefined = await db("tenant_domains")
    .where({ tenant_id: tenantId, domain })
    .first();
  return row && toDomain(row);
}

/** Finds the tenant that owns a verified domain. */
export async function findDomainOwner(db: Database, domain: string): Promise<string | undefined> {
  const row: { tenant_id: string } | undefined = await db("tenant_domains")
    .where({ domain })
    .whereNotNull("verified_at_ms")
    .whereNull("shared_at_ms")
    .first("tenant_id");
  return row?.tenant_id;
}

/** Adds a claim; one that exists keeps its challenge. */
export async function createDomain(
  db: Database,
  claim: { tenantId: string; domain: string; challenge: string },
  now: Date,
): Promise<void> {
  await db("tenant_domains")
    .insert({
      tenant_id: claim.tenantId,
      domain: claim.domain,
      challenge: claim.challenge,
      created_at_ms: now.getTime(),
    })
    .onConflict(["tenant_id", "domain"])
    .ignore();
}

/**
 * Marks a claim as proven, unless another tenant owns the domain.
 * @param shared whether an operator lets the tenant use it beside its owner
 * @returns whether the tenant has the domain now
 */
export async function saveDomainVerified(
  db: Database,
  claim: { tenantId: string; domain: string; shared: boolean },
  now: Date,
): Promise<boolean> {
  const owned = (query: Database) =>
    query("tenant_domains")
      .where({ domain: claim.domain })
      .whereNot({ tenant_id: claim.tenantId })
      .whereNotNull("verified_at_ms")
      .whereNull("shared_at_ms")
      .first("domain");
  return db.transaction(async (trx) => {
    if (!claim.shared && (await owned(trx)) !== undefined) return false;
    const rows: unknown[] = await trx("tenant_domains")
      .where({ tenant_id: claim.tenantId, domain: claim.domain })
      .update({
        verified_at_ms: trx.raw("coalesce(verified_at_ms, ?)", [now.getTime()]),
        shared_at_ms: claim.shared ? trx.raw("coalesce(shared_at_ms, ?)", [now.getTime()]) : null,
      })
      .returning(["domain"]);
    return rows.length > 0;
  });
}

/**
 * Takes a domain from a tenant.
 * @returns whether it had it
 */
export async function deleteDomain(db: Database, tenantId: string, domain: string): Promise<boolean> {
  // The query builder's delete gives a count on one store and rows on the other.
  const rows = await runStatement<{ domain: string }>(
    db,
    "domain_delete",
    "delete from tenant_domains where tenant_id = ? and domain = ? returning domain",
    [tenantId, domain],
  );
  return rows.length > 0;
}

/**
 * Lists the domains of one tenant, or of all, ordered by tenant and name.
 * @param query `after`: only those after this one; `limit`: at most so many, all if absent
 */
export async function listDomains(
  db: Database,
  query: {
    tenantId?: string | undefined;
    after?: { tenantId: string; name: string } | undefined;
    limit?: number;
  } = {},
): Promise<TenantDomain[]> {
  const { tenantId, after, limit } = query;
  const rows: DomainRow[] = await db("tenant_domains")
    .where((domains) => {
      if (tenantId !== undefined) domains.where("tenant_id", tenantId);
      if (after !== undefined) domains.whereRaw("(tenant_id, domain) > (?, ?)", [after.tenantId, after.name]);
    })
    .orderBy(["tenant_id", "domain"])
    .modify((domains) => limit !== undefined && domains.limit(limit));
  return rows.map(toDomain);
}

function toDomain(row: DomainRow): TenantDomain {
  return {
    tenantId: row.tenant_id,
    domain: row.domain,
    challenge: row.challenge,
    verifiedAtMs: row.verified_at_ms,
    sharedAtMs: row.shared_at_ms,
    createdAtMs: row.created_at_ms,
  };
}
