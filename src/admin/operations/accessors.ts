// Owns the operations on data accessors: what each customer handed over at AWS.
import { z } from "zod";
import * as store from "../../accessors/accessor_store.ts";
import { parseAccessor } from "../../accessors/connection.ts";
import { createAuditEvent } from "../../audit/audit_store.ts";
import { OperationError } from "../../errors.ts";
import { getTenant } from "../../provider/tenants/tenant_store.ts";
import { type OperationContext, parseArguments } from "./operation.ts";

const newAccessor = z.strictObject({
  tenantId: z.string(),
  name: z.string().optional(),
  applicationId: z.string(),
  retrieverId: z.string(),
  qRegion: z.string(),
  idcApplicationArn: z.string(),
  idcRegion: z.string(),
  method: z.string().optional(),
});

/**
 * Enters a data accessor of a tenant.
 * @param input the fields of the customer's "Information for data accessor" tab, `name` (default
 *   `default`), `method` (`tti`, the default, or `auth-code`)
 * @throws OperationError invalid_input naming every field at fault, tenant_not_found, accessor_exists
 */
export async function createAccessor(context: OperationContext, input: unknown): Promise<store.Accessor> {
  const wanted = parseArguments(newAccessor, input);
  const accessor = parseAccessor({ ...wanted, name: wanted.name ?? "default" });
  const now = context.clock();
  return context.db.transaction(async (trx) => {
    await getTenant(trx, accessor.tenantId);
    const created = await store.createAccessor(trx, accessor, now);
    await createAuditEvent(
      trx,
      {
        type: "accessor.created",
        actor: context.actor,
        tenantId: created.tenantId,
        details: { name: created.name, idcApplicationArn: created.idcApplicationArn },
      },
      now,
    );
    return created;
  });
}

const accessorKey = z.strictObject({ tenantId: z.string(), name: z.string().optional() });

/**
 * Shows one data accessor of a tenant.
 * @throws OperationError accessor_not_found
 */
export async function showAccessor(context: OperationContext, input: unknown): Promise<store.Accessor> {
  const { tenantId, name } = parseArguments(accessorKey, input);
  return store.getAccessor(context.db, tenantId, name ?? "default");
}

/**
 * Lists data accessors, of one tenant if `tenantId` is given.
 * @throws OperationError tenant_not_found
 */
export async function listAccessors(
  context: OperationContext,
  input: unknown = {},
): Promise<store.Accessor[]> {
  const { tenantId } = parseArguments(z.strictObject({ tenantId: z.string().optional() }), input);
  if (tenantId === undefined) return store.listAccessors(context.db);
  await getTenant(context.db, tenantId);
  return store.listAccessors(context.db, { tenantId });
}

/**
 * Forgets a data accessor. Nothing at AWS changes.
 * @throws OperationError accessor_not_found
 */
export async function deleteAccessor(context: OperationContext, input: unknown): Promise<{ deleted: true }> {
  const { tenantId, name } = parseArguments(accessorKey, input);
  const now = context.clock();
  await context.db.transaction(async (trx) => {
    if (!(await store.deleteAccessor(trx, tenantId, name ?? "default"))) {
      throw new OperationError("accessor_not_found", "The tenant has no such data accessor.", {
        field: "accessor",
      });
    }
    await createAuditEvent(
      trx,
      { type: "accessor.deleted", actor: context.actor, tenantId, details: { name: name ?? "default" } },
      now,
    );
  });
  return { deleted: true };
}
