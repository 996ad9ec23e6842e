// Owns looking records up, alone or together with whoever looks for some at the same time: a statement for many costs about what
// one for one does. So a refresh token brings along what the library looks for next, one after the other: session and grant.
import type { AdapterPayload } from "oidc-provider";
import { createBatcher } from "../../db/batch.ts";
import { broughtRows } from "../../db/brought_rows.ts";
import { type Database, isPostgres } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { currentRequest, type RequestContext } from "../../request_context.ts";
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

/** A record that came along with another, and what it is found by. */
interface AlongRow extends RecordRow {
  place: number;
  model: string;
  uid_hash: string | null;
}

// The refresh token of a hash, and what it hangs on.
const withToken = (from: string, hash: string) =>
  [
    ["RefreshToken", "id_hash = t.id_hash"],
    ["Session", "uid_hash = t.session_uid_hash"],
    ["Grant", "id_hash = t.grant_id_hash"],
  ]
    .map(
      ([model, key]) => `select asked.place, r.model, r.uid_hash, ${foundColumns}
     from ${from} as asked
     join oidc_records t on t.model = 'RefreshToken' and t.id_hash = ${hash}
     join oidc_records r on r.model = '${model}' and r.${key}
     left join clients c on c.client_id = r.client_id where ${recordStands}`,
    )
    .join(" union all ");
const tokenStatement = withToken("(select 1 as place)", "?");
// Brought once: the planner counts what it looks up for each of the three by it.
const tokensStatement = `with asked as (select * from ${broughtRows("brought", { hash: "text" })})
  ${withToken("asked", "asked.hash")}`;

// Each with what came along, in the order asked.
async function findTokens(db: Database, hashes: readonly string[]): Promise<AlongRow[][]> {
  const [only = ""] = hashes;
  if (hashes.length === 1)
    return [await runStatement<AlongRow>(db, "refresh_token_find_1", tokenStatement, [only, only, only])];
  if (!isPostgres(db)) return Promise.all(hashes.map(async (one) => (await findTokens(db, [one]))[0] ?? []));
  const rows = await runStatement<AlongRow>(db, "refresh_tokens_find_1", tokensStatement, [[...hashes]]);
  const byPlace = Map.groupBy(rows, ({ place }) => Number(place));
  return hashes.map((_, index) => byPlace.get(index + 1) ?? []);
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
  const tokenByHash = createBatcher<string, AlongRow[]>({
    run: (hashes) => findTokens(db, hashes),
    mostItems: 50,
    mostBatches: 1,
  });
  // What came along is of the request that asked, and is taken once: whoever looks again reads again.
  const along = new WeakMap<RequestContext, Map<string, RecordRow>>();
  const rowOfToken = async (hash: string): Promise<RecordRow | undefined> => {
    const request = currentRequest();
    const rows = await tokenByHash(hash);
    const token = rows.find(({ model }) => model === "RefreshToken");
    if (token === undefined || request === undefined) return token;
    const keyOf = ({ model, id_hash, uid_hash }: AlongRow) =>
      `${model} ${model === "Session" ? uid_hash : id_hash}`;
    along.set(request, new Map(rows.map((row) => [keyOf(row), row])));
    return token;
  };
  const taken = ({ model, hash }: AskedRecord): RecordRow | undefined => {
    const request = currentRequest();
    const rows = request && along.get(request);
    const key = `${model} ${hash}`;
    const row = rows?.get(key);
    rows?.delete(key);
    return row;
  };
  return {
    async byId(model, id) {
      const asked = { model, hash: hashRecordId(id) };
      const row = model === "RefreshToken" ? rowOfToken(asked.hash) : (taken(asked) ?? rowById(asked));
      return payloadOf(db, await row, () => id);
    },
    async byUid(model, uid) {
      const asked = { model, hash: hashRecordId(uid) };
      return payloadOf(db, await (taken(asked) ?? rowByUid(asked)), () => undefined);
    },
  };
}
