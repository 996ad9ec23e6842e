// Owns the row an audit event becomes, for the statements that record one together with what it is about.
import { randomUUID } from "node:crypto";
import type { NewAuditEvent } from "./audit_store.ts";

/** An event's row: id, at_ms, type, tenant_id, account_id, client_id, actor, details. */
export function auditRowOf(event: NewAuditEvent, now: Date) {
  return [
    randomUUID(),
    now.getTime(),
    event.type,
    event.tenantId ?? null,
    event.accountId ?? null,
    event.clientId ?? null,
    event.actor,
    JSON.stringify(event.details ?? {}),
  ] as const;
}
