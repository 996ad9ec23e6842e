// Owns looking records up, alone or together with whoever looks for some at the same time: a request at the token endpoint looks
// for three, one after the other, and a statement for many costs about what one for one does.
import type { AdapterPayload } from "oidc-provider";
import { createBatcher } from "../../db/batch.ts";
import { broughtRows } from "../../db/brought_rows.ts";
import { type Database, isPostgres } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { hashRecordId, parsePayload, type RecordPayload } from "./record_payload.ts";
import { hashInReference, referenceTo } from "./record_reference.ts";
import { clientOf } from "./record_store.ts";

/** What is read of a record. */
interface RecordRow {
  id_hash: string;
  payload: string;
  consumed_at_ms: number | null;
  client_id: string | null;
  client_generation: number;
}

/** Finds a record by its id. Expired ones are found until they are swept, so that "expired" can be told. */
export function findRecord(db: Database, model: string, id: string): Promise<AdapterPayload | undefined> {
  return findBy(db, "id_hash", model, hashRecordId(id), id);
}

/** Finds a device code that was found by its user code before, by what {@link findRecordByUserCode} answered for its id. */
export function findReferredRecord(
  db: Database,
  model: string,
  reference: string,
): Promise<AdapterPayload | undefined> {
  return findBy(db, "id_hash", model, hashInReference(reference) ?? "", reference);
}

/** Finds a session by its uid; the answer does not hold the session's cookie. */
export function findRecordByUid(
  db: Database,
  model: string,
  uid: string,
): Promise<AdapterPayload | undefined> {
  return findBy(db, "uid_hash", model, hashRecordId(uid), undefined);
}

/**
 * Finds a device code by its user code. The answer does not hold the device code, which nobody knows but the device: its `jti`
 * is a reference to the record, and is no code.
 */
export async function findRecordByUserCode(
  db: Database,
  model: string,
  userCode: string,
): Promise<AdapterPayload | undefined> {
  const found = await findBy(db, "user_code_hash", model, hashRecordId(userCode), undefined, referenceTo);
  return found && { ...found, userCode };
}

/** What records are found by. */
type RecordKey = "id_hash" | "uid_hash" | "user_code_hash";

/** The columns of {@link RecordRow}, of a row r. */
const foundColumns = "r.id_hash, r.payload, r.consumed_at_ms, r.client_id, r.client_generation";
/** The condition of a row r, beside its client c, by which it stands. */
const recordStands = `(c.client_id is null or r.client_generation =
       case when r.model = 'ClientCredentials' then c.own_token_generation else c.generation end)
       and not exists (select 1 from ended_sessions e
         where e.session_uid_hash = coalesce(r.session_uid_hash, r.uid_hash))`;

async function findBy(
  db: Database,
  column: RecordKey,
  model: string,
  hash: string,
  id: string | undefined,
  idOf: (idHash: string) => string | undefined = () => id,
): Promise<AdapterPayload | undefined> {
  return payloadOf(db, await findRow(db, column, { model, hash }), idOf);
}

/** Which record is looked for. */
interface AskedRecord {
  model: string;
  hash: string;
}

/** Finds the row of a record that stands. */
async function findRow(
  db: Database,
  column: RecordKey,
  { model, hash }: AskedRecord,
): Promise<RecordRow | undefined> {
  const [row] = await runStatement<RecordRow>(
    db,
    `oidc_record_find_by_${column}_4`,
    `select ${foundColumns}
     from oidc_records r left join clients c on c.client_id = r.client_id
     where r.model = ? and r.${column} = ? and ${recordStands}`,
    [model, hash],
  );
  return row;
}

/** The payload of a row that was found; undefined of one that no client of now has. */
async function payloadOf(
  db: Database,
  row: RecordRow | undefined,
  idOf: (idHash: string) => string | undefined,
): Promise<AdapterPayload | undefined> {
  if (row === undefined) return undefined;
  const payload: RecordPayload = parsePayload(row.payload, idOf(row.id_hash), row.consumed_at_ms);
  const clientId = clientOf(payload);
  if (clientId === null) return payload;
  // An instance of an older version names no client in the row, and knows no generations.
  if (row.client_id === null && !(await isFirstGeneration(db, clientId))) return undefined;
  payload.clientGeneration = row.client_generation;
  return payload;
}

async function isFirstGeneration(db: Database, clientId: string): Promise<boolean> {
  const later: unknown = await db("clients")
    .where("client_id", clientId)
    .where("own_token_generation", ">", 0)
    .first("client_id");
  return later === undefined;
}

// Several at one moment, in the order asked. SQLite, in this process, gains nothing by it.
async function findRows(
  db: Database,
  column: RecordKey,
  asked: readonly AskedRecord[],
): Promise<(RecordRow | undefined)[]> {
  const [only] = asked;
  if (asked.length === 1 && only !== undefined) return [await findRow(db, column, only)];
  if (!isPostgres(db)) return Promise.all(asked.map((one) => findRow(db, column, one)));
  const rows = await runStatement<RecordRow & { place: number }>(
    db,
    `oidc_records_find_by_${column}_2`,
    `select asked.place, ${foundColumns}
     from ${broughtRows("asked", { model: "text", hash: "text" })}
     join oidc_records r on r.model = asked.model and r.${column} = asked.hash
     left join clients c on c.client_id = r.client_id where ${recordStands}`,
    [asked.map(({ model }) => model), asked.map(({ hash }) => hash)],
  );
  const byPlace = new Map(rows.map((row) => [Number(row.place), row]));
  return asked.map((_, index) => byPlace.get(index + 1));
}

/** Finds records as {@link findRecord} and {@link findRecordByUid} do. */
export interface RecordReader {
  byId(model: string, id: string): Promise<AdapterPayload | undefined>;
  byUid(model: string, uid: string): Promise<AdapterPayload | undefined>;
}

/** Makes a reader that shares a statement with whoever looks for a record at the same time. */
export function createRecordReader(db: Database): RecordReader {
  const rowsBy = (column: RecordKey) =>
    createBatcher<AskedRecord, RecordRow | undefined>({
      run: (asked) => findRows(db, column, asked),
      mostItems: 50,
      mostBatches: 1,
    });
  const [rowById, rowByUid] = [rowsBy("id_hash"), rowsBy("uid_hash")];
  return {
    byId: async (model, id) => payloadOf(db, await rowById({ model, hash: hashRecordId(id) }), () => id),
    byUid: async (model, uid) =>
      payloadOf(db, await rowByUid({ model, hash: hashRecordId(uid) }), () => undefined),
  };
}
