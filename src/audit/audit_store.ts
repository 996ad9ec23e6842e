// Owns the events of the audit_events table: who did what to whom, when and from where. Rows are only added, until
// retention removes them (chain/). Two things change: how often an equal refusal came within its minute, until it is
// sealed, and the address and name of a person who is erased.
import { createHash } from "node:crypto";
import type { Knex } from "knex";
import type { Database } from "../db/connect.ts";
import { runStatement } from "../db/statement.ts";
import { type AuditRow, auditColumns, auditRowOf, type EventOrigin } from "./audit_row.ts";
import { type AuditEventType, type DetailValue, type NewAuditEvent, refusalTypes } from "./event_types.ts";
import { splitDetails } from "./personal_details.ts";
import type { SealedPlace } from "./sealed_place.ts";

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
    const { kept, personal } = splitDetails(accountId, JSON.parse(details) as Record<string, DetailValue>);
    if (Object.keys(personal).length === 0) continue;
    // Without its salt the hash that the chain keeps of them says nothing of them to anybody.
    await db("audit_events")
      .where("id", id)
      .update({ details: JSON.stringify(kept), personal_salt: null });
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
  for (let part = 0; ; part += 1) {
    const same = JSON.stringify([minute, loginHash ?? null, ...row, ...(part === 0 ? [] : [part])]);
    const id = `counted-${createHash("sha256").update(same).digest("base64url")}`;
    // What is sealed stays as it is: an instance whose clock is minutes behind counts on in a row of its own.
    const counted = await runStatement(
      db,
      "audit_event_count_2",
      `insert into audit_events (${columns}, login_hash) values (${places}, ?)
       on conflict (id) do update set times = audit_events.times + 1
         where audit_events.block_number is null returning id`,
      [id, now.getTime(), ...row, requestId ?? null, loginHash ?? null],
    );
    if (counted.length > 0) return;
  }
}

/** Which events are meant. Every member that is given must hold. */
export interface AuditFilters {
  tenantId?: string | undefined;
  actor?: string | undefined;
  clientId?: string | undefined;
  address?: string | undefined;
  type?: AuditEventType | undefined;
  /** Whether something was refused. */
  outcome?: "done" | "refused" | undefined;
  /** Whom they happened to: an account, or hashes of the name that was typed at a sign-in. */
  subject?: { accountId?: string | undefined; loginHashes: readonly string[] } | undefined;
  /** Epoch milliseconds, inclusive. */
  fromMs?: number | undefined;
  /** Epoch milliseconds, exclusive. */
  beforeMs?: number | undefined;
}

/** A page of events, newest first. */
export interface AuditQuery extends AuditFilters {
  /** Only what is older than this event in the list's order. */
  before?: { atMs: number; id: string } | undefined;
  limit?: number | undefined;
}

/** Lists events, newest first; within a millisecond in the order of their ids, so that pages lose nothing. */
export async function listAuditEvents(db: Database, query: AuditQuery = {}): Promise<AuditEvent[]> {
  const { before } = query;
  const rows: AuditRow[] = await db("audit_events")
    .select(...auditColumns, "login_hash", "times")
    .modify(meantBy, query)
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

/** An event with its place in the chain. */
export type SealedAuditEvent = AuditEvent & { sealed: SealedPlace };

/**
 * Lists sealed events in the order of the chain: whoever goes on from the last one misses none, however late it was
 * committed.
 * @param after only what stands later
 */
export async function listSealedEvents(
  db: Database,
  filters: AuditFilters,
  after: SealedPlace,
  limit: number,
): Promise<SealedAuditEvent[]> {
  const rows: (AuditRow & { block_number: number; block_place: number })[] = await db("audit_events")
    .select(...auditColumns, "login_hash", "times", "block_number", "block_place")
    .whereNotNull("block_number")
    .whereRaw("(block_number, block_place) > (?, ?)", [after.block, after.place])
    .modify(meantBy, filters)
    .orderBy(["block_number", "block_place"])
    .limit(limit);
  return rows.map((row) => ({
    ...toAuditEvent(row),
    sealed: { block: row.block_number, place: row.block_place },
  }));
}

function meantBy(
  rows: Knex.QueryBuilder,
  { subject, fromMs, beforeMs, outcome, ...equal }: AuditFilters,
): void {
  const columns = {
    tenant_id: equal.tenantId,
    actor: equal.actor,
    client_id: equal.clientId,
    address: equal.address,
    type: equal.type,
  };
  for (const [column, value] of Object.entries(columns)) {
    if (value !== undefined) rows.where(column, value);
  }
  if (fromMs !== undefined) rows.where("at_ms", ">=", fromMs);
  if (beforeMs !== undefined) rows.where("at_ms", "<", beforeMs);
  if (outcome === "refused") rows.whereIn("type", [...refusalTypes]);
  if (outcome === "done") rows.whereNotIn("type", [...refusalTypes]);
  if (subject === undefined) return;
  const { accountId, loginHashes } = subject;
  rows.where((one) => {
    one.whereIn("login_hash", [...loginHashes]);
    if (accountId !== undefined) one.orWhere("account_id", accountId);
  });
}

/** An event as its row holds it. */
export function toAuditEvent(row: AuditRow): AuditEvent {
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
