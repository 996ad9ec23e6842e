// Owns putting into the logouts table which application has to be told that which browser session ended, in the transaction that
// ends it (OpenID Connect Back-Channel Logout 1.0). What becomes of a row is told_logout_store.ts.
import { randomBytes } from "node:crypto";
import type { Database } from "../../db/connect.ts";
import { hashRecordId } from "./record_payload.ts";

/** How long an application is tried to be told, and how long a row stays that was given up; milliseconds. */
export const logoutLife = { worthMs: 24 * 3_600_000, keepFailedMs: 30 * 24 * 3_600_000 };

/** That one application has to be told. */
export interface Logout {
  clientId: string;
  accountId: string;
  sessionUid: string;
  /** By which name the application knows the session. */
  sid: string;
}

/** What of a session's payload is read here. */
interface SessionPayload {
  uid?: string;
  accountId?: string;
  authorizations?: Record<string, { sid?: string; grantId?: string }>;
}

/** A record that was deleted: of a grant, or of a code or token that came of one. */
export interface EndedRecord {
  model: string;
  id_hash: string;
  account_id: string | null;
  client_id: string | null;
  session_uid_hash: string | null;
}

// In one statement; a row has thirteen values.
const rowsAtOnce = 50;
const accountsAtOnce = 200;

/**
 * Puts in that sessions ended, for every application that was signed in to in one of them.
 * @param trx the transaction that deleted them
 * @param payloads as they were stored
 */
export async function putLogoutsOfSessions(
  trx: Database,
  payloads: readonly string[],
  now: Date,
): Promise<void> {
  await putLogouts(trx, payloads.flatMap(logoutsOf), now);
}

/**
 * Puts in that grants ended while the sessions they were given in go on: the applications that had them are told.
 * @param trx the transaction that deleted them
 * @param ended the grants, and what came of them
 */
export async function putLogoutsOfGrants(
  trx: Database,
  ended: readonly EndedRecord[],
  now: Date,
): Promise<void> {
  const listening = await clientsToTell(
    trx,
    ended.flatMap((record) => record.client_id ?? []),
  );
  const records = ended.filter(({ client_id }) => client_id !== null && listening.has(client_id));
  const grants = new Set(records.flatMap(({ model, id_hash }) => (model === "Grant" ? id_hash : [])));
  // A session forgets the grant for one tenant when it goes on with another: the tokens tell of it.
  const inSessions = new Set(
    records.flatMap(({ session_uid_hash: uid, client_id }) => (uid === null ? [] : `${uid} ${client_id}`)),
  );
  const accounts = [...new Set(records.flatMap(({ account_id }) => account_id ?? []))];
  const logouts: Logout[] = [];
  for (let from = 0; from < accounts.length; from += accountsAtOnce) {
    const sessions: { payload: string }[] = await trx("oidc_records")
      .where("model", "Session")
      .whereIn("account_id", accounts.slice(from, from + accountsAtOnce))
      .select("payload");
    for (const logout of sessions.flatMap(({ payload }) => logoutsOf(payload))) {
      const { clientId, sessionUid, grantId } = logout;
      if (!listening.has(clientId)) continue;
      const isEnded =
        (grantId !== undefined && grants.has(hashRecordId(grantId))) ||
        inSessions.has(`${hashRecordId(sessionUid)} ${clientId}`);
      if (isEnded) logouts.push(logout);
    }
  }
  await insertLogouts(trx, logouts, now);
}

/** Puts in that applications have to be told, those of them that registered for it. */
export async function putLogouts(trx: Database, logouts: readonly Logout[], now: Date): Promise<void> {
  const listening = await clientsToTell(
    trx,
    logouts.map(({ clientId }) => clientId),
  );
  await insertLogouts(
    trx,
    logouts.filter(({ clientId }) => listening.has(clientId)),
    now,
  );
}

function logoutsOf(payload: string): (Logout & { grantId?: string | undefined })[] {
  const { uid, accountId, authorizations = {} } = JSON.parse(payload) as SessionPayload;
  if (uid === undefined || accountId === undefined) return [];
  return Object.entries(authorizations).flatMap(([clientId, { sid, grantId }]) =>
    sid === undefined ? [] : { clientId, accountId, sessionUid: uid, sid, grantId },
  );
}

// A client that was disabled is told too: it is by its being disabled that people are signed out of it.
async function clientsToTell(trx: Database, clientIds: readonly string[]): Promise<ReadonlySet<string>> {
  const ids = [...new Set(clientIds)];
  if (ids.length === 0) return new Set();
  const clients: { client_id: string; metadata: string }[] = await trx("clients")
    .whereIn("client_id", ids)
    .select("client_id", "metadata");
  return new Set(
    clients
      .filter(({ metadata }) => JSON.parse(metadata).backchannel_logout_uri !== undefined)
      .map(({ client_id }) => client_id),
  );
}

// One that waits already for the same session begins anew: it tells the same.
async function insertLogouts(trx: Database, logouts: readonly Logout[], now: Date): Promise<void> {
  const nowMs = now.getTime();
  const rows = logouts.map(({ clientId, accountId, sessionUid, sid }) => ({
    id: `${nowMs.toString(16).padStart(12, "0")}${randomBytes(10).toString("hex")}`,
    client_id: clientId,
    account_id: accountId,
    session_uid_hash: hashRecordId(sessionUid),
    sid,
    state: "waiting",
    attempts: 0,
    next_attempt_at_ms: nowMs,
    give_up_at_ms: nowMs + logoutLife.worthMs,
    fault: null,
    created_at_ms: nowMs,
    settled_at_ms: null,
    expires_at_ms: nowMs + logoutLife.worthMs + logoutLife.keepFailedMs,
  }));
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    await trx("logouts")
      .insert(rows.slice(from, from + rowsAtOnce))
      .onConflict(["session_uid_hash", "client_id"])
      .merge();
  }
}
