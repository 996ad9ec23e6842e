// Owns whose page it is besides the service's: the organization that a membership of the person at it establishes. A request
// that names one establishes nothing; whoever sends links could dress the page as anybody.
import type { Database } from "../../db/connect.ts";
import type { Look } from "../../views/frame.ts";
import { logoPath } from "../../views/logo_path.ts";
import { findLogo } from "../looks/logo_store.ts";
import { findBrand } from "./brand_store.ts";

/**
 * Reads how a tenant's pages look.
 * @param tenant whose member the person at the page is, by what the caller has read
 */
export async function lookOf(db: Database, tenant: { id: string; name: string }): Promise<Look> {
  const [{ color, supportUrl, policyUrl, termsUrl }, logo] = await Promise.all([
    findBrand(db, tenant.id),
    findLogo(db, { tenantId: tenant.id }),
  ]);
  const { name } = tenant;
  return {
    name,
    logo: logo && { path: logoPath(logo.id), width: logo.width, height: logo.height, name },
    color: color ?? undefined,
    supportUrl: supportUrl ?? undefined,
    policyUrl: policyUrl ?? undefined,
    termsUrl: termsUrl ?? undefined,
  };
}
