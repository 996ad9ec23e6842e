// Owns the console_sessions table: who is signed in to the console, by which browser session at the provider.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { hashRecordId } from "../../provider/storage/record_payload.ts";

/** A session of the console. Times are epoch milliseconds. */
export interface ConsoleSession {
  /** The browser session at the provider that it came from. */
  sessionUid: string;
  accountId: string;
  createdAtMs: number;
  usedAtMs: number;
  expiresAtMs: number;
}

interface ConsoleSessionRow {
  session_uid: string;
  account_id: string;
  created_at_ms: number;
  used_at_ms: number;
  expires_at_ms: number;
}

/** Begins a session. @param id the cookie's value, of which only a hash is kept */
export async function createConsoleSession(
  db: Database,
  id: string,
  { sessionUid, accountId, createdAtMs, usedAtMs, expiresAtMs }: ConsoleSession,
): Promise<void> {
  await db("console_sessions").insert({
    id_hash: hashRecordId(id),
    session_uid: sessionUid,
    account_id: accountId,
    created_at_ms: createdAtMs,
    used_at_ms: usedAtMs,
    expires_at_ms: expiresAtMs,
  });
}

/** Finds a session by its cookie, as it stands in the store: whether it still counts is for console_session.ts to say. */
export async function findConsoleSession(db: Database, id: string): Promise<ConsoleSession | undefined> {
  const [row] = await runStatement<ConsoleSessionRow>(
    db,
    "console_session_find",
    "select session_uid, account_id, created_at_ms, used_at_ms, expires_at_ms from console_sessions where id_hash = ?",
    [hashRecordId(id)],
  );
  return (
    row && {
      sessionUid: row.session_uid,
      accountId: row.account_id,
      createdAtMs: row.created_at_ms,
      usedAtMs: row.used_at_ms,
      expiresAtMs: row.expires_at_ms,
    }
  );
}

/** Notes that a session was used. One that ended meanwhile does not come back. */
export async function touchConsoleSession(db: Database, id: string, nowMs: number): Promise<void> {
  await db("console_sessions").where("id_hash", hashRecordId(id)).update({ used_at_ms: nowMs });
}

/** Ends a session. */
export async function deleteConsoleSession(db: Database, id: string): Promise<void> {
  await db("console_sessions").where("id_hash", hashRecordId(id)).delete();
}
