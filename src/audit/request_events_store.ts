// Owns finding what one request left in the audit trail, by the X-Request-Id its answer carried.
import type { Database } from "../db/connect.ts";
import type { AuditRow } from "./audit_row.ts";
import { auditColumns } from "./audit_row.ts";
import { type AuditEvent, toAuditEvent } from "./audit_store.ts";

/** A request leaves a handful; more would be another's doing. */
const mostEvents = 50;

/**
 * Finds the events of one request, the last first.
 * @param tenantId only those in this tenant's trail; undefined: in any
 */
export async function findEventsOfRequest(
  db: Database,
  requestId: string,
  tenantId: string | undefined,
): Promise<AuditEvent[]> {
  const rows: AuditRow[] = await db("audit_events")
    .select(...auditColumns, "login_hash", "times")
    .where("request_id", requestId)
    .where((events) => {
      if (tenantId !== undefined) events.where("tenant_id", tenantId);
    })
    .orderBy([
      { column: "at_ms", order: "desc" },
      { column: "id", order: "desc" },
    ])
    .limit(mostEvents);
  return rows.map(toAuditEvent);
}
