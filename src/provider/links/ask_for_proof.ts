// Owns a person's wish to prove the address they have: a mail with a link goes there.
import { createHash } from "node:crypto";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { loginKeyOf } from "../../input/email_address.ts";
import { createMail } from "../../mail/outbox_store.ts";
import type { Account } from "../accounts/account_store.ts";
import { findMailReturned } from "../accounts/mail_returned_store.ts";
import { countAttempt } from "../accounts/sign_in_attempt_store.ts";

/** How often, by one account and to one mailbox. Nobody but the account's person uses either up. */
const proofRate = { burst: 3, intervalMs: 600_000 } as const;

/**
 * Puts the mail in.
 * @param trx a transaction that holds the account
 * @returns where it goes; undefined: the address is proven already, and nothing was put in
 * @throws OperationError too_many_attempts; forbidden, where the address is not kept here
 */
export async function askForProof(trx: Database, account: Account, now: Date): Promise<string | undefined> {
  const { id: accountId, email, externalAtMs, emailVerifiedAtMs } = account;
  if (email === null || externalAtMs !== null) {
    throw new OperationError("forbidden", "The address of this account is not kept here.", {
      fix: "The application you sign in through vouches for it.",
    });
  }
  if (emailVerifiedAtMs !== null && (await findMailReturned(trx, accountId)) === undefined) return undefined;
  for (const of of [
    ["account", accountId],
    ["mailbox", loginKeyOf(email)],
  ]) {
    const keyHash = createHash("sha256")
      .update(JSON.stringify(["address proof", ...of]))
      .digest("base64url");
    const { waitMs } = await countAttempt(trx, { kind: "address_proof", keyHash, rate: proofRate }, now);
    if (waitMs !== undefined) throw tooMany(waitMs);
  }
  await createMail(trx, { kind: "address_proof", recipient: email, accountId }, now);
  return email;
}

function tooMany(waitMs: number): OperationError {
  const minutes = Math.ceil(waitMs / 60_000);
  return new OperationError("too_many_attempts", "The link was sent often enough for now.", {
    fix: `Each link that was sent still counts; look into the folder for unwanted mail. Else wait ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`,
    retryAfterSeconds: Math.ceil(waitMs / 1000),
  });
}
