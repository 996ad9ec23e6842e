// Owns the notice that a passkey was added or removed, to the address of whose it is.
import type { Database } from "../../db/connect.ts";
import type { MailKind } from "../../mail/mail_kinds.ts";
import { createMail } from "../../mail/outbox_store.ts";
import type { Account } from "../accounts/account_store.ts";

/** Who did it. */
export interface NoticeOf {
  by: "person" | "administration";
  /** The person's browser, as `browserFamily` names it. */
  browser?: string | undefined;
}

/**
 * Puts the notice into the outbox.
 * @param trx the transaction of the act
 */
export async function tellOfPasskey(
  trx: Database,
  kind: Extract<MailKind, "factor_added" | "factor_removed">,
  { id: accountId, email }: Pick<Account, "id" | "email">,
  { by, browser }: NoticeOf,
  now: Date,
): Promise<void> {
  if (email === null) return;
  const details = { what: "passkey", by, ...(browser === undefined ? {} : { browser }) };
  await createMail(trx, { kind, recipient: email, accountId, details }, now);
}
