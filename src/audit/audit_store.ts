// Owns the events of the audit_events table: who did what to whom, when and from where. Rows are only added, until
// retention removes them (chain/). Two things change: how often an equal refusal came within its minute, until it is
// sealed, and the address and name of a person who is erased.
import { createHash } from "node:crypto";
import type { Database } from "../db/connect.ts";
import { runStatement } from "../db/statement.ts";
import {
  type AuditFilters,
  type EventPlace,
  type EventQuery,
  type Lead,
  leadTo,
  meantBy,
  rowsOfPage,
  usualWindow,
} from "./audit_filters_store.ts";
import { type AuditRow, auditColumns, auditRowOf, type EventOrigin } from "./audit_row.ts";
import { measureEvent } from "./event_measures.ts";
import type { AuditEventType, DetailValue, NewAuditEvent } from "./event_types.ts";
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
  measureEvent(db, event);
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
  await countRow(db, event, now, loginHash);
  measureEvent(db, event);
}

async function countRow(
  db: Database,
  event: NewAuditEvent,
  now: Date,
  loginHash: string | undefined,
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

/** A page of events, newest first. */
export type AuditQuery = EventQuery;

const listedColumns = [...auditColumns, "login_hash", "times"];

/**
 * Lists events, newest first; within a millisecond in the order of their ids, so that pages lose nothing.
 * @param lead by what they are found; absent: decided here
 */
export async function listAuditEvents(
  db: Database,
  query: AuditQuery = {},
  lead?: Lead,
): Promise<AuditEvent[]> {
  const by = lead ?? (await leadTo(db, query));
  const rows: AuditRow[] = await rowsOfPage(db, by, query, listedColumns);
  return rows.map(toAuditEvent);
}

/**
 * Reads a page of events, newest first.
 * @returns with an end there may be more, also where the page is not full: it looks at so many events and no more
 */
export async function readAuditPage(
  db: Database,
  query: AuditQuery & { limit: number },
): Promise<{ events: AuditEvent[]; end?: EventPlace }> {
  const events: AuditEvent[] = [];
  let { before } = query;
  // Few are looked at first: where most of them are meant, that is all it takes.
  const most = query.window ?? usualWindow;
  for (const window of [Math.min(most, 4 * query.limit + 50), most]) {
    const rest = { ...query, before, window, limit: query.limit + 1 - events.length };
    const lead = await leadTo(db, rest);
    events.push(...(await listAuditEvents(db, rest, lead)));
    const last = events.length > query.limit ? events[query.limit - 1] : undefined;
    if (last !== undefined) return { events: events.slice(0, query.limit), end: placeOf(last) };
    if (lead.end === undefined) return { events };
    before = lead.end;
  }
  return before === undefined ? { events } : { events, end: before };
}

const placeOf = ({ atMs, id }: AuditEvent): EventPlace => ({ atMs, id });

/** An event with its place in the chain. */
export type SealedAuditEvent = AuditEvent & { sealed: SealedPlace };

/**
 * Lists sealed events in the order of the chain: whoever goes on from the last one misses none, however late it was
 * committed.
 * @param after only what stands later
 * @returns with an end there may be more: all up to it was looked at
 */
export async function listSealedEvents(
  db: Database,
  filters: AuditFilters,
  after: SealedPlace,
  limit: number,
  window = usualWindow,
): Promise<{ events: SealedAuditEvent[]; end?: SealedPlace }> {
  const places = ["block_number", "block_place"];
  const chain = (most: number) =>
    db("audit_events")
      .whereNotNull("block_number")
      .whereRaw("(block_number, block_place) > (?, ?)", [after.block, after.place])
      .orderBy(places)
      // As for the pages of the list.
      .limit(most, { skipBinding: true });
  // Where every event is meant, as many are looked at as are wanted.
  const looked = Object.values(filters).every((value) => value === undefined) ? limit : window;
  // Read first: what is sealed meanwhile stands behind it.
  const [edge]: PlacedRow[] = await chain(1)
    .offset(looked - 1)
    .select(places);
  const rows: PlacedRow[] = await db
    .select("*")
    .from(
      chain(looked)
        .select([...listedColumns, ...places])
        .as("next"),
    )
    .modify(meantBy, filters)
    .orderBy(places)
    .limit(limit, { skipBinding: true });
  const events = rows.map((row) => ({ ...toAuditEvent(row), sealed: placeInChain(row) }));
  if (events.length === limit) return { events, end: events.at(-1)?.sealed ?? after };
  return edge === undefined ? { events } : { events, end: placeInChain(edge) };
}

type PlacedRow = AuditRow & { block_number: number; block_place: number };

const placeInChain = (row: PlacedRow): SealedPlace => ({ block: row.block_number, place: row.block_place });

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
