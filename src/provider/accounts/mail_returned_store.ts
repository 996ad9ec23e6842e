// Owns the mark that mail to a person's address comes back. It is of one address: as soon as the account signs in with another, it
// counts no more, whoever changed that.
import type { Database } from "../../db/connect.ts";
import { loginKeyOf } from "../../input/email_address.ts";

/** Since when mail to the address of an account comes back (epoch milliseconds); undefined: nothing is known of that. */
export async function findMailReturned(db: Database, accountId: string): Promise<number | undefined> {
  const row: { mail_refused_at_ms: number | null } | undefined = await db("accounts")
    .where("id", accountId)
    .whereNotNull("mail_refused_at_ms")
    .whereRaw("mail_refused_key = login_key")
    .first("mail_refused_at_ms");
  return row?.mail_refused_at_ms ?? undefined;
}

/**
 * Marks that mail to an address comes back, if the account still has it.
 * @returns whether it was not marked before
 */
export async function saveMailReturned(
  trx: Database,
  { accountId, address }: { accountId: string; address: string },
  now: Date,
): Promise<boolean> {
  const key = loginKeyOf(address);
  const changed: number = await trx("accounts")
    .where({ id: accountId, login_key: key })
    .where((query) => query.whereNull("mail_refused_key").orWhere("mail_refused_key", "<>", key))
    .update({ mail_refused_key: key, mail_refused_at_ms: now.getTime() });
  return changed > 0;
}

/**
 * Takes the mark away, because mail arrives.
 * @returns whether there was one
 */
export async function deleteMailReturned(trx: Database, accountId: string): Promise<boolean> {
  const changed: number = await trx("accounts")
    .where("id", accountId)
    .whereNotNull("mail_refused_key")
    .update({ mail_refused_key: null, mail_refused_at_ms: null });
  return changed > 0;
}
