// Owns the operations that take a tenant's access away, or give it back. A tenant is never deleted: its id is what the
// customer typed at AWS, and nobody else may ever get it.
import { z } from "zod";
import { createAuditEvent } from "../../audit/audit_store.ts";
import { type EndedRights, endRightsOfTenant } from "../../provider/sessions/end_rights_store.ts";
import { saveTenantDisabled, type Tenant } from "../../provider/tenants/tenant_store.ts";
import { type OperationContext, parseArguments } from "./operation.ts";

/** A tenant from which access was taken, and what ended with it. */
export interface TenantWithEnded {
  tenant: Tenant;
  ended: EndedRights;
}

const oneTenant = z.strictObject({ id: z.string() });

/**
 * Disables a tenant: nothing is issued for it, searches and logins for it are refused, and what stands ends now.
 * @throws OperationError tenant_not_found
 */
export async function disableTenant(context: OperationContext, input: unknown): Promise<TenantWithEnded> {
  return setDisabled(context, input, true);
}

/**
 * Enables a disabled tenant. Nothing comes back by itself: each of its people signs in anew, and agrees anew.
 * @throws OperationError tenant_not_found
 */
export async function enableTenant(context: OperationContext, input: unknown): Promise<TenantWithEnded> {
  return setDisabled(context, input, false);
}

async function setDisabled(
  context: OperationContext,
  input: unknown,
  disabled: boolean,
): Promise<TenantWithEnded> {
  const { id } = parseArguments(oneTenant, input);
  const { actor } = context;
  const now = context.clock();
  return context.db.transaction(async (trx) => {
    const tenant = await saveTenantDisabled(trx, id, disabled, now);
    // Enabling ends too: what a request that was under way wrote after the tenant was disabled.
    const ended = await endRightsOfTenant(trx, id, now);
    await createAuditEvent(
      trx,
      disabled
        ? { type: "tenant.disabled", actor, tenantId: id, details: { ...ended } }
        : { type: "tenant.enabled", actor, tenantId: id },
      now,
    );
    return { tenant, ended };
  });
}
