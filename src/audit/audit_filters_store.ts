// Owns finding rows of the trail by what they are of, newest first, so that a page costs the same
// however long the trail is: an index leads, each row it leads to is looked at in the page's order, and a page looks at no
// more of them than a window holds. It may therefore end early.
import type { Knex } from "knex";
import type { Database } from "../db/connect.ts";
import { type AuditEventType, refusalTypes } from "./event_types.ts";

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

/** Where in the list, newest first, an event stands. */
export interface EventPlace {
  atMs: number;
  id: string;
}

type Where = (rows: Knex.QueryBuilder) => void;

/** Conditions on different members, each by the name of its member; a list of ways: any of them, none twice. */
type Conditions = Readonly<
  Partial<Record<"subject" | "address" | "actor" | "client" | "tenant" | "types", Where[]>>
>;

const is =
  (column: string, value: string): Where =>
  (rows) =>
    rows.where(column, value);

function conditionsOf(filters: AuditFilters): Conditions {
  const { subject, address, actor, clientId, tenantId } = filters;
  const types = typesOf(filters);
  return {
    ...(subject === undefined ? {} : { subject: waysTo(subject) }),
    ...(address === undefined ? {} : { address: [is("address", address)] }),
    ...(actor === undefined ? {} : { actor: [is("actor", actor)] }),
    ...(clientId === undefined ? {} : { client: [is("client_id", clientId)] }),
    ...(tenantId === undefined ? {} : { tenant: [is("tenant_id", tenantId)] }),
    ...(types === undefined ? {} : { types: types.map((type) => is("type", type)) }),
  };
}

function waysTo({ accountId, loginHashes }: NonNullable<AuditFilters["subject"]>): Where[] {
  const byAccount = accountId === undefined ? [] : [is("account_id", accountId)];
  const byHash = [...new Set(loginHashes)].map(
    (hash): Where =>
      (rows) => {
        rows.where("login_hash", hash);
        if (accountId !== undefined) rows.whereRaw("(account_id is null or account_id <> ?)", [accountId]);
      },
  );
  return [...byAccount, ...byHash];
}

// What is refused has few types and few events; nearly all else is done, so that leads nowhere.
function typesOf({ type, outcome }: AuditFilters): readonly AuditEventType[] | undefined {
  if (type === undefined) return outcome === "refused" ? refusalTypes : undefined;
  const isRefusal = refusalTypes.includes(type);
  return outcome === undefined || isRefusal === (outcome === "refused") ? [type] : [];
}

const notRefused: Where = (rows) => rows.whereNotIn("type", [...refusalTypes]);

const inSpan =
  ({ fromMs, beforeMs }: AuditFilters): Where =>
  (rows) => {
    if (fromMs !== undefined) rows.where("at_ms", ">=", fromMs);
    if (beforeMs !== undefined) rows.where("at_ms", "<", beforeMs);
  };

interface Way {
  /** Each by an index of its own, and no event by two of them. */
  ways: Where[];
  /** What must hold besides. */
  rest: Where[];
}

/** By what the events of a page are found. */
export interface Lead extends Way {
  /** The last event the page may look at; undefined: there is none beyond those it looks at anyway. */
  end?: EventPlace | undefined;
}

const anyOf =
  (ways: readonly Where[]): Where =>
  (rows) => {
    if (ways.length === 0) rows.whereRaw("1 = 0");
    rows.where((one) => {
      for (const way of ways) one.orWhere((inner) => way(inner));
    });
  };

// The members in the order of how little each leads to, as a rule.
function waysOf(filters: AuditFilters): [Way, ...Way[]] {
  const { tenant = [], types, ...others } = conditionsOf(filters);
  const besides = filters.outcome === "done" && types === undefined ? [notRefused] : [];
  // The types of a tenant have an index; so have either alone.
  const ofTenant = tenant.flatMap((way) =>
    types === undefined
      ? [way]
      : types.map(
          (type): Where =>
            (rows) => {
              way(rows);
              type(rows);
            },
        ),
  );
  const placed = filters.tenantId === undefined ? types : ofTenant;
  const all = [...Object.values(others), ...(placed === undefined ? [] : [placed])];
  const [first = [() => {}], ...more] = all;
  const wayBy = (ways: Where[]): Way => ({
    ways,
    rest: [...all.filter((other) => other !== ways).map(anyOf), ...besides],
  });
  return [wayBy(first), ...more.map(wayBy)];
}

/** The most rows a page looks at. */
export const usualWindow = 2_000;

/** Which part of the list, newest first. */
export interface EventQuery extends AuditFilters {
  /** Only what is older than this event in the list's order. */
  before?: EventPlace | undefined;
  limit?: number | undefined;
  /** The most rows the page looks at, unless that is said otherwise. */
  window?: number | undefined;
}

const newestFirst = [
  { column: "at_ms", order: "desc" },
  { column: "id", order: "desc" },
] as const;

// Each way in the order of its index, no further than is asked for, then all of them together.
function rowsLedTo(
  db: Database,
  { ways, end }: Pick<Lead, "ways" | "end">,
  { before, ...filters }: EventQuery,
  most: number,
  columns: readonly string[],
): Knex.QueryBuilder {
  const each = ways.map((way) =>
    db("audit_events")
      .select([...columns])
      .modify(way)
      .modify(inSpan(filters))
      .modify((rows) => {
        if (before !== undefined) rows.whereRaw("(at_ms, id) < (?, ?)", [before.atMs, before.id]);
        if (end !== undefined) rows.whereRaw("(at_ms, id) >= (?, ?)", [end.atMs, end.id]);
      })
      .orderBy([...newestFirst])
      // A limit that PostgreSQL does not know makes it plan for a tenth of the table.
      .limit(most, { skipBinding: true }),
  );
  const [only] = each;
  if (only !== undefined && each.length === 1) return only;
  const [first, ...others] = each.map((one) => db.select("*").from(one.as("way")));
  // Without any way nothing is found.
  const together =
    first?.unionAll(others) ??
    db("audit_events")
      .select([...columns])
      .whereRaw("1 = 0");
  return db
    .select("*")
    .from(together.as("ways"))
    .orderBy([...newestFirst])
    .limit(most, { skipBinding: true });
}

/**
 * Decides what leads to the events of a query: the first that leads to no more than a page looks at, so that one page
 * holds them all; else the first, up to the end of what the page looks at. Whatever is recorded meanwhile moves no end.
 */
export async function leadTo(db: Database, query: EventQuery): Promise<Lead> {
  const [first, ...others] = waysOf(query);
  if (first.rest.length === 0) return first;
  const end = await endOfWindow(db, first, query);
  if (end === undefined) return first;
  for (const way of others) {
    if ((await endOfWindow(db, way, query)) === undefined) return way;
  }
  return { ...first, end };
}

async function endOfWindow(db: Database, way: Way, query: EventQuery): Promise<EventPlace | undefined> {
  const { window = usualWindow } = query;
  const [row]: { at_ms: number; id: string }[] = await rowsLedTo(db, way, query, window, ["at_ms", "id"])
    .offset(window - 1)
    .limit(1);
  return row && { atMs: row.at_ms, id: row.id };
}

// Recorded while a page is read, it is looked at too.
const meanwhile = 1_000;

/** The rows of a page, to be read. */
export function rowsOfPage(
  db: Database,
  lead: Lead,
  query: EventQuery,
  columns: readonly string[],
): Knex.QueryBuilder {
  const { limit = 100, window = usualWindow } = query;
  if (lead.rest.length === 0) return rowsLedTo(db, lead, query, limit, columns);
  return db
    .select("*")
    .from(rowsLedTo(db, lead, query, window + meanwhile, columns).as("found"))
    .modify((rows) => {
      for (const one of lead.rest) one(rows);
    })
    .orderBy([...newestFirst])
    .limit(limit, { skipBinding: true });
}

/** Holds rows to what is meant, in whatever order they are read. */
export function meantBy(rows: Knex.QueryBuilder, filters: AuditFilters): void {
  const conditions = Object.values(conditionsOf(filters)).map(anyOf);
  if (filters.outcome === "done") conditions.push(notRefused);
  for (const condition of [...conditions, inSpan(filters)]) condition(rows);
}
