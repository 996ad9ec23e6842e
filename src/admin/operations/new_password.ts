// Owns making the password an operation sets, chosen or generated, and giving an account another one than it had: whoever
// knew the one before is signed out everywhere by the same transaction, and the trail of each tenant it belongs to says so.
import type { Database } from "../../db/connect.ts";
import { type Account, savePasswordHash } from "../../provider/accounts/account_store.ts";
import { generatePassword } from "../../provider/accounts/generated_password.ts";
import { endSignIns } from "../../provider/sessions/end_sign_ins.ts";
import type { EndedSignIns } from "../../provider/sessions/end_sign_ins_store.ts";
import { listTenantIdsOfAccount } from "../../provider/tenants/membership_store.ts";
import type { Act } from "./entry.ts";
import type { OperationContext } from "./operation.ts";

/** A password about to be set. */
export interface PreparedPassword {
  passwordHash: string;
  /** Undefined: somebody chose it. */
  generated: string | undefined;
}

/**
 * Judges and hashes the password somebody chose, or makes one. It takes a moment, and nobody is to wait for the store
 * meanwhile: it belongs into `prepare`.
 * @param about reads what a guesser knows of the person; asked if there is something to judge
 * @throws OperationError invalid_input, unavailable
 */
export async function preparePassword(
  { passwords }: Pick<OperationContext, "passwords">,
  chosen: string | undefined,
  about: () => Promise<readonly (string | null | undefined)[]>,
): Promise<PreparedPassword> {
  if (chosen !== undefined) {
    return { passwordHash: await passwords.hashNewPassword(chosen, await about()), generated: undefined };
  }
  const generated = generatePassword();
  return { passwordHash: await passwords.hashPassword(generated), generated };
}

/**
 * Gives an account a password, in the place of any it had. It holds the account until the transaction ends.
 * @returns what ended with the one before
 */
export async function giveNewPassword(
  trx: Database,
  { id: accountId }: Pick<Account, "id">,
  passwordHash: string,
  {
    recordInTenants,
    actor,
    now,
  }: Pick<Act<OperationContext, "account.password_set", unknown>, "recordInTenants" | "actor" | "now">,
): Promise<EndedSignIns> {
  await savePasswordHash(trx, accountId, passwordHash, now);
  const tenantIds = await listTenantIdsOfAccount(trx, accountId);
  await recordInTenants({ type: "account.password_set", accountId }, tenantIds);
  return endSignIns(trx, { accountId, reason: "account.password_set", actor }, now);
}
