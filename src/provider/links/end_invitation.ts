// Owns the end of a person's invitations: the links that were mailed count no more, and what waits to be sent is not.
import type { Database } from "../../db/connect.ts";
import { deleteWaitingMails } from "../../mail/outbox_store.ts";
import { deleteInvitationLinks } from "../accounts/account_link_store.ts";

/**
 * Ends them.
 * @param trx a transaction that holds the account: a mail that is being written waits, and then finds that it is not to be
 * @returns how many there were, of both
 */
export async function endInvitations(trx: Database, accountId: string): Promise<number> {
  const waiting = await deleteWaitingMails(trx, accountId, "invitation");
  return waiting + (await deleteInvitationLinks(trx, accountId));
}
