// Owns the oidc_records table. Every statement is one that a single caller wins or that may run twice;
// what decides a race is whether a row came back, never an error and never a row read before.
import type { AdapterPayload } from "oidc-provider";
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { hashRecordId, serializePayload } from "./record_payload.ts";

/** What a record is written to, in the order of {@link recordBindings}: its key first. */
export const recordColumns = [
  "model",
  "id_hash",
  "payload",
  "grant_id_hash",
  "uid_hash",
  "user_code_hash",
  "account_id",
  "client_id",
  "tenant_id",
  "session_uid_hash",
  "expires_at_ms",
  "client_generation",
] as const;

// Who writes a record without the library's request knows its client as the store does now.
const recordPlaces = recordColumns
  .map((column) =>
    column === "client_generation"
      ? "coalesce(cast(? as integer), (select c.generation from clients c where c.client_id = ?), 0)"
      : "?",
  )
  .join(", ");

/** The same of rows that a statement brings along (db/brought_rows.ts). @param rows what they are called */
export const recordValues = (rows: string): string =>
  recordColumns
    .map((column) =>
      column === "client_generation"
        ? `coalesce(${rows}.${column}, (select c.generation from clients c where c.client_id = ${rows}.client_id), 0)`
        : `${rows}.${column}`,
    )
    .join(", ");

/** When a record ends: epoch milliseconds, or null for never. */
type ExpiresAtMs = number | null;

/** Writes a record, replacing one of the same id. What was consumed stays consumed. */
export async function saveRecord(
  db: Database,
  model: string,
  id: string,
  payload: AdapterPayload,
  expiresAtMs: ExpiresAtMs,
): Promise<void> {
  await runStatement(
    db,
    "oidc_record_save_4",
    `insert into oidc_records
       (${recordColumns.join(", ")})
     values (${recordPlaces})
     on conflict (model, id_hash) do update set
       ${recordColumns
         .slice(2)
         .map((column) => `${column} = excluded.${column}`)
         .join(", ")}
     returning model`,
    recordBindings(model, id, payload, expiresAtMs),
  );
}

/**
 * Writes a record that was found anew, if it is still there.
 * @returns whether it was
 */
export async function replaceRecord(
  db: Database,
  model: string,
  id: string,
  payload: AdapterPayload,
  expiresAtMs: ExpiresAtMs,
): Promise<boolean> {
  const hashed = (value: string | undefined) => (value === undefined ? null : hashRecordId(value));
  const rows = await runStatement(
    db,
    "oidc_record_replace_2",
    `update oidc_records set payload = ?, uid_hash = ?, account_id = ?, session_uid_hash = ?,
       expires_at_ms = ?
     where model = ? and id_hash = ? returning model`,
    [
      serializePayload(payload),
      hashed(payload.uid),
      accountOf(payload),
      hashed(sessionOf(payload)),
      expiresAtMs,
      model,
      hashRecordId(id),
    ],
  );
  return rows.length > 0;
}

/**
 * Writes a record only if there is none of its id: the one statement behind every "used before?" question.
 * @returns whether this caller was the first
 */
export async function createRecordOnce(
  db: Database,
  model: string,
  id: string,
  payload: AdapterPayload,
  expiresAtMs: ExpiresAtMs,
): Promise<boolean> {
  const rows = await runStatement<{ model: string }>(
    db,
    "oidc_record_create_once_4",
    `insert into oidc_records
       (${recordColumns.join(", ")})
     values (${recordPlaces})
     on conflict (model, id_hash) do nothing
     returning model`,
    recordBindings(model, id, payload, expiresAtMs),
  );
  return rows.length > 0;
}

/**
 * Uses up a record. Of any number of callers, on any number of instances, exactly one gets true.
 * @returns whether this caller used it
 */
export async function consumeRecord(
  db: Database,
  model: string,
  id: string,
  nowMs: number,
): Promise<boolean> {
  const rows = await runStatement<{ model: string }>(
    db,
    "oidc_record_consume",
    `update oidc_records set consumed_at_ms = ?
     where model = ? and id_hash = ? and consumed_at_ms is null returning model`,
    [nowMs, model, hashRecordId(id)],
  );
  return rows.length > 0;
}

/**
 * Removes a record. Of any number of callers exactly one gets true.
 * @returns whether this caller removed it
 */
export async function deleteRecord(db: Database, model: string, id: string): Promise<boolean> {
  const rows = await runStatement(
    db,
    "oidc_record_delete",
    "delete from oidc_records where model = ? and id_hash = ? returning model",
    [model, hashRecordId(id)],
  );
  return rows.length > 0;
}

/** Removes the records of one model that came from a grant. */
export async function deleteRecordsOfGrant(db: Database, model: string, grantId: string): Promise<void> {
  await runStatement(
    db,
    "oidc_record_delete_of_grant",
    "delete from oidc_records where grant_id_hash = ? and model = ? returning model",
    [hashRecordId(grantId), model],
  );
}

/**
 * Removes everything that came from the same grant as a record, and the grant itself. Without its grant a
 * token is worth nothing, so this also ends what another instance saves a moment later.
 */
export async function deleteFamilyOfRecord(db: Database, model: string, id: string): Promise<void> {
  const [found] = await runStatement<{ grant_id_hash: string | null }>(
    db,
    "oidc_record_grant",
    "select grant_id_hash from oidc_records where model = ? and id_hash = ?",
    [model, hashRecordId(id)],
  );
  if (found?.grant_id_hash == null) return;
  await runStatement(
    db,
    "oidc_record_delete_family",
    "delete from oidc_records where grant_id_hash = ? or (model = 'Grant' and id_hash = ?) returning model",
    [found.grant_id_hash, found.grant_id_hash],
  );
}

// A sign-in under way is of the account that is about to be signed in, so that it ends with what else is.
function accountOf(payload: AdapterPayload): string | null {
  return payload.accountId ?? payload.result?.login?.accountId ?? payload.session?.accountId ?? null;
}

// The browser session a record came from. What is written of one that was ended meanwhile is found no more.
function sessionOf(payload: AdapterPayload): string | undefined {
  const { sessionUid } = payload as { sessionUid?: string };
  return sessionUid ?? payload.session?.uid;
}

// The client a record is for; a sign-in under way names it as the request did.
export function clientOf(payload: AdapterPayload): string | null {
  const asked = payload.params?.["client_id"];
  return payload.clientId ?? (typeof asked === "string" ? asked : null);
}

/** A record's values, in the order of {@link recordPlaces}. */
export function recordBindings(model: string, id: string, payload: AdapterPayload, expiresAtMs: ExpiresAtMs) {
  const hashed = (value: string | undefined) => (value === undefined ? null : hashRecordId(value));
  const { tenantId, clientGeneration } = payload as { tenantId?: string; clientGeneration?: number };
  return [
    model,
    hashRecordId(id),
    serializePayload(payload),
    hashed(payload.grantId),
    hashed(payload.uid),
    hashed(payload.userCode),
    accountOf(payload),
    clientOf(payload),
    model === "Grant" ? (tenantId ?? null) : null,
    hashed(sessionOf(payload)),
    expiresAtMs,
    clientGeneration ?? null,
    clientOf(payload),
  ] as const;
}
