// Owns what becomes of the rows of the logouts table: taken by one instance, told, put off, or given up.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { claimDue, isDue, saveGivenUp } from "../../outbox/due_store.ts";
import { logoutLife } from "./logout_store.ts";
import { hashRecordId } from "./record_payload.ts";

/** What may become of a logout that was not told yet: what was told stands nowhere any more. */
export const logoutStates = ["waiting", "failed"] as const;
export type LogoutState = (typeof logoutStates)[number];

/** A logout that an application has to be told of. Times are epoch milliseconds; null: has not happened. */
export interface WaitingLogout {
  id: string;
  clientId: string;
  accountId: string;
  sessionUidHash: string;
  sid: string;
  state: LogoutState;
  /** How often it was tried. */
  attempts: number;
  nextAttemptAtMs: number | null;
  giveUpAtMs: number;
  /** Why the application was not told, the last time. */
  fault: string | null;
  createdAtMs: number;
  settledAtMs: number | null;
}

interface LogoutRow {
  id: string;
  client_id: string;
  account_id: string;
  session_uid_hash: string;
  sid: string;
  state: LogoutState;
  attempts: number;
  next_attempt_at_ms: number | null;
  give_up_at_ms: number;
  fault: string | null;
  created_at_ms: number;
  settled_at_ms: number | null;
}

const columns =
  "id, client_id, account_id, session_uid_hash, sid, state, attempts, next_attempt_at_ms, give_up_at_ms, fault, created_at_ms, settled_at_ms";
const outbox = { table: "logouts", name: "logout", columns };

/** Takes one that is due, for as long as an attempt may last; of any number of instances one gets it. */
export async function claimLogout(
  db: Database,
  lease: { nowMs: number; leaseMs: number },
): Promise<WaitingLogout | undefined> {
  const row = await claimDue<LogoutRow>(db, outbox, lease);
  return row && toLogout(row);
}

/** Says whether any is due. */
export const isLogoutDue = (db: Database, nowMs: number): Promise<boolean> => isDue(db, outbox, nowMs);

/**
 * Tells whether the person went on to the application in the same session afterwards: what would be told is over.
 * The moment of a grant is known to the second; within it the application is told once too often, and never too seldom.
 */
export async function isSignedInAnew(
  db: Database,
  { sessionUidHash, clientId, createdAtMs }: WaitingLogout,
): Promise<boolean> {
  const [session] = await runStatement<{ payload: string }>(
    db,
    "logout_session",
    `select payload from oidc_records where model = 'Session' and uid_hash = ?
       and not exists (select 1 from ended_sessions e where e.session_uid_hash = uid_hash)`,
    [sessionUidHash],
  );
  if (session === undefined) return false;
  const { authorizations = {} } = JSON.parse(session.payload) as {
    authorizations?: Record<string, { grantId?: string }>;
  };
  const grantId = authorizations[clientId]?.grantId;
  if (grantId === undefined) return false;
  const [grant] = await runStatement<{ payload: string }>(
    db,
    "logout_grant",
    "select payload from oidc_records where model = 'Grant' and id_hash = ?",
    [hashRecordId(grantId)],
  );
  if (grant === undefined) return false;
  const { iat = 0 } = JSON.parse(grant.payload) as { iat?: number };
  return iat * 1000 >= createdAtMs;
}

/** The session, as `tti session list` names it (sessions/session_store.ts). */
export const sessionOfLogout = ({ sessionUidHash }: Pick<WaitingLogout, "sessionUidHash">): string =>
  `s_${sessionUidHash}`;

/** Removes one that was told, or that nobody has to be told of. What was put in anew meanwhile has another id, and stays. */
export async function deleteLogout(db: Database, id: string): Promise<void> {
  await db("logouts").where({ id }).delete();
}

/**
 * Says when one is tried again, and has what is due of the same application wait besides: an application that does not answer
 * holds up no other.
 * @param attempt which attempt says so: if there was another since, that one decides
 */
export async function saveLogoutDelayed(
  db: Database,
  { id, attempts, clientId }: Pick<WaitingLogout, "id" | "attempts" | "clientId">,
  { nextMs, othersMs, nowMs, fault }: { nextMs: number; othersMs: number; nowMs: number; fault: string },
): Promise<void> {
  await db("logouts").where({ id, attempts, state: "waiting" }).update({ next_attempt_at_ms: nextMs, fault });
  await db("logouts")
    .where({ client_id: clientId })
    .where("next_attempt_at_ms", "<=", nowMs)
    .update({ next_attempt_at_ms: othersMs });
}

/**
 * Says that one is given up.
 * @returns whether it was this attempt's to say
 */
export const saveLogoutFailed = (
  trx: Database,
  { id, attempts }: Pick<WaitingLogout, "id" | "attempts">,
  end: { nowMs: number; fault: string },
): Promise<boolean> =>
  saveGivenUp(trx, outbox, { id, attempts }, { ...end, keepMs: logoutLife.keepFailedMs });

/**
 * Lists them, newest first.
 * @param page `beforeId`: only those that were made before this one
 */
export async function listLogouts(
  db: Database,
  {
    state,
    beforeId,
    limit,
  }: { state?: LogoutState | undefined; beforeId?: string | undefined; limit: number },
): Promise<WaitingLogout[]> {
  const rows: LogoutRow[] = await db("logouts")
    .select(db.raw(columns))
    .where((query) => state !== undefined && query.where("state", state))
    .where((query) => beforeId !== undefined && query.where("id", "<", beforeId))
    .orderBy("id", "desc")
    .limit(limit);
  return rows.map(toLogout);
}

/** How applications are told, as a whole. */
export interface LogoutsState {
  /** The oldest that was tried in vain and waits; null: there is none. */
  late: { clientId: string; createdAtMs: number; fault: string } | null;
  /** How many were given up since a moment, up to {@link mostCounted}, and the application of the latest. */
  failed: { logouts: number; clientId: string | null };
}

/** Up to how many are counted: of more it matters to nobody how many. */
const mostCounted = 100;

/**
 * Reads how applications are told.
 * @param sinceMs since when what was given up counts, epoch milliseconds
 */
export async function readLogoutsState(db: Database, sinceMs: number): Promise<LogoutsState> {
  const [late] = await runStatement<{ client_id: string; created_at_ms: number; fault: string }>(
    db,
    "logouts_late",
    "select client_id, created_at_ms, fault from logouts where state = 'waiting' and fault is not null order by id limit 1",
    [],
  );
  const failed = await runStatement<{ client_id: string }>(
    db,
    "logouts_failed",
    `select client_id from logouts where state = 'failed' and settled_at_ms >= ? order by id desc limit ${mostCounted}`,
    [sinceMs],
  );
  return {
    late: late
      ? { clientId: late.client_id, createdAtMs: Number(late.created_at_ms), fault: late.fault }
      : null,
    failed: { logouts: failed.length, clientId: failed[0]?.client_id ?? null },
  };
}

/** Counts the logouts of each state, with when the oldest of each was put in (epoch milliseconds). */
export async function countLogouts(
  db: Database,
): Promise<{ state: LogoutState; logouts: number; oldestMs: number }[]> {
  const rows: { state: LogoutState; logouts: number | string; oldest_ms: number | string }[] = await db(
    "logouts",
  )
    .groupBy("state")
    .select("state")
    .count({ logouts: "*" })
    .min({ oldest_ms: "created_at_ms" });
  return rows.map((row) => ({
    state: row.state,
    logouts: Number(row.logouts),
    oldestMs: Number(row.oldest_ms),
  }));
}

function toLogout(row: LogoutRow): WaitingLogout {
  return {
    id: row.id,
    clientId: row.client_id,
    accountId: row.account_id,
    sessionUidHash: row.session_uid_hash,
    sid: row.sid,
    state: row.state,
    attempts: row.attempts,
    nextAttemptAtMs: row.next_attempt_at_ms,
    giveUpAtMs: row.give_up_at_ms,
    fault: row.fault,
    createdAtMs: row.created_at_ms,
    settledAtMs: row.settled_at_ms,
  };
}
