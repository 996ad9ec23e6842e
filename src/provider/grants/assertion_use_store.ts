// Owns the record that a subject assertion was used, and what came of it. That an assertion is used once is
// decided by one conditional insert; the audit event of the outcome stands or falls with it.
import { auditRowOf } from "../../audit/audit_row.ts";
import { createAuditEvent, type NewAuditEvent } from "../../audit/audit_store.ts";
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

// On PostgreSQL one statement, so one round trip and one commit: as slow as a mint's only write can be.
const statement = `
with used as (
  insert into oidc_records
    (model, id_hash, payload, grant_id_hash, uid_hash, user_code_hash, account_id, expires_at_ms)
  values (?, ?, ?, ?, ?, ?, ?, ?)
  on conflict (model, id_hash) do nothing
  returning model)
insert into audit_events (id, at_ms, type, tenant_id, account_id, client_id, actor, details)
select ?, cast(? as bigint), ?, ?, ?, ?, ?, ? from used
returning id`;

/**
 * Records that an assertion was used together with what came of it: neither is kept without the other.
 * @returns whether this caller was the first; if not, nothing was recorded
 */
export async function createUseWithEvent(
  db: Database,
  use: AssertionUse,
  event: NewAuditEvent,
  now: Date,
): Promise<boolean> {
  if (isPostgres(db)) {
    const bindings = [...recordBindings(...recordOf(use)), ...auditRowOf(event, now)];
    return (await runStatement(db, "assertion_use_with_event", statement, bindings)).length > 0;
  }
  return db.transaction(async (trx) => {
    if (!(await createUse(trx, use))) return false;
    await createAuditEvent(trx, event, now);
    return true;
  });
}

function recordOf(use: AssertionUse) {
  const payload = { iss: use.issuer, exp: use.expiresAtSeconds };
  return ["ReplayDetection", use.id, payload, use.expiresAtSeconds * 1000] as const;
}
