// Owns of whom the administration's kept answers tell (the repeated_call_people table), and forgetting them: an answer goes
// with the person, or with the address, that it tells. The key it was kept under stays used, for what the call did was done.
import type { Database } from "../../db/connect.ts";

/** What stands in an answer's place when it was forgotten. No version reads it as an answer, or as none yet. */
export const forgottenAnswer = "";

/**
 * Notes of whom an answer tells: of each account whose id is among its words.
 * @param trx the transaction that keeps the answer, and holds the accounts that its act told of
 * @param words the answer's texts
 */
export async function savePeopleTold(trx: Database, idHash: string, words: readonly string[]): Promise<void> {
  // The key may have named another call, whose day is over.
  await trx("repeated_call_people").where("id_hash", idHash).delete();
  for (let from = 0; from < words.length; from += mostAtOnce) {
    const people = trx("accounts")
      .whereIn("id", words.slice(from, from + mostAtOnce))
      .select(trx.raw("? as id_hash", [idHash]), "id");
    await trx(trx.raw("repeated_call_people (id_hash, account_id)")).insert(people);
  }
}

// Within what one statement may bind.
const mostAtOnce = 500;

/**
 * Forgets the kept answers that tell of a person.
 * @param trx a transaction that holds the account
 */
export async function forgetAnswersTelling(trx: Database, accountId: string): Promise<void> {
  const telling = trx("repeated_call_people").where("account_id", accountId).select("id_hash");
  await trx("repeated_calls")
    .whereIn("id_hash", telling)
    .whereNotNull("sealed_answer")
    .update({ sealed_answer: forgottenAnswer });
  await trx("repeated_call_people").where("account_id", accountId).delete();
}
