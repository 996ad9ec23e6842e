// Owns since when an account signs in.
import type { Database } from "../../db/connect.ts";

/**
 * Says that an account signed in for the first time.
 * @returns whether it was the first; of several at once one is told so
 */
export async function saveFirstSignIn(trx: Database, accountId: string, now: Date): Promise<boolean> {
  const changed: number = await trx("accounts")
    .where("id", accountId)
    .whereNull("first_signed_in_at_ms")
    .update({ first_signed_in_at_ms: now.getTime() });
  return changed > 0;
}
