// Owns exchanging what is used once, a code or a refresh token, for the records that are given for it, and for the event that says
// so: all of it stands, or nothing. On PostgreSQL that is one statement and one commit, shared with whoever exchanges at the same
// time; who used it first is decided by the row alone, whichever instance asks.
import { auditColumns, auditRowOf, type EventOrigin, originHere } from "../../audit/audit_row.ts";
import { createAuditEvent } from "../../audit/audit_store.ts";
import { measureEvent } from "../../audit/event_measures.ts";
import type { NewAuditEvent } from "../../audit/event_types.ts";
import { createBatcher } from "../../db/batch.ts";
import { broughtRows, columnsOf, typedColumns } from "../../db/brought_rows.ts";
import { type Database, isPostgres } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import type { HeldRecord } from "../library/one_write.ts";
import { hashRecordId } from "./record_payload.ts";
import {
  consumeRecord,
  createRecordOnce,
  recordBindings,
  recordColumns,
  recordValues,
} from "./record_store.ts";

/** What is used once, what is given for it, and what the trail says of that. */
export interface Exchange {
  used: { model: string; id: string };
  given: readonly HeldRecord[];
  event: NewAuditEvent | undefined;
  now: Date;
}

// An event is of the request it came in, which a batch is not.
type Asked = Exchange & { origin: EventOrigin };

/** Exchanges. @returns whether this caller was the first to use it; if not, nothing was written */
export type Exchanger = (exchange: Exchange) => Promise<boolean>;

// (What is asked of a case the planner takes for likely. Of "is null" it expects so few rows of a table that nobody has counted that
// it reads it as a whole, and keeps to that while the table grows.)
// What somebody else used meanwhile is not open any more once its lock is ours. Rows are locked in one order, so that two instances that are shown the same codes never wait for each other in a circle.
const statement = `
with asked as (
  select * from ${broughtRows("asked", typedColumns(["model", "id_hash", "now_ms"]))}),
open as (
  select r.model, r.id_hash, asked.now_ms from asked
  join oidc_records r on r.model = asked.model and r.id_hash = asked.id_hash
  where case when r.consumed_at_ms is null then true end order by r.model, r.id_hash for update of r),
used as (
  update oidc_records r set consumed_at_ms = open.now_ms from open
  where r.model = open.model and r.id_hash = open.id_hash
  returning r.id_hash),
given as (
  insert into oidc_records (${recordColumns.join(", ")})
  select ${recordValues("given")}
  from ${broughtRows("given", typedColumns(["for_hash", ...recordColumns]))}
  where given.for_hash in (select id_hash from used)),
told as (
  insert into audit_events (${auditColumns.join(", ")})
  select ${auditColumns.map((column) => `told.${column}`).join(", ")}
  from ${broughtRows("told", typedColumns(["for_hash", ...auditColumns]))}
  where told.for_hash in (select id_hash from used))
select id_hash from used`;

/** Makes an exchanger that shares a statement and a commit with whoever exchanges at the same time. */
export function createExchanger(db: Database): Exchanger {
  const exchange = createBatcher<Asked, boolean>({
    run: (all) => (isPostgres(db) ? exchangeTogether(db, all) : exchangeOneByOne(db, all)),
    keyOf: ({ used }) => `${used.model} ${used.id}`,
    mostItems: 50,
    mostBatches: 1,
  });
  return (one) => exchange({ ...one, origin: originHere() });
}

async function exchangeTogether(db: Database, all: readonly Asked[]): Promise<boolean[]> {
  const hashes = all.map(({ used }) => hashRecordId(used.id));
  const records = all.flatMap(({ given }, place) =>
    given.map(({ model, id, payload, expiresAtMs }) => [
      hashes[place],
      ...recordBindings(model, id, payload, expiresAtMs).slice(0, recordColumns.length),
    ]),
  );
  const events = all.flatMap(({ event, now, origin }, place) =>
    event === undefined ? [] : [[hashes[place], ...auditRowOf(event, now, origin)]],
  );
  const rows = await runStatement<{ id_hash: string }>(db, "oidc_records_exchange_2", statement, [
    all.map(({ used }) => used.model),
    hashes,
    all.map(({ now }) => now.getTime()),
    ...columnsOf(records, 1 + recordColumns.length),
    ...columnsOf(events, 1 + auditColumns.length),
  ]);
  const first = new Set(rows.map(({ id_hash }) => id_hash));
  return all.map(({ event }, place) => {
    const isFirst = first.has(hashes[place] ?? "");
    if (isFirst && event !== undefined) measureEvent(db, event);
    return isFirst;
  });
}

// SQLite: each in a transaction of its own, one after the other.
async function exchangeOneByOne(db: Database, all: readonly Asked[]): Promise<boolean[]> {
  const firsts: boolean[] = [];
  for (const { used, given: records, event, now, origin } of all) {
    firsts.push(
      await db.transaction(async (trx) => {
        if (!(await consumeRecord(trx, used.model, used.id, now.getTime()))) return false;
        for (const { model, id, payload, expiresAtMs } of records)
          await createRecordOnce(trx, model, id, payload, expiresAtMs);
        if (event !== undefined) await createAuditEvent(trx, event, now, origin);
        return true;
      }),
    );
  }
  return firsts;
}
