// Owns what tests of the trail share: a provider, the acts they perform by their real paths, and finding an event.
import { type AuditEvent, type AuditQuery, listAuditEvents } from "../../src/audit/audit_store.ts";
import type { AuditEventType } from "../../src/audit/event_types.ts";
import type { Database } from "../../src/db/connect.ts";

/** The events of one type, newest first. */
export function eventsOf(
  db: Database,
  type: AuditEventType,
  query: Omit<AuditQuery, "type"> = {},
): Promise<AuditEvent[]> {
  return listAuditEvents(db, { ...query, type });
}

/** An event's parties and details, without what each run makes anew. */
export function essenceOf({ actor, tenantId, accountId, clientId, details, times }: AuditEvent) {
  return { actor, tenantId, accountId, clientId, details, times };
}
