// Owns the operations on tenants.
import { z } from "zod";
import { createAuditEvent } from "../../audit/audit_store.ts";
import { OperationError } from "../../errors.ts";
import { parsePresencePolicy, presencePolicyText } from "../../provider/presence/presence_policy.ts";
import * as store from "../../provider/tenants/tenant_store.ts";
import { displayName, type OperationContext, pageSchema, parseArguments } from "./operation.ts";

const newTenant = z.strictObject({
  id: z.string(),
  name: displayName.optional(),
});

const tenantUpdate = z.strictObject({
  id: z.string(),
  name: displayName.optional(),
  loginMethod: z.enum(store.loginMethods).optional(),
  presence: z.string().optional(),
  discoverable: z.boolean().optional(),
});

/**
 * Creates a tenant.
 * @param input `id` (letters, digits, `_`, `-`; for good), `name` (default: the id)
 * @throws OperationError invalid_input, tenant_exists
 */
export async function createTenant(context: OperationContext, input: unknown): Promise<store.Tenant> {
  const { id, name } = parseArguments(newTenant, input);
  const tenantId = store.parseTenantId(id, "id");
  const now = context.clock();
  return context.db.transaction(async (trx) => {
    const tenant = await store.createTenant(trx, { id: tenantId, name: name ?? tenantId }, now);
    await createAuditEvent(
      trx,
      { type: "tenant.created", actor: context.actor, tenantId, details: { name: tenant.name } },
      now,
    );
    return tenant;
  });
}

/**
 * Changes a tenant's name, where its users log in, when a back end may act for them, or whether its name stands on
 * the login page before anybody has signed in. The id never changes: customers typed it at AWS.
 * @param input `id`; `name`; `loginMethod`: local, handoff or both; `presence`: session, offline, never, or
 *   `within HOURS`; `discoverable`
 * @throws OperationError invalid_input, tenant_not_found
 */
export async function updateTenant(context: OperationContext, input: unknown): Promise<store.Tenant> {
  const { id, name, loginMethod, presence, discoverable } = parseArguments(tenantUpdate, input);
  const presencePolicy = presence === undefined ? undefined : parsePresencePolicy(presence);
  const changes = {
    ...(name === undefined ? {} : { name }),
    ...(loginMethod === undefined ? {} : { loginMethod }),
    ...(presencePolicy === undefined ? {} : { presencePolicy }),
    ...(discoverable === undefined ? {} : { discoverable }),
  };
  if (Object.keys(changes).length === 0) {
    throw new OperationError("invalid_input", "Nothing to change was given.", {
      fix: "Give a name, a login method, a presence policy, or whether it may be found.",
    });
  }
  const now = context.clock();
  return context.db.transaction(async (trx) => {
    const before = await store.findTenant(trx, id);
    const tenant = await store.saveTenant(trx, id, changes, now);
    const details = changedDetails(before ?? tenant, tenant);
    await createAuditEvent(trx, { type: "tenant.updated", actor: context.actor, tenantId: id, details }, now);
    return tenant;
  });
}

/**
 * Shows one tenant, disabled ones included.
 * @throws OperationError tenant_not_found
 */
export async function showTenant(context: OperationContext, input: unknown): Promise<store.Tenant> {
  const { id } = parseArguments(z.strictObject({ id: z.string() }), input);
  return (await store.findTenant(context.db, id)) ?? store.getTenant(context.db, id);
}

/** Lists tenants in the order of their ids. */
export async function listTenants(context: OperationContext, input: unknown = {}): Promise<store.Tenant[]> {
  const { limit, afterId } = parseArguments(pageSchema, input);
  return store.listTenants(context.db, {
    ...(limit === undefined ? {} : { limit }),
    ...(afterId === undefined ? {} : { afterId }),
  });
}

// What changed, each with what it was; a setting that was given as it is changes nothing.
function changedDetails(before: store.Tenant, after: store.Tenant): Record<string, string> {
  const settings = (tenant: store.Tenant) => ({
    name: tenant.name,
    loginMethod: tenant.loginMethod,
    presence: presencePolicyText(tenant.presencePolicy),
    discoverable: tenant.discoverable ? "on" : "off",
  });
  const old: Record<string, string> = settings(before);
  const changed = Object.entries(settings(after)).filter(([name, value]) => old[name] !== value);
  return Object.fromEntries(
    changed.flatMap(([name, value]) => [
      [name, value],
      [`${name}Was`, old[name] ?? ""],
    ]),
  );
}
