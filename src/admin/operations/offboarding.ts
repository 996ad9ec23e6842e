// Owns ending what a customer had through us: all that lets us search for them goes, and what they take away at AWS is
// written for them. What ends a tenant with its people and domains is tenant_deletion.ts.
import { z } from "zod";
import { deleteAccessorsOfTenant } from "../../accessors/accessor_store.ts";
import type { Database } from "../../db/connect.ts";
import { cleanUpFiles } from "../../onboarding/papers/clean_up.ts";
import { customerOf } from "../../onboarding/papers/customer.ts";
import { presencePolicyText } from "../../provider/presence/presence_policy.ts";
import { endRightsOfTenant } from "../../provider/sessions/end_rights_store.ts";
import {
  getAnyTenant,
  lockTenant,
  saveTenant,
  saveTenantDisabled,
  type Tenant,
} from "../../provider/tenants/tenant_store.ts";
import { adminChange } from "../administrators/roles.ts";
import { operationsIn } from "./entry.ts";
import { type OnboardingContext, paperFiles, supplierMembers, supplierOf } from "./onboarding.ts";
import { endedRightsShape, tenantShape, unchanged } from "./shapes.ts";

const offboardingOperation = operationsIn<OnboardingContext>();

/**
 * Ends a customer: data accessors are forgotten, presence becomes `never`, what stands ends, and the tenant is disabled
 * unless it is to stay. Answers what the customer takes away at AWS, filled with what was just forgotten.
 * @throws OperationError tenant_not_found, invalid_input naming what the papers lack
 */
export const offboardTenant = offboardingOperation({
  name: "offboard",
  summary: "End a customer here, and make what they take away at AWS; `dryRun` only counts",
  permission: adminChange,
  events: ["tenant.offboarded"],
  input: z.strictObject({
    tenantId: z.string().describe("The customer."),
    ...supplierMembers,
    keepEnabled: z
      .boolean()
      .optional()
      .describe("Its people go on signing in: an enabled tenant is not disabled."),
    dryRun: z.boolean().optional().describe("Only say what would end."),
  }),
  output: z.strictObject({
    tenant: tenantShape,
    ended: endedRightsShape,
    accessors: z.array(z.string()).describe("The data accessors that were forgotten, by name."),
    unchanged,
    files: paperFiles,
  }),
  http: [{ method: "post", path: "/v1/tenants/:tenant/offboarding", params: { tenant: "tenantId" } }],
  async run(trx, { tenantId, keepEnabled = false, dryRun: _told, ...given }, act) {
    // Who cannot be written for is told before anything ends.
    const supplier = supplierOf({ ...given, methods: ["tti"] }, act, "pack");
    await lockTenant(trx, tenantId);
    const before = await getAnyTenant(trx, tenantId);
    if (before.presencePolicy.name !== "never") {
      await saveTenant(trx, tenantId, { presencePolicy: { name: "never" } }, act.now);
    }
    const reset = await endAccess(trx, before, keepEnabled, act.now);
    const ended = await endRightsOfTenant(trx, tenantId, act.now);
    const forgotten = await deleteAccessorsOfTenant(trx, tenantId);
    const tenant = await getAnyTenant(trx, tenantId);
    const enabled = tenant.disabledAtMs === null;
    const found =
      reset ||
      before.presencePolicy.name !== "never" ||
      [...Object.values(ended), forgotten.length].some(Boolean);
    if (found) {
      await act.record({
        type: "tenant.offboarded",
        tenantId,
        details: {
          ...ended,
          accessors: forgotten.length,
          state: enabled ? "enabled" : "disabled",
          presenceWas: presencePolicyText(before.presencePolicy),
        },
      });
    }
    return {
      tenant,
      ended,
      accessors: forgotten.map(({ name }) => name),
      ...(found ? {} : { unchanged: true as const }),
      files: [...cleanUpFiles(customerOf(supplier, tenant), { enabled, forgotten })],
    };
  },
});

// One that stays enabled is closed and opened at once: what a request that is under way writes late is of before.
async function endAccess(trx: Database, before: Tenant, keepEnabled: boolean, now: Date): Promise<boolean> {
  const { changed } = await saveTenantDisabled(trx, before.id, true, now);
  if (keepEnabled && before.disabledAtMs === null) await saveTenantDisabled(trx, before.id, false, now);
  return changed;
}
