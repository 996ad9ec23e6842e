// Owns giving an account made here another address: it must be nobody else's name, and nothing that counted for the one
// before counts for it.
import { randomUUID } from "node:crypto";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { loginKeyOf } from "../../input/email_address.ts";
import type { Account } from "./account_store.ts";
import { forgetAnswersTelling } from "./kept_answers_store.ts";
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
  const names = [...new Set([email, loginKeyOf(email)])];
  // Of names these are all: no client's id holds an `@`.
  const namesakes: unknown[] = await trx("accounts")
    .whereIn("id", names)
    .whereNot("id", id)
    .limit(1)
    .select("id");
  if (namesakes.length > 0) throw taken("Another account has this e-mail address as its id.");
  if (emailWas === null || loginKeyOf(emailWas) !== loginKeyOf(email)) await takeLoginKey(trx, email, now);
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

// A row of nobody takes the key, and gives it to the account within the same transaction: who comes meanwhile waits for
// its end, and finds it taken. (An update has no form for a conflict that both stores know.)
async function takeLoginKey(trx: Database, email: string, now: Date): Promise<void> {
  const nowMs = now.getTime();
  const placeholder = randomUUID();
  const rows: unknown[] = await trx("accounts")
    .insert({ id: placeholder, login_key: loginKeyOf(email), created_at_ms: nowMs, updated_at_ms: nowMs })
    .onConflict("login_key")
    .ignore()
    .returning(["id"]);
  if (rows.length === 0) throw taken("Another account signs in with this e-mail address.");
  await trx("accounts").where("id", placeholder).delete();
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
