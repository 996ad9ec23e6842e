// Owns the posted_requests table: long requests on their way through a redirect. Anybody may post one, so each is
// small, lives for a minute, serves once, and there is a bounded number of them, of one network and of all.
import { randomBytes } from "node:crypto";
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { hashRecordId } from "../storage/record_payload.ts";

/** How long a posted request waits for its browser, in seconds. */
export const postedRequestSeconds = 60;

/** How many may wait at once, so that posts of strangers cannot fill the store. */
export const mostPostedRequests = 1_000;

/** How many of one network may wait at once, so that one address cannot take every place. */
export const mostPostedRequestsOfOne = 20;

/** A request that was posted. */
export interface PostedRequest {
  /** The endpoint it is for. */
  path: string;
  /** Its parameters, form-encoded, as they came. */
  query: string;
  /** Who posted it: the network of the client's address; empty where the address is not known. */
  network: string;
}

/**
 * Keeps a request for its browser, within both bounds. A network over its own loses its oldest; where all places are
 * taken, the network that holds most of them gives its oldest away.
 * @returns the value that brings it back, 256 random bits; undefined if others took each place that was made
 */
export async function savePostedRequest(
  db: Database,
  request: PostedRequest,
  now: Date,
): Promise<string | undefined> {
  const id = randomBytes(32).toString("base64url");
  const idHash = hashRecordId(id);
  const nowMs = now.getTime();
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (await insertWithinBound(db, request, idHash, nowMs)) {
      await keepNewestOf(db, request.network, idHash);
      return id;
    }
    await makeRoom(db, nowMs);
  }
  return undefined;
}

// The statement itself keeps the bound of all.
async function insertWithinBound(
  db: Database,
  { path, query, network }: PostedRequest,
  idHash: string,
  nowMs: number,
): Promise<boolean> {
  const rows = await runStatement(
    db,
    "posted_request_save",
    `insert into posted_requests (id_hash, path, query, network, expires_at_ms)
     select cast(? as text), cast(? as text), cast(? as text), cast(? as text), cast(? as bigint)
     where (select count(*) from posted_requests where expires_at_ms > ?) < ?
     returning id_hash`,
    [idHash, path, query, network, nowMs + postedRequestSeconds * 1000, nowMs, mostPostedRequests],
  );
  return rows.length > 0;
}

// The one that was just saved counts as the newest, whatever came in the same millisecond.
async function keepNewestOf(db: Database, network: string, idHash: string): Promise<void> {
  await runStatement(
    db,
    "posted_request_trim",
    `delete from posted_requests where id_hash in
       (select id_hash from
         (select id_hash, row_number() over
            (order by case when id_hash = ? then 0 else 1 end, expires_at_ms desc, id_hash) as place
          from posted_requests where network = ?) as ranked
        where place > ?)`,
    [idHash, network, mostPostedRequestsOfOne],
  );
}

async function makeRoom(db: Database, nowMs: number): Promise<void> {
  await runStatement(
    db,
    "posted_request_make_room",
    `delete from posted_requests where id_hash in
       (select id_hash from posted_requests where expires_at_ms > ? and network =
          (select network from posted_requests where expires_at_ms > ?
           group by network order by count(*) desc, min(expires_at_ms) limit 1)
        order by expires_at_ms, id_hash limit 1)`,
    [nowMs, nowMs],
  );
}

/**
 * Takes a request, which is gone then: of any number of callers one gets it.
 * @returns its parameters; undefined if there is none of this id at this endpoint, or its time is over
 */
export async function takePostedRequest(
  db: Database,
  path: string,
  id: string,
  now: Date,
): Promise<string | undefined> {
  const [row] = await runStatement<{ query: string }>(
    db,
    "posted_request_take",
    "delete from posted_requests where id_hash = ? and path = ? and expires_at_ms > ? returning query",
    [hashRecordId(id), path, now.getTime()],
  );
  return row?.query;
}
