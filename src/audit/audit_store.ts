// Owns the audit_events table: who did what to whom, when and from where. Rows are only ever added. Two
// things change: how often an equal refusal came within its minute, and the address and name of a person who is erased.
import { createHash } from "node:crypto";
import type { Database } from "../db/connect.ts";
import { runStatement } from "../db/statement.ts";
import { auditColumns, auditRowOf, type EventOrigin } from "./audit_row.ts";
import type { AuditEventType, DetailValue, NewAuditEvent } from "./event_types.ts";

/** A recorded event. */
export interface AuditEvent {
  id: string;
  /** Epoch milliseconds; of a counted event: when the first of its minute came. */
  atMs: number;
  type: AuditEventType;
  actor: string;
  tenantId?: string;
  /** The account it happened to. */
  accountId?: string;
  clientId?: string;
  /** The client's address, where the act came by HTTP. */
  address?: string;
  /** The X-Request-Id of that request; log lines carry it too. */
  requestId?: string;
  /** The keyed hash of the sign-in name that was typed (login_names.ts). */
  loginHash?: string;
  /** How often it came within its minute; absent: once. */
  times?: number;
  details: Readonly<Record<string, DetailValue>>;
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
  address: string | null;
  request_id: string | null;
  login_hash: string | null;
  times: number;
}

const columns = auditColumns.join(", ");
const places = auditColumns.map(() => "?").join(", ");

/**
 * Records an event.
 * @param db the transaction of the change itself, so that neither stands without the other
 * @param origin where it came from; default: the request under way
 */
export async function createAuditEvent(
  db: Database,
  event: NewAuditEvent,
  now: Date,
  origin?: EventOrigin,
): Promise<void> {
  await runStatement(
    db,
    "audit_event_create_2",
    `insert into audit_events (${columns}) values (${places}) returning id`,
    auditRowOf(event, now, origin),
  );
}

/**
 * Records what happened to somebody in several tenants: one event for each, so that it stands in the trail of each;
 * one without a tenant if there is none.
 * @param db the transaction of the change itself
 */
export async function createAuditEventInTenants(
  db: Database,
  event: Extract<NewAuditEvent, { tenantId?: string | undefined; accountId: string }>,
  tenantIds: readonly string[],
  now: Date,
): Promise<void> {
  const trails = tenantIds.length === 0 ? [undefined] : [...new Set(tenantIds)];
  for (const tenantId of trails) await createAuditEvent(db, { ...event, tenantId } as NewAuditEvent, now);
}

// What details say of a person (event_types.ts).
const personalDetails = ["email", "emailWas", "name", "nameWas"];

/**
 * Takes a person's addresses and names out of the events that happened to them. Ids, times and acts stay.
 * @param db the transaction that deletes the account
 * @returns how many events lost something
 */
export async function forgetPersonalDetails(db: Database, accountId: string): Promise<number> {
  const rows: Pick<AuditRow, "id" | "details">[] = await db("audit_events")
    .where("account_id", accountId)
    .select("id", "details");
  let changed = 0;
  for (const { id, details } of rows) {
    const known = JSON.parse(details) as Record<string, DetailValue>;
    const kept = Object.entries(known).filter(([name]) => !personalDetails.includes(name));
    if (kept.length === Object.keys(known).length) continue;
    await db("audit_events")
      .where("id", id)
      .update({ details: JSON.stringify(Object.fromEntries(kept)) });
    changed += 1;
  }
  return changed;
}

const countedMs = 60_000;

/**
 * Records what anybody can make happen as often as they like: equal events of one address within one minute are one
 * row that counts, so nobody fills the store with them.
 * @param loginHash the keyed hash of the sign-in name that was typed, where there was one
 */
export async function countAuditEvent(
  db: Database,
  event: NewAuditEvent,
  now: Date,
  loginHash?: string,
): Promise<void> {
  const [, , ...row] = auditRowOf(event, now);
  const requestId = row.pop();
  const minute = Math.floor(now.getTime() / countedMs);
  const same = JSON.stringify([minute, loginHash ?? null, ...row]);
  const id = `counted-${createHash("sha256").update(same).digest("base64url")}`;
  await runStatement(
    db,
    "audit_event_count",
    `insert into audit_events (${columns}, login_hash) values (${places}, ?)
     on conflict (id) do update set times = audit_events.times + 1 returning id`,
    [id, now.getTime(), ...row, requestId ?? null, loginHash ?? null],
  );
}

/** Which events to list. Every member that is given must hold. */
export interface AuditQuery {
  tenantId?: string | undefined;
  clientId?: string | undefined;
  address?: string | undefined;
  type?: AuditEventType | undefined;
  /** Whom they happened to: an account, or hashes of the name that was typed at a sign-in. */
  subject?: { accountId?: string | undefined; loginHashes: readonly string[] } | undefined;
  /** Epoch milliseconds, inclusive. */
  fromMs?: number | undefined;
  /** Epoch milliseconds, exclusive. */
  beforeMs?: number | undefined;
  /** Only what is older than this event in the list's order (cursor.ts). */
  before?: { atMs: number; id: string } | undefined;
  limit?: number | undefined;
}

/** Lists events, newest first; within a millisecond in the order of their ids, so that pages lose nothing. */
export async function listAuditEvents(db: Database, query: AuditQuery = {}): Promise<AuditEvent[]> {
  const equal = {
    tenant_id: query.tenantId,
    client_id: query.clientId,
    address: query.address,
    type: query.type,
  };
  const { subject, fromMs, beforeMs, before } = query;
  const rows: AuditRow[] = await db("audit_events")
    .select(...auditColumns, "login_hash", "times")
    .where((rows) => {
      for (const [column, value] of Object.entries(equal)) {
        if (value !== undefined) rows.where(column, value);
      }
      if (fromMs !== undefined) rows.where("at_ms", ">=", fromMs);
      if (beforeMs !== undefined) rows.where("at_ms", "<", beforeMs);
    })
    .where((rows) => {
      if (subject === undefined) return;
      rows.whereIn("login_hash", [...subject.loginHashes]);
      if (subject.accountId !== undefined) rows.orWhere("account_id", subject.accountId);
    })
    .where((rows) => {
      if (before === undefined) return;
      rows.where("at_ms", "<", before.atMs).orWhere((rows) => {
        rows.where("at_ms", before.atMs).where("id", "<", before.id);
      });
    })
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
    ...(row.address === null ? {} : { address: row.address }),
    ...(row.request_id === null ? {} : { requestId: row.request_id }),
    ...(row.login_hash === null ? {} : { loginHash: row.login_hash }),
    ...(row.times === 1 ? {} : { times: row.times }),
    details: JSON.parse(row.details) as Record<string, DetailValue>,
  };
}
