// Owns the recovery_codes table: codes for who lost a factor, as hashes. Each opens once: using one up is one conditional
// statement, so of any number of tries on any number of instances one wins.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { hashRecoveryCode, makeRecoveryCodes } from "./recovery_codes.ts";

/**
 * Makes new codes in the place of all there were.
 * @param trx a transaction that holds the account
 * @returns them, as they are shown: they are kept nowhere
 */
export async function replaceRecoveryCodes(trx: Database, accountId: string, now: Date): Promise<string[]> {
  const codes = makeRecoveryCodes();
  await deleteRecoveryCodes(trx, accountId);
  await trx("recovery_codes").insert(
    codes.map((code) => ({
      account_id: accountId,
      code_hash: hashRecoveryCode(accountId, code),
      created_at_ms: now.getTime(),
    })),
  );
  return codes;
}

/**
 * Uses a code up.
 * @returns whether it counted, and how many are left
 */
export async function useRecoveryCode(
  trx: Database,
  accountId: string,
  typed: string,
): Promise<{ used: boolean; left: number }> {
  const rows = await runStatement(
    trx,
    "recovery_code_use",
    "delete from recovery_codes where account_id = ? and code_hash = ? returning account_id",
    [accountId, hashRecoveryCode(accountId, typed)],
  );
  const [left] = await runStatement<{ codes: number }>(
    trx,
    "recovery_codes_left",
    "select count(*) as codes from recovery_codes where account_id = ?",
    [accountId],
  );
  return { used: rows.length > 0, left: left?.codes ?? 0 };
}

/** Removes all codes of a person. */
export async function deleteRecoveryCodes(trx: Database, accountId: string): Promise<void> {
  await trx("recovery_codes").where("account_id", accountId).delete();
}
