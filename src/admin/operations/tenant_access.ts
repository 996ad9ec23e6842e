// Owns the operations that take a tenant's access away, or give it back. What ends a tenant for good is tenant_deletion.ts.
import { z } from "zod";
import {
  type EndedRights,
  endRightsOfTenant,
  noRightsEnded,
} from "../../provider/sessions/end_rights_store.ts";
import { saveTenantDisabled, type Tenant } from "../../provider/tenants/tenant_store.ts";
import { adminChange } from "../administrators/roles.ts";
import type { CommandFace } from "./command_face.ts";
import { endedRightsText, saidOf } from "./ended_text.ts";
import { operation } from "./entry.ts";
import { endedRightsShape, tenantShape, unchanged } from "./shapes.ts";

/** A tenant from which access was taken, and what ended with it. */
export interface TenantWithEnded {
  tenant: Tenant;
  ended: EndedRights;
  /** It was so already. */
  unchanged?: true | undefined;
}

const input = z.strictObject({ id: z.string().describe("The tenant's id.") });
const output = z.strictObject({ tenant: tenantShape, ended: endedRightsShape, unchanged });
const face = {
  arguments: { ID: "id" },
  example: "acme",
  show: ({ tenant, ended, unchanged }) => {
    const state = tenant.disabledAtMs === null ? "enabled" : "disabled";
    return {
      fields: [
        ["id", tenant.id],
        ["name", tenant.name],
        ["state", state],
        ["ended", endedRightsText(ended)],
      ],
      say: saidOf(unchanged, state),
    };
  },
} satisfies CommandFace<TenantWithEnded>;

/**
 * Disables a tenant: nothing is issued for it, searches and logins for it are refused, and what stands ends now. One
 * that is disabled stays as it is.
 * @throws OperationError tenant_not_found
 */
export const disableTenant = operation({
  name: "tenant disable",
  summary: "Disable a tenant, and end what stands for it",
  permission: adminChange,
  events: ["tenant.disabled"],
  input,
  output,
  http: [{ method: "post", path: "/v1/tenants/:tenant/disable", params: { tenant: "id" } }],
  cli: {
    ...face,
    summary: "keep a customer from everything",
    about: `Nothing is issued for the tenant any more; logins and searches for it are refused. Grants,
codes and tokens for it, logins your page vouched for and agreements of its people end at
once, on every instance. Nobody's account is touched, nor what they hold elsewhere.`,
  },
  async run(trx, { id }, act): Promise<TenantWithEnded> {
    const { tenant, changed } = await saveTenantDisabled(trx, id, true, act.now);
    if (!changed) return { tenant, ended: noRightsEnded, unchanged: true };
    const ended = await endRightsOfTenant(trx, id, act.now);
    await act.record({ type: "tenant.disabled", tenantId: id, details: { ...ended } });
    return { tenant, ended };
  },
});

/**
 * Enables a disabled tenant. Nothing comes back by itself: each of its people signs in anew, and agrees anew. Of one
 * that is enabled nothing ends.
 * @throws OperationError tenant_not_found
 */
export const enableTenant = operation({
  name: "tenant enable",
  summary: "Enable a disabled tenant",
  permission: adminChange,
  events: ["tenant.enabled"],
  input,
  output,
  http: [{ method: "post", path: "/v1/tenants/:tenant/enable", params: { tenant: "id" } }],
  cli: {
    ...face,
    summary: "let a disabled customer in again",
    about: `Enables the tenant. Nothing comes back by itself: each of its people signs in once more.`,
  },
  async run(trx, { id }, act): Promise<TenantWithEnded> {
    const { tenant, changed } = await saveTenantDisabled(trx, id, false, act.now);
    if (!changed) return { tenant, ended: noRightsEnded, unchanged: true };
    // Enabling ends too: what a request that was under way wrote after the tenant was disabled.
    const ended = await endRightsOfTenant(trx, id, act.now);
    await act.record({ type: "tenant.enabled", tenantId: id });
    return { tenant, ended };
  },
});
