// Owns the record that a subject assertion was used, and what came of it. That an assertion is used once is
// decided by one conditional insert; no event is recorded for a use that was not the first.
import { auditColumns, auditRowOf, type EventOrigin, originHere } from "../../audit/audit_row.ts";
import { createAuditEvent } from "../../audit/audit_store.ts";
import { measureEvent } from "../../audit/event_measures.ts";
import type { NewAuditEvent } from "../../audit/event_types.ts";
import { createBatcher } from "../../db/batch.ts";
import { broughtRows, typedColumns } from "../../db/brought_rows.ts";
import { type Database, isPostgres } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { createRecordOnce, recordBindings } from "../storage/record_store.ts";

/** One use of an assertion, for as long as anybody could accept it again. */
export interface AssertionUse {
  id: string;
  issuer: string;
  expiresAtSeconds: number;
  /** The request parameter that held it, for errors. */
  parameter: "subject_token" | "assertion";
}

/**
 * Records that an assertion was used.
 * @returns whether this caller was the first
 */
export function createUse(db: Database, use: AssertionUse): Promise<boolean> {
  const [model, id, payload, expiresAtMs] = recordOf(use);
  return createRecordOnce(db, model, id, payload, expiresAtMs);
}

/** A use, and what came of it. */
export interface UseOutcome {
  use: AssertionUse;
  event: NewAuditEvent;
  now: Date;
  /** The request it belongs to: a batch is written by one of many. */
  origin: EventOrigin;
}

// PostgreSQL only: one round trip and one commit, as little as a mint can write. In the order of ids, so that two
// instances that are sent the same assertions never wait for each other in a circle.
const statement = `
with asked as (select * from ${broughtRows("asked", {
  ...{ id_hash: "text", payload: "text", expires_at_ms: "bigint" },
  ...typedColumns(auditColumns),
})}),
used as (
  insert into oidc_records (model, id_hash, payload, expires_at_ms)
  select 'ReplayDetection', id_hash, payload, expires_at_ms from asked order by id_hash
  on conflict (model, id_hash) do nothing
  returning id_hash)
insert into audit_events (${auditColumns.join(", ")})
select ${auditColumns.join(", ")} from asked
where id_hash in (select id_hash from used)
returning id`;

/**
 * Records uses of assertions, each together with what came of it. Who is told that it was the first may act on it:
 * use and event are kept then. (SQLite writes them one after the other: a transaction would hold its one write lock
 * across turns of the event loop, and a second connection of the same process would wait for it for ever.)
 * @param outcomes no two of one assertion
 * @returns for each whether this caller was the first; if not, nothing was recorded of it
 */
export async function createUsesWithEvents(
  db: Database,
  outcomes: readonly UseOutcome[],
): Promise<boolean[]> {
  if (!isPostgres(db)) return createOneByOne(db, outcomes);
  const rows = outcomes.map(({ use, event, now, origin }) => {
    const [, idHash, payload] = recordBindings(...recordOf(use));
    const expiresAtMs = use.expiresAtSeconds * 1000;
    return [idHash, payload, expiresAtMs, ...auditRowOf(event, now, origin)] as const;
  });
  const columns = Array.from({ length: 3 + auditColumns.length }, (_, column) =>
    rows.map((row) => row[column] ?? null),
  );
  const added = await runStatement<{ id: string }>(
    db,
    "assertion_uses_with_events_3",
    statement,
    columns as string[][],
  );
  const ids = new Set(added.map(({ id }) => id));
  for (const [place, { event }] of outcomes.entries())
    if (ids.has(rows[place]?.[3] ?? "")) measureEvent(db, event);
  return rows.map(([, , , eventId]) => ids.has(eventId));
}

async function createOneByOne(db: Database, outcomes: readonly UseOutcome[]): Promise<boolean[]> {
  const firsts: boolean[] = [];
  for (const { use, event, now, origin } of outcomes) {
    const first = await createUse(db, use);
    if (first) await createAuditEvent(db, event, now, origin);
    firsts.push(first);
  }
  return firsts;
}

/** Makes a recorder of uses that shares a statement and a commit with whoever records at the same time. */
export function createUseRecorder(db: Database): (outcome: Omit<UseOutcome, "origin">) => Promise<boolean> {
  const record = createBatcher<UseOutcome, boolean>({
    run: (outcomes) => createUsesWithEvents(db, outcomes),
    keyOf: ({ use }) => use.id,
    mostItems: 50,
    mostBatches: 1,
  });
  return (outcome) => record({ ...outcome, origin: originHere() });
}

function recordOf(use: AssertionUse) {
  const payload = { iss: use.issuer, exp: use.expiresAtSeconds };
  return ["ReplayDetection", use.id, payload, use.expiresAtSeconds * 1000] as const;
}
