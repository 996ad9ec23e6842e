// Owns reading the audit trail.
import { z } from "zod";
import { type AuditEvent, listAuditEvents } from "../../audit/audit_store.ts";
import { type OperationContext, parseArguments } from "./operation.ts";

const eventQuery = z.strictObject({
  tenantId: z.string().optional(),
  beforeMs: z.int().min(0).optional(),
  limit: z.int().min(1).max(9999).optional(),
});

/** Lists events, newest first; of one tenant if `tenantId` is given, before `beforeMs` for paging. */
export async function listEvents(context: OperationContext, input: unknown = {}): Promise<AuditEvent[]> {
  const { tenantId, beforeMs, limit } = parseArguments(eventQuery, input);
  return listAuditEvents(context.db, {
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(beforeMs === undefined ? {} : { beforeMs }),
    ...(limit === undefined ? {} : { limit }),
  });
}
