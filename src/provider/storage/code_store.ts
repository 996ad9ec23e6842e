// Owns writing a code together with the event that says it was given: both stand, or neither. On PostgreSQL that is one statement
// and one commit, shared with whoever is given a code at the same time.
import { auditColumns, auditRowOf, type EventOrigin, originHere } from "../../audit/audit_row.ts";
import { createAuditEvent } from "../../audit/audit_store.ts";
import { measureEvent } from "../../audit/event_measures.ts";
import type { NewAuditEvent } from "../../audit/event_types.ts";
import { createBatcher } from "../../db/batch.ts";
import { broughtRows, columnsOf, typedColumns } from "../../db/brought_rows.ts";
import { type Database, isPostgres } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import type { HeldRecord } from "../library/one_write.ts";
import { recordBindings, recordColumns, recordValues, saveRecord } from "./record_store.ts";

/** A code, and what the trail says of it. */
export interface GivenCode {
  code: HeldRecord;
  /** Undefined: the trail tells of it otherwise. */
  event: NewAuditEvent | undefined;
  now: Date;
}

// An event is of the request it came in, which a batch is not.
type Asked = GivenCode & { origin: EventOrigin };

/** Writes a code. Who is answered may be given it. */
export type CodeKeeper = (given: GivenCode) => Promise<void>;

const statement = `
with kept as (
  insert into oidc_records (${recordColumns.join(", ")})
  select ${recordValues("given")} from ${broughtRows("given", typedColumns(recordColumns))}),
told as (
  insert into audit_events (${auditColumns.join(", ")})
  select ${auditColumns.map((column) => `told.${column}`).join(", ")}
  from ${broughtRows("told", typedColumns(auditColumns))})
select 1 as kept`;

/** Makes a keeper that shares a statement and a commit with whoever is given a code at the same time. */
export function createCodeKeeper(db: Database): CodeKeeper {
  const keep = createBatcher<Asked, void>({
    async run(all) {
      if (isPostgres(db)) await keepTogether(db, all);
      else for (const one of all) await keepAlone(db, one);
      return all.map(() => undefined);
    },
    mostItems: 50,
    mostBatches: 1,
  });
  return (one) => keep({ ...one, origin: originHere() });
}

async function keepTogether(db: Database, all: readonly Asked[]): Promise<void> {
  const codes = all.map(({ code: { model, id, payload, expiresAtMs } }) =>
    recordBindings(model, id, payload, expiresAtMs).slice(0, recordColumns.length),
  );
  const events = all.flatMap(({ event, now, origin }) =>
    event === undefined ? [] : [auditRowOf(event, now, origin)],
  );
  await runStatement(db, "oidc_codes_keep_1", statement, [
    ...columnsOf(codes, recordColumns.length),
    ...columnsOf(events, auditColumns.length),
  ]);
  for (const { event } of all) if (event !== undefined) measureEvent(db, event);
}

// SQLite: each in a transaction of its own, one after the other.
async function keepAlone(db: Database, { code, event, now, origin }: Asked): Promise<void> {
  const { model, id, payload, expiresAtMs } = code;
  await db.transaction(async (trx) => {
    await saveRecord(trx, model, id, payload, expiresAtMs);
    if (event !== undefined) await createAuditEvent(trx, event, now, origin);
  });
}
