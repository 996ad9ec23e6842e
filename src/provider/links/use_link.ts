// Owns what a mailed link does when its page's form is sent: a password, or the proof of an address. Using the link up, what it
// does, what ends with that and the event are one transaction, which holds the account.
import { createHash } from "node:crypto";
import { createAuditEventInTenants } from "../../audit/audit_store.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import type { StoreAndClock } from "../../installation.ts";
import { createMail } from "../../mail/outbox_store.ts";
import { saveAddressProof } from "../accounts/account_address_store.ts";
import {
  type AccountLink,
  findAccountLink,
  type LinkPurpose,
  useAccountLink,
} from "../accounts/account_link_store.ts";
import { type Account, getAccount, lockAccount, savePasswordHash } from "../accounts/account_store.ts";
import type { RatedKey } from "../accounts/attempt_rates.ts";
import { listKnownOfPerson } from "../accounts/known_of_person_store.ts";
import { deleteMailReturned } from "../accounts/mail_returned_store.ts";
import type { Passwords } from "../accounts/passwords.ts";
import { countAttempt } from "../accounts/sign_in_attempt_store.ts";
import { endSignIns } from "../sessions/end_sign_ins.ts";
import type { EndedSignIns } from "../sessions/end_sign_ins_store.ts";
import { listTenantIdsOfAccount } from "../tenants/membership_store.ts";

/** A link that counts, and whose it is. */
export interface OpenLink extends AccountLink {
  account: Account;
}

/** The purposes of links by which a password is set. */
export const passwordPurposes: readonly LinkPurpose[] = ["invitation", "password_reset"];

/** How often a password may be tried by one link: each is judged, and a link whose password was refused goes on counting. */
export const judgedRate = { burst: 10, intervalMs: 60_000 } as const;

/**
 * Reads a link. That changes nothing: links are also opened by what previews and scans mail.
 * @throws OperationError link_over: unknown, used, too old, of another page, or ended; which of them is not told
 */
export async function readLink(
  { db, clock }: StoreAndClock,
  secret: string,
  purposes: readonly LinkPurpose[],
): Promise<OpenLink> {
  const link = await findAccountLink(db, secret, clock().getTime());
  if (link === undefined || !purposes.includes(link.purpose)) throw over();
  return { ...link, account: await getAccount(db, link.accountId) };
}

/**
 * Sets the password of whose link it is, and signs them out everywhere; every other link of theirs ends with that. A link that
 * came by mail has proven the address it came to.
 * @returns how much was ended
 * @throws OperationError link_over, invalid_input (the password; the link still counts), too_many_attempts
 */
export async function setPasswordByLink(
  deps: StoreAndClock & { passwords: Passwords },
  secret: string,
  password: string,
): Promise<EndedSignIns> {
  const { db, clock, passwords } = deps;
  const link = await readLink(deps, secret, passwordPurposes);
  const { accountId, purpose } = link;
  // Whoever has no link gets nothing judged and no hash computed, and whoever has one only so many.
  const { waitMs } = await countAttempt(db, judgedKey(secret), clock());
  if (waitMs !== undefined) throw tooMany(waitMs);
  const passwordHash = await passwords.hashNewPassword(password, await listKnownOfPerson(db, accountId));
  return db.transaction(async (trx) => {
    const now = clock();
    const account = await takeLink(trx, secret, link, now);
    const tenantIds = await listTenantIdsOfAccount(trx, accountId);
    const actor = `account:${accountId}`;
    await savePasswordHash(trx, accountId, passwordHash, now);
    const set = { type: "account.password_set", actor, accountId, details: { by: purpose } } as const;
    await createAuditEventInTenants(trx, set, tenantIds, now);
    if (account.emailVerifiedAtMs === null) await proveAddress(trx, account, tenantIds, now);
    const ended = await endSignIns(trx, { accountId, reason: "account.password_set", actor }, now);
    if (purpose === "password_reset" && account.email !== null) {
      await createMail(trx, { kind: "password_changed", recipient: account.email, accountId }, now);
    }
    return ended;
  });
}

/**
 * Says that the address a link was mailed to is the person's.
 * @throws OperationError link_over
 */
export async function proveAddressByLink(deps: StoreAndClock, secret: string): Promise<void> {
  const link = await readLink(deps, secret, ["address_proof"]);
  await deps.db.transaction(async (trx) => {
    const now = deps.clock();
    const account = await takeLink(trx, secret, link, now);
    if (account.emailVerifiedAtMs !== null) return;
    await proveAddress(trx, account, await listTenantIdsOfAccount(trx, account.id), now);
  });
}

/**
 * Uses a link up, in the transaction of what it is used for, which holds the account from here on.
 * @returns the account as it is now
 * @throws OperationError link_over
 */
export async function takeLink(
  trx: Database,
  secret: string,
  link: Pick<AccountLink, "purpose" | "accountId">,
  now: Date,
): Promise<Account> {
  await lockAccount(trx, link.accountId);
  if (!(await useAccountLink(trx, secret, link, now.getTime()))) throw over();
  // Whoever used it got it by mail.
  await deleteMailReturned(trx, link.accountId);
  return getAccount(trx, link.accountId);
}

async function proveAddress(
  trx: Database,
  { id: accountId, email }: Account,
  tenantIds: readonly string[],
  now: Date,
): Promise<void> {
  await saveAddressProof(trx, accountId, true, now);
  const details = { email: email ?? "" };
  const proven = { type: "account.email_proven", actor: `account:${accountId}`, accountId, details } as const;
  await createAuditEventInTenants(trx, proven, tenantIds, now);
}

function judgedKey(secret: string): RatedKey {
  const keyHash = createHash("sha256")
    .update(JSON.stringify(["mailed link", secret]))
    .digest("base64url");
  return { kind: "mailed_link", keyHash, rate: judgedRate };
}

function tooMany(waitMs: number): OperationError {
  const seconds = Math.ceil(waitMs / 1000);
  return new OperationError("too_many_attempts", "Too many passwords were tried with this link.", {
    fix: `The link still counts: wait ${seconds} ${seconds === 1 ? "second" : "seconds"}, then send one again.`,
    reason: { name: "link_tried_often", values: { seconds } },
    retryAfterSeconds: seconds,
  });
}

function over(): OperationError {
  return new OperationError("link_over", "It was used, is too old, or something else has ended it since.", {
    fix: "Ask for another.",
  });
}
