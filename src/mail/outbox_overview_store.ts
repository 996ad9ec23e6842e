// Owns reading the mails table for people: lists of it, and how the outbox does as a whole.
import type { Database } from "../db/connect.ts";
import { runStatement } from "../db/statement.ts";
import { type Mail, type MailRow, type MailState, mailColumns, toMail } from "./outbox_store.ts";

/** Which mail is listed, and which part of the list. */
export interface MailQuery {
  state?: MailState | undefined;
  /** Only mail of this person's. */
  accountId?: string | undefined;
  /** Only mail that was made before this one. */
  beforeId?: string | undefined;
  limit: number;
}

/** Lists mail, newest first. */
export async function listMails(db: Database, asked: MailQuery): Promise<Mail[]> {
  const { state, accountId, beforeId, limit } = asked;
  const rows: MailRow[] = await db("mails")
    .select(db.raw(mailColumns))
    .where((query) => state !== undefined && query.where("state", state))
    .where((query) => accountId !== undefined && query.where("account_id", accountId))
    .where((query) => beforeId !== undefined && query.where("id", "<", beforeId))
    .orderBy("id", "desc")
    .limit(limit);
  return rows.map(toMail);
}

/** How the outbox does. Times are epoch milliseconds; null: there is none. */
export interface OutboxState {
  /** How many wait, up to {@link mostCounted}. */
  waiting: number;
  /** When the oldest of those was made that were tried in vain, and why in vain the last time. */
  late: { createdAtMs: number; fault: string } | null;
  /** How many were given up since a moment, up to {@link mostCounted}. */
  failed: number;
  /** When one was sent last, as long as that is kept. */
  lastSentAtMs: number | null;
}

/** Up to how many are counted: of more it matters to nobody how many. */
export const mostCounted = 100;

/**
 * Reads how the outbox does.
 * @param sinceMs since when what was given up counts
 */
export async function readOutboxState(db: Database, sinceMs: number): Promise<OutboxState> {
  const oldest = await runStatement<{ created_at_ms: number; fault: string | null }>(
    db,
    "outbox_oldest",
    `select created_at_ms, fault from mails where state = 'waiting' order by id limit ${mostCounted}`,
    [],
  );
  const failed = await runStatement(
    db,
    "outbox_failed",
    `select id from mails where state = 'failed' and settled_at_ms >= ? limit ${mostCounted}`,
    [sinceMs],
  );
  const [sent] = await runStatement<{ settled_at_ms: number | null }>(
    db,
    "outbox_sent",
    "select settled_at_ms from mails where state = 'sent' order by settled_at_ms desc limit 1",
    [],
  );
  const late = oldest.flatMap(({ created_at_ms: createdAtMs, fault }) =>
    fault === null ? [] : [{ createdAtMs, fault }],
  )[0];
  const { length: waiting } = oldest;
  return { waiting, late: late ?? null, failed: failed.length, lastSentAtMs: sent?.settled_at_ms ?? null };
}

/** Counts the mail that waits and the mail that failed, with when the oldest of each was put in (epoch milliseconds). */
export async function countUnsentMails(
  db: Database,
): Promise<{ state: "waiting" | "failed"; mails: number; oldestMs: number }[]> {
  const rows: { state: "waiting" | "failed"; mails: number | string; oldest_ms: number | string }[] =
    await db("mails")
      .whereIn("state", ["waiting", "failed"])
      .groupBy("state")
      .select("state")
      .count({ mails: "*" })
      .min({ oldest_ms: "created_at_ms" });
  return rows.map((row) => ({
    state: row.state,
    mails: Number(row.mails),
    oldestMs: Number(row.oldest_ms),
  }));
}
