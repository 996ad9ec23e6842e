// Owns the tenant_brands table: how an organization's pages look and whom they name.
import type { Database } from "../../db/connect.ts";
import { deleteLogo } from "../looks/logo_store.ts";
import { type Brand, noBrand } from "./brand.ts";

interface BrandRow {
  color: string | null;
  support_url: string | null;
  policy_url: string | null;
  terms_url: string | null;
}

/** What a tenant chose; of one that chose nothing, nothing. */
export async function findBrand(db: Database, tenantId: string): Promise<Brand> {
  const row: BrandRow | undefined = await db("tenant_brands")
    .where("tenant_id", tenantId)
    .first("color", "support_url", "policy_url", "terms_url");
  if (row === undefined) return noBrand;
  const { color, support_url: supportUrl, policy_url: policyUrl, terms_url: termsUrl } = row;
  return { color, supportUrl, policyUrl, termsUrl };
}

/** Writes what a tenant chose. The caller holds the tenant. */
export async function saveBrand(trx: Database, tenantId: string, brand: Brand, now: Date): Promise<void> {
  const columns = {
    color: brand.color,
    support_url: brand.supportUrl,
    policy_url: brand.policyUrl,
    terms_url: brand.termsUrl,
    updated_at_ms: now.getTime(),
  };
  await trx("tenant_brands")
    .insert({ tenant_id: tenantId, ...columns })
    .onConflict("tenant_id")
    .merge(columns);
}

/** Forgets what a tenant chose, its logo too. */
export async function deleteBrand(trx: Database, tenantId: string): Promise<void> {
  await trx("tenant_brands").where("tenant_id", tenantId).delete();
  await deleteLogo(trx, { tenantId });
}
