// Owns the audit_events table: who did what to whom, and when. Rows are only ever added; nothing here
// changes or removes one. Details never hold a secret or a token.
import type { Database } from "../db/connect.ts";
import { runStatement } from "../db/statement.ts";
import { auditRowOf } from "./audit_row.ts";

/** Everything that is recorded. Names are a contract with whoever reads the trail: added, never renamed. */
export const auditEventTypes = [
  "tenant.created",
  "tenant.updated",
  "domain.added",
  "domain.verified",
  "domain.removed",
  "account.created",
  "account.password_set",
  "membership.created",
  "membership.deleted",
  "client.created",
  "accessor.created",
  "accessor.deleted",
  "key.rotated",
  "key.revoked",
  "sign_in.succeeded",
  "sign_in.refused",
  "consent.granted",
  "consent.revoked",
  "token.minted",
  "token.refused",
  "search.made",
] as const;
export type AuditEventType = (typeof auditEventTypes)[number];

/** What happened. */
export interface NewAuditEvent {
  type: AuditEventType;
  /** Who did it: `cli:<operating system user>`, `client:<client_id>`, `account:<id>`. */
  actor: string;
  tenantId?: string;
  /** The account it happened to. */
  accountId?: string;
  clientId?: string;
  /** Small, flat, without secrets. */
  details?: Readonly<Record<string, string | number | boolean>>;
}

/** A recorded event. */
export interface AuditEvent extends NewAuditEvent {
  id: string;
  /** Epoch milliseconds. */
  atMs: number;
}

interface AuditRow {
  id: string;
  at_ms: number;
  type: string;
  tenant_id: string | null;
  account_id: string | null;
  client_id: string | null;
  actor: string | null;
  details: string;
}

/**
 * Records an event.
 * @param db the transaction of the change itself, so that neither stands without the other
 */
export async function createAuditEvent(db: Database, event: NewAuditEvent, now: Date): Promise<void> {
  await runStatement(
    db,
    "audit_event_create",
    `insert into audit_events (id, at_ms, type, tenant_id, account_id, client_id, actor, details)
     values (?, ?, ?, ?, ?, ?, ?, ?) returning id`,
    auditRowOf(event, now),
  );
}

/**
 * Lists events, newest first.
 * @param query one tenant's events only, or all for operators; events before a moment (epoch
 *   milliseconds), for paging
 */
export async function listAuditEvents(
  db: Database,
  query: { tenantId?: string; beforeMs?: number; limit?: number } = {},
): Promise<AuditEvent[]> {
  const rows: AuditRow[] = await db("audit_events")
    .select("id", "at_ms", "type", "tenant_id", "account_id", "client_id", "actor", "details")
    .where((rows) => query.tenantId !== undefined && rows.where("tenant_id", query.tenantId))
    .where((rows) => query.beforeMs !== undefined && rows.where("at_ms", "<", query.beforeMs))
    .orderBy([
      { column: "at_ms", order: "desc" },
      { column: "id", order: "desc" },
    ])
    .limit(query.limit ?? 100);
  return rows.map(toAuditEvent);
}

function toAuditEvent(row: AuditRow): AuditEvent {
  return {
    id: row.id,
    atMs: row.at_ms,
    type: row.type as AuditEventType,
    actor: row.actor ?? "",
    ...(row.tenant_id === null ? {} : { tenantId: row.tenant_id }),
    ...(row.account_id === null ? {} : { accountId: row.account_id }),
    ...(row.client_id === null ? {} : { clientId: row.client_id }),
    details: JSON.parse(row.details) as Record<string, string | number | boolean>,
  };
}
