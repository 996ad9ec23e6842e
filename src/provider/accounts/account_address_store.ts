// Owns giving an account made here another address: it must be nobody else's name, and nothing that counted for the one
// before counts for it.
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { loginKeyOf } from "../../input/email_address.ts";
import type { Account } from "./account_store.ts";
import { forgetAnswersTelling } from "./kept_answers_store.ts";
import { isIdOfAnother, takeLoginKey } from "./login_key_store.ts";
import { findOthersWithAddress } from "./shared_address_store.ts";

/**
 * Replaces the address an account signs in with and that its tokens carry. Of several who are to get one address at once,
 * one gets it.
 * @param trx a transaction that holds the account
 * @param email as parsed; capitals count, as they do at Identity Center. `proven`: whether somebody vouches for it
 * @param tenantIds where the account belongs: in each an address is one person's at AWS
 * @throws OperationError account_exists, if the address is a name of somebody else
 */
export async function saveAddress(
  trx: Database,
  { id, email: emailWas }: Pick<Account, "id" | "email">,
  { email, proven }: { email: string; proven: boolean },
  tenantIds: readonly string[],
  now: Date,
): Promise<void> {
  const moves = emailWas === null || loginKeyOf(emailWas) !== loginKeyOf(email);
  if (moves && !(await takeLoginKey(trx, email, now))) {
    throw taken("Another account signs in with this e-mail address.");
  }
  // Of names these are all: no client's id holds an `@`.
  if (await isIdOfAnother(trx, email, id)) throw taken("Another account has this e-mail address as its id.");
  for (const tenantId of tenantIds) {
    const others = await findOthersWithAddress(trx, { tenantId, accountId: id, address: email });
    if (others.length === 0) continue;
    throw taken(
      `Another member of the tenant ${tenantId} has this address: at AWS both would be one person.`,
    );
  }
  await trx("accounts")
    .where("id", id)
    .update({ email, login_key: loginKeyOf(email), updated_at_ms: now.getTime() });
  await saveAddressProof(trx, id, proven, now);
  await forgetAnswersTelling(trx, id);
}

const taken = (why: string): OperationError => new OperationError("account_exists", why, { field: "email" });

/** Says that somebody vouches for an account's address, or that nobody does any more. */
export async function saveAddressProof(
  trx: Database,
  accountId: string,
  proven: boolean,
  now: Date,
): Promise<void> {
  const nowMs = now.getTime();
  await trx("accounts")
    .where("id", accountId)
    .update({ email_verified_at_ms: proven ? nowMs : null, updated_at_ms: nowMs });
}

/**
 * Forgets when an account last logged in to each of its tenants: a login of before lets nobody act for the person that
 * it is by now at AWS.
 */
export async function forgetLastLogins(trx: Database, accountId: string): Promise<void> {
  await trx("memberships").where("account_id", accountId).update({ last_login_at_ms: null });
}
