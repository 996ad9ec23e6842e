// Owns the mails table: mail that waits, and what became of it. A row is written by the transaction that causes the mail.
// It holds no link: whoever reads the table can open nothing.
import { randomBytes } from "node:crypto";
import type { Database } from "../db/connect.ts";
import { runStatement } from "../db/statement.ts";
import { claimDue, isDue, saveGivenUp } from "../outbox/due_store.ts";
import { currentLanguage } from "../views/frame.ts";
import { defaultLanguage } from "../views/words/languages.ts";
import { mailPolicy } from "./attempts.ts";
import { type MailKind, mailKinds } from "./mail_kinds.ts";

/** What may become of a mail. */
export const mailStates = ["waiting", "sent", "failed"] as const;
export type MailState = (typeof mailStates)[number];

/** What a mail is written from, beside whom it goes to: small texts by name. */
export type MailDetails = Readonly<Record<string, string>>;

/** A mail. Times are epoch milliseconds; null: has not happened. */
export interface Mail {
  id: string;
  /** A {@link MailKind}, or one of a newer version. */
  kind: string;
  recipient: string;
  accountId: string | null;
  tenantId: string | null;
  details: MailDetails;
  state: MailState;
  /** How often it was tried. */
  attempts: number;
  nextAttemptAtMs: number | null;
  giveUpAtMs: number;
  /** Why it was not sent, the last time. */
  fault: string | null;
  createdAtMs: number;
  settledAtMs: number | null;
}

/** A row of the mails table, of {@link mailColumns}. */
export interface MailRow {
  id: string;
  kind: string;
  recipient: string;
  account_id: string | null;
  tenant_id: string | null;
  details: string;
  state: MailState;
  attempts: number;
  next_attempt_at_ms: number | null;
  give_up_at_ms: number;
  fault: string | null;
  created_at_ms: number;
  settled_at_ms: number | null;
}

/** The columns of a {@link MailRow}. */
export const mailColumns =
  "id, kind, recipient, account_id, tenant_id, details, state, attempts, next_attempt_at_ms, give_up_at_ms, fault, created_at_ms, settled_at_ms";

const outbox = { table: "mails", name: "mail", columns: mailColumns };

/** A mail to be sent. */
export interface NewMail {
  kind: MailKind;
  /** As parsed: an address, nothing else. */
  recipient: string;
  accountId?: string | undefined;
  tenantId?: string | undefined;
  details?: MailDetails;
}

/**
 * Puts a mail into the outbox. Any instance sends it.
 * @param trx the transaction of what causes it
 * @returns its id
 */
export async function createMail(trx: Database, mail: NewMail, now: Date): Promise<string> {
  const nowMs = now.getTime();
  const language = currentLanguage();
  const details = { ...mail.details, ...(language === defaultLanguage ? {} : { language }) };
  const id = `${nowMs.toString(16).padStart(12, "0")}${randomBytes(10).toString("hex")}`;
  await runStatement(
    trx,
    "mail_create",
    `insert into mails (id, kind, recipient, account_id, tenant_id, details, state, attempts, next_attempt_at_ms,
       give_up_at_ms, created_at_ms, expires_at_ms) values (?, ?, ?, ?, ?, ?, 'waiting', 0, ?, ?, ?, ?) returning id`,
    [
      id,
      mail.kind,
      mail.recipient,
      mail.accountId ?? null,
      mail.tenantId ?? null,
      JSON.stringify(details),
      nowMs,
      nowMs + mailKinds[mail.kind].worthMs,
      nowMs,
      unsentUntilMs(mail.kind, nowMs),
    ],
  );
  return id;
}

// Where no instance sends mail, nobody gives it up: it goes when one that was given up would.
const unsentUntilMs = (kind: MailKind, nowMs: number): number =>
  nowMs + mailKinds[kind].worthMs + mailPolicy.keepFailedMs;

/**
 * Takes one mail that is due, for as long as an attempt may last. Of any number of instances one gets it; whoever takes it and
 * ends before it is settled leaves it to be tried again after that.
 * @returns undefined: none is due, or another was faster
 */
export async function claimMail(
  db: Database,
  lease: { nowMs: number; leaseMs: number },
): Promise<Mail | undefined> {
  const row = await claimDue<MailRow>(db, outbox, lease);
  return row && toMail(row);
}

/** Says whether any mail is due. */
export const isMailDue = (db: Database, nowMs: number): Promise<boolean> => isDue(db, outbox, nowMs);

/** Says whom a mail turned out to be for. */
export async function saveMailAccount(trx: Database, id: string, accountId: string): Promise<void> {
  await trx("mails").where({ id }).update({ account_id: accountId });
}

/** Says that a mail was sent. That is true whoever took the mail meanwhile, or gave it up. */
export async function saveMailSent(
  db: Database,
  id: string,
  { nowMs, keepMs }: { nowMs: number; keepMs: number },
): Promise<void> {
  await db("mails")
    .where("id", id)
    .whereIn("state", ["waiting", "failed"])
    .update({
      state: "sent",
      details: "{}",
      fault: null,
      next_attempt_at_ms: null,
      settled_at_ms: nowMs,
      expires_at_ms: nowMs + keepMs,
    });
}

/**
 * Says when a mail is tried again.
 * @param attempt which attempt says so: if there was another since, that one decides
 */
export async function saveMailDelayed(
  db: Database,
  { id, attempts }: Pick<Mail, "id" | "attempts">,
  { nextMs, fault }: { nextMs: number; fault: string },
): Promise<void> {
  await db("mails").where({ id, attempts, state: "waiting" }).update({ next_attempt_at_ms: nextMs, fault });
}

/**
 * Says that a mail is given up.
 * @returns whether it was this attempt's to say
 */
export const saveMailFailed = (
  trx: Database,
  { id, attempts }: Pick<Mail, "id" | "attempts">,
  end: { nowMs: number; keepMs: number; fault: string },
): Promise<boolean> => saveGivenUp(trx, outbox, { id, attempts }, end);

/**
 * Gives a mail up that waits, whoever is trying it: what they hand over nonetheless was sent.
 * @returns whether it waited
 */
export const saveMailGivenUp = (
  trx: Database,
  id: string,
  end: { nowMs: number; keepMs: number; fault: string },
): Promise<boolean> => saveGivenUp(trx, outbox, { id }, end);

/**
 * Removes the mail of a kind that waits for a person, because what it was for has ended.
 * @returns how many there were
 */
export async function deleteWaitingMails(trx: Database, accountId: string, kind: MailKind): Promise<number> {
  return trx("mails").where({ account_id: accountId, kind, state: "waiting" }).delete();
}

/** Removes a mail that is for nobody. */
export async function deleteMail(db: Database, id: string): Promise<void> {
  await db("mails").where({ id }).delete();
}

/**
 * Has a mail that failed tried again, from the beginning.
 * @returns whether it had failed
 */
export async function saveMailRetried(
  trx: Database,
  id: string,
  kind: MailKind,
  now: Date,
): Promise<boolean> {
  const nowMs = now.getTime();
  const changed: number = await trx("mails")
    .where({ id, state: "failed" })
    .update({
      state: "waiting",
      attempts: 0,
      fault: null,
      next_attempt_at_ms: nowMs,
      give_up_at_ms: nowMs + mailKinds[kind].worthMs,
      settled_at_ms: null,
      expires_at_ms: unsentUntilMs(kind, nowMs),
    });
  return changed > 0;
}

/** Finds a mail. */
export async function findMail(db: Database, id: string): Promise<Mail | undefined> {
  const [row] = await runStatement<MailRow>(
    db,
    "mail_find",
    `select ${mailColumns} from mails where id = ?`,
    [id],
  );
  return row && toMail(row);
}

/** Reads a row. */
export function toMail(row: MailRow): Mail {
  return {
    id: row.id,
    kind: row.kind,
    recipient: row.recipient,
    accountId: row.account_id,
    tenantId: row.tenant_id,
    details: JSON.parse(row.details) as MailDetails,
    state: row.state,
    attempts: row.attempts,
    nextAttemptAtMs: row.next_attempt_at_ms,
    giveUpAtMs: row.give_up_at_ms,
    fault: row.fault,
    createdAtMs: row.created_at_ms,
    settledAtMs: row.settled_at_ms,
  };
}
