// Owns the operations on an organization's logo: another one, and none.
import { z } from "zod";
import type { Database } from "../../db/connect.ts";
import { deleteLogo, findLogo, saveLogo } from "../../provider/looks/logo_store.ts";
import { parseLogo } from "../../provider/looks/look_input.ts";
import { getAnyTenant, lockTenant } from "../../provider/tenants/tenant_store.ts";
import { adminChange } from "../administrators/roles.ts";
import { operation } from "./entry.ts";
import { logoInput } from "./logo_shape.ts";
import { unchanged } from "./shapes.ts";
import { brandFace, brandShape, type TenantBrand, viewBrand } from "./tenant_brand.ts";

const id = z.string().describe("The tenant's id.");
const output = brandShape.extend({ unchanged });
const params = { tenant: "id" };
const revises = {
  async hold(trx: Database, { id }: { id: string }) {
    await lockTenant(trx, id);
    return viewBrand(trx, await getAnyTenant(trx, id));
  },
  after: ({ unchanged: _told, ...brand }: TenantBrand & { unchanged?: true | undefined }) => brand,
};

/**
 * Gives a tenant a logo, in place of the one it had. Its pixels are drawn anew; nothing else of the file is kept.
 * @throws OperationError invalid_input, tenant_not_found, precondition_failed
 */
export const setTenantLogo = operation({
  name: "tenant set-logo",
  summary: "Give a tenant a logo; `dryRun: true` only looks at the file",
  permission: adminChange,
  events: ["tenant.branded"],
  input: z.strictObject({
    id,
    png: logoInput,
    dryRun: z.boolean().optional().describe("Only say what would come of it."),
  }),
  output,
  http: [{ method: "post", path: "/v1/tenants/:tenant/logo", params }],
  revises,
  prepare: async ({ png }) => parseLogo(png),
  async run(trx, { id }, act): Promise<TenantBrand & { unchanged?: true }> {
    await lockTenant(trx, id);
    const tenant = await getAnyTenant(trx, id);
    const before = await findLogo(trx, { tenantId: tenant.id });
    const logo = await saveLogo(trx, { tenantId: tenant.id }, act.prepared, act.now);
    if (logo === undefined) return { ...(await viewBrand(trx, tenant)), unchanged: true };
    const details = { logo: logo.id, logoWas: before?.id ?? "" };
    await act.record({ type: "tenant.branded", tenantId: tenant.id, details });
    return viewBrand(trx, tenant);
  },
});

/** Takes a tenant's logo away. @throws OperationError tenant_not_found, precondition_failed */
export const removeTenantLogo = operation({
  name: "tenant remove-logo",
  summary: "Take a tenant's logo away",
  permission: adminChange,
  events: ["tenant.branded"],
  input: z.strictObject({ id }),
  output,
  http: [{ method: "delete", path: "/v1/tenants/:tenant/logo", params }],
  revises,
  cli: {
    ...brandFace,
    summary: "take a customer's logo away",
  },
  async run(trx, { id }, act): Promise<TenantBrand & { unchanged?: true }> {
    await lockTenant(trx, id);
    const tenant = await getAnyTenant(trx, id);
    const before = await findLogo(trx, { tenantId: tenant.id });
    if (!(await deleteLogo(trx, { tenantId: tenant.id })))
      return { ...(await viewBrand(trx, tenant)), unchanged: true };
    const details = { logo: "", logoWas: before?.id ?? "" };
    await act.record({ type: "tenant.branded", tenantId: tenant.id, details });
    return viewBrand(trx, tenant);
  },
});
