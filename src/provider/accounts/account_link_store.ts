// Owns the account_links table: one-time links that are mailed to people. A link counts for one purpose, for one person, at the
// address it was mailed to, until it is used or too old, and until the person's sign-ins are ended: each statement here asks all
// of that itself, so whatever ends them, a new password, another address, a disabled account, ends every link at once.
import { randomBytes } from "node:crypto";
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { loginKeyOf } from "../../input/email_address.ts";
import { hashRecordId } from "../storage/record_payload.ts";

/** What a link is for. */
export type LinkPurpose = "invitation" | "password_reset" | "address_proof" | "address_change";

/** For how long a link counts, in milliseconds. */
export const linkLifeMs: Readonly<Record<LinkPurpose, number>> = {
  invitation: 7 * 24 * 3_600_000,
  password_reset: 3_600_000,
  address_proof: 24 * 3_600_000,
  address_change: 24 * 3_600_000,
};

/** A link that counts. */
export interface AccountLink {
  purpose: LinkPurpose;
  accountId: string;
  /** The address the person wants; null: the link is about none. */
  newEmail: string | null;
}

// Who administers the installation sets no password by mail, also where they came to administer it after the link was made.
const counts = `expires_at_ms > ? and exists (
    select 1 from accounts a where a.id = account_links.account_id and a.login_key = account_links.login_key
      and a.sign_in_generation = account_links.sign_in_generation and a.disabled_at_ms is null
      and (account_links.purpose = 'address_proof'
        or not exists (select 1 from administrators d where d.account_id = a.id)))`;

/**
 * Makes a link for a person, as they are at this moment.
 * @param trx a transaction
 * @param of whose it is: the account, how often its sign-ins had been ended, and the address it is to change to
 * @returns its secret, which is kept nowhere, and until when it counts
 */
export async function createAccountLink(
  trx: Database,
  purpose: LinkPurpose,
  of: { id: string; email: string; signInGeneration: number; newEmail?: string | undefined },
  now: Date,
): Promise<{ secret: string; expiresAtMs: number }> {
  const secret = randomBytes(32).toString("base64url");
  const nowMs = now.getTime();
  const expiresAtMs = nowMs + linkLifeMs[purpose];
  await runStatement(
    trx,
    "account_link_create_2",
    `insert into account_links (secret_hash, purpose, account_id, login_key, sign_in_generation, created_at_ms, expires_at_ms, new_email)
     values (?, ?, ?, ?, ?, ?, ?, ?) returning purpose`,
    [
      hashRecordId(secret),
      purpose,
      of.id,
      loginKeyOf(of.email),
      of.signInGeneration,
      nowMs,
      expiresAtMs,
      of.newEmail ?? null,
    ],
  );
  return { secret, expiresAtMs };
}

/** Finds a link that counts now. Looking uses nothing up. */
export async function findAccountLink(
  db: Database,
  secret: string,
  nowMs: number,
): Promise<AccountLink | undefined> {
  const [row] = await runStatement<{ purpose: LinkPurpose; account_id: string; new_email: string | null }>(
    db,
    "account_link_find_2",
    `select purpose, account_id, new_email from account_links where secret_hash = ? and ${counts}`,
    [hashRecordId(secret), nowMs],
  );
  return row && { purpose: row.purpose, accountId: row.account_id, newEmail: row.new_email };
}

/**
 * Ends the invitations of a person that were mailed.
 * @returns how many counted until then, or would have
 */
export async function deleteInvitationLinks(trx: Database, accountId: string): Promise<number> {
  return trx("account_links").where({ account_id: accountId, purpose: "invitation" }).delete();
}

/** Until when the invitation of a person counts that counts longest (epoch milliseconds); undefined: none does. */
export async function findInvitationEnd(
  db: Database,
  accountId: string,
  nowMs: number,
): Promise<number | undefined> {
  const [row] = await runStatement<{ expires_at_ms: number }>(
    db,
    "account_link_invitation",
    `select expires_at_ms from account_links where account_id = ? and purpose = 'invitation' and ${counts}
     order by expires_at_ms desc limit 1`,
    [accountId, nowMs],
  );
  return row?.expires_at_ms;
}

/**
 * Uses a link up.
 * @param trx the transaction of what it is used for, which holds the account: another link of the same person waits until
 *   what this one did stands
 * @returns whether it still counted: of any number of callers on any number of instances one gets true
 */
export async function useAccountLink(
  trx: Database,
  secret: string,
  { purpose, accountId }: Pick<AccountLink, "purpose" | "accountId">,
  nowMs: number,
): Promise<boolean> {
  const rows = await runStatement(
    trx,
    "account_link_use",
    `delete from account_links where secret_hash = ? and purpose = ? and account_id = ? and ${counts}
     returning purpose`,
    [hashRecordId(secret), purpose, accountId, nowMs],
  );
  return rows.length > 0;
}
