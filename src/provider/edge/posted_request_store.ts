// Owns the posted_requests table: long requests on their way through a redirect. Anybody may post one, so each is
// small, lives for a minute, serves once, and there is a bounded number of them.
import { randomBytes } from "node:crypto";
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { hashRecordId } from "../storage/record_payload.ts";

/** How long a posted request waits for its browser, in seconds. */
export const postedRequestSeconds = 60;

/** How many may wait at once, so that posts of strangers cannot fill the store. */
export const mostPostedRequests = 1_000;

/** A request that was posted. */
export interface PostedRequest {
  /** The endpoint it is for. */
  path: string;
  /** Its parameters, form-encoded, as they came. */
  query: string;
}

/**
 * Keeps a request for its browser, within the bound, which the statement itself keeps.
 * @returns the value that brings it back, 256 random bits; undefined if too many wait already
 */
export async function savePostedRequest(
  db: Database,
  { path, query }: PostedRequest,
  now: Date,
): Promise<string | undefined> {
  const id = randomBytes(32).toString("base64url");
  const nowMs = now.getTime();
  const rows = await runStatement(
    db,
    "posted_request_save",
    `insert into posted_requests (id_hash, path, query, expires_at_ms)
     select cast(? as text), cast(? as text), cast(? as text), cast(? as bigint)
     where (select count(*) from posted_requests where expires_at_ms > ?) < ?
     returning id_hash`,
    [hashRecordId(id), path, query, nowMs + postedRequestSeconds * 1000, nowMs, mostPostedRequests],
  );
  return rows.length > 0 ? id : undefined;
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

/**
 * Removes requests nobody came for.
 * @returns how many went; fewer than the batch means there are no more
 */
export async function sweepPostedRequests(db: Database, nowMs: number, batchSize: number): Promise<number> {
  const rows = await runStatement(
    db,
    "posted_request_sweep",
    `delete from posted_requests where id_hash in
       (select id_hash from posted_requests where expires_at_ms <= ? order by expires_at_ms limit ?)
     returning id_hash`,
    [nowMs, batchSize],
  );
  return rows.length;
}
