// Owns a person's change of their own address: asked for on their page, proven by a link that goes to the new one, told to both.
// Until the link's form is sent nothing changes. Whoever asks learns nothing of who has an address: whether it is free, is looked
// up when the mail is written, and told in that mailbox.
import { createHash } from "node:crypto";
import { createAuditEventInTenants } from "../../audit/audit_store.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { browserFamily } from "../../input/browser_family.ts";
import { loginKeyOf, parseEmailAddress } from "../../input/email_address.ts";
import type { InstallationPart, StoreAndClock } from "../../installation.ts";
import { createMail } from "../../mail/outbox_store.ts";
import { forgetLastLogins, saveAddress } from "../accounts/account_address_store.ts";
import { type Account, administers, findAccountByLogin } from "../accounts/account_store.ts";
import type { RatedKey } from "../accounts/attempt_rates.ts";
import { isIdOfAnother } from "../accounts/login_key_store.ts";
import { findOthersWithAddress } from "../accounts/shared_address_store.ts";
import { countAttempt } from "../accounts/sign_in_attempt_store.ts";
import { revokeOfflineConsentsOf } from "../presence/offline_consent_store.ts";
import { endSignIns } from "../sessions/end_sign_ins.ts";
import type { EndedSignIns } from "../sessions/end_sign_ins_store.ts";
import { listVouchers, type SessionKey } from "../sessions/voucher_store.ts";
import { leavesNone, reachOfAddress } from "../tenants/address_reach.ts";
import { listTenantIdsOfAccount } from "../tenants/membership_store.ts";
import { readLink, takeLink } from "./use_link.ts";

/**
 * How often another address may be asked for.
 * - account: by one account; past it the person is told to wait.
 * - mailbox: mail to one new address, by one account: nobody uses up what another may ask for. Past it none goes out, and the
 *   mails before carry links that count.
 */
export const changeRates = {
  account: { burst: 5, intervalMs: 600_000 },
  mailbox: { burst: 3, intervalMs: 900_000 },
} as const;

/** Why an account's address is not the person's own to change; undefined: it is. */
export type AddressNotOwn = "external" | "administrator" | undefined;

/** Tells whether a person may change the address of their account. */
export async function whyAddressNotOwn(
  db: Database,
  { id, email, externalAtMs }: Account,
): Promise<AddressNotOwn> {
  if (externalAtMs !== null || email === null) return "external";
  return (await administers(db, id)) ? "administrator" : undefined;
}

/**
 * Takes a person's wish for another address: a link goes there, and word of it to the one they have.
 * @param trx a transaction that holds the account, whose person proved themselves lately
 * @throws OperationError invalid_input (`email`), too_many_attempts, forbidden; AddressOpensNone
 */
export async function askForAddress(
  trx: Database,
  account: Account,
  {
    email: typed,
    userAgent,
    requireVerifiedDomain,
  }: { email: string; userAgent?: string | undefined; requireVerifiedDomain: boolean },
  now: Date,
): Promise<void> {
  const address = parseEmailAddress(typed);
  const { id: accountId, email } = account;
  if (email === null || (await whyAddressNotOwn(trx, account)) !== undefined) {
    throw new OperationError("forbidden", "The address of this account is not changed here.", {
      fix: "Ask whoever made your account.",
    });
  }
  if (address === email) {
    throw new OperationError("invalid_input", "This is the address you have.", {
      field: "email",
      fix: "Type the one you want.",
    });
  }
  const key = (what: keyof typeof changeRates, ...names: string[]): RatedKey => ({
    kind: "address_change",
    keyHash: hashOf(what, accountId, ...names),
    rate: changeRates[what],
  });
  const { waitMs } = await countAttempt(trx, key("account"), now);
  if (waitMs !== undefined) throw tooMany(waitMs);
  await assertOpensSome(trx, account, address, requireVerifiedDomain);
  const mailbox = await countAttempt(trx, key("mailbox", loginKeyOf(address)), now);
  const family = browserFamily(userAgent);
  const browser: Record<string, string> = family === undefined ? {} : { browser: family };
  if (mailbox.waitMs === undefined) {
    const details = { address: email, generation: String(account.signInGeneration) };
    await createMail(trx, { kind: "address_change", recipient: address, accountId, details }, now);
  }
  const details = { address, ...browser };
  await createMail(trx, { kind: "address_changing", recipient: email, accountId, details }, now);
}

/** Nobody changes to an address by which they could sign in to none of their organizations. */
export class AddressOpensNone extends OperationError {
  /** The organizations, by name. */
  readonly organizations: readonly string[];

  constructor(organizations: readonly string[]) {
    super(
      "email_domain_not_verified",
      "No organization of the account has proven the domain of this address.",
      {
        field: "email",
        fix: "Prove the domain for the organization first.",
      },
    );
    this.organizations = organizations;
  }
}

async function assertOpensSome(
  trx: Database,
  account: Pick<Account, "id" | "email">,
  address: string,
  requireVerifiedDomain: boolean,
): Promise<void> {
  const reach = await reachOfAddress(trx, account, address, requireVerifiedDomain);
  if (leavesNone(reach)) throw new AddressOpensNone(reach.lost);
}

/** Whether an address is a name of somebody else, or would be one person's with theirs at a customer's AWS. */
export async function isAddressTaken(trx: Database, accountId: string, address: string): Promise<boolean> {
  const other = await findAccountByLogin(trx, address);
  if (other !== undefined && other.id !== accountId) return true;
  if (await isIdOfAnother(trx, address, accountId)) return true;
  for (const tenantId of await listTenantIdsOfAccount(trx, accountId)) {
    if ((await findOthersWithAddress(trx, { tenantId, accountId, address })).length > 0) return true;
  }
  return false;
}

/** What became of a change. */
export interface ChangedAddress {
  email: string;
  ended: EndedSignIns;
}

/**
 * Changes the address as a link says. What stood for the one before ends, as it does when an administrator changes it: at AWS
 * another address is another person. Every other link of the account ends with it.
 * It takes both the link and the person: who reads the new mailbox by a typing error takes no account over, and who asks for
 * another's mailbox gets no account that its owner confirmed by a click.
 * @param here the browser that sends the form: its session, which must be this person's, goes on, without what came of it
 * @throws OperationError link_over; unauthenticated, where the browser is not signed in as the person, and account_exists,
 *   where somebody else came to have the address; AddressOpensNone: with each the link counts on
 */
export async function changeAddressByLink(
  deps: StoreAndClock & InstallationPart<"requireVerifiedDomain">,
  secret: string,
  { userAgent, session }: { userAgent?: string | undefined; session?: SessionKey | undefined } = {},
): Promise<ChangedAddress> {
  const link = await readLink(deps, secret, ["address_change"]);
  if (session === undefined || !(await isPersonsOwn(deps, session, link.accountId))) {
    throw new OperationError("unauthenticated", "This browser is not signed in to the account.", {
      fix: "Sign in, then open the link once more.",
    });
  }
  const family = browserFamily(userAgent);
  return deps.db.transaction(async (trx) => {
    const now = deps.clock();
    const account = await takeLink(trx, secret, link, now);
    const { id: accountId, email: emailWas } = account;
    const email = link.newEmail ?? "";
    await assertOpensSome(trx, account, email, deps.requireVerifiedDomain);
    const tenantIds = await listTenantIdsOfAccount(trx, accountId);
    await saveAddress(trx, account, { email, proven: true }, tenantIds, now);
    const actor = `account:${accountId}`;
    const details = { by: "person", email, emailWas: emailWas ?? "" };
    await createAuditEventInTenants(
      trx,
      { type: "account.email_set", actor, accountId, details },
      tenantIds,
      now,
    );
    await forgetLastLogins(trx, accountId);
    await revokeOfflineConsentsOf(trx, { accountId }, now);
    const { sessionUid: keptSessionUid } = session;
    const ended = await endSignIns(
      trx,
      { accountId, reason: "account.email_set", actor, keptSessionUid },
      now,
    );
    const by: Record<string, string> = { by: "person", ...(family === undefined ? {} : { browser: family }) };
    await createMail(trx, { kind: "address_changed", recipient: email, accountId, details: by }, now);
    if (emailWas !== null) {
      const told = { ...by, address: email };
      await createMail(trx, { kind: "address_changed", recipient: emailWas, accountId, details: told }, now);
    }
    return { email, ended };
  });
}

// What an application alone vouched for changes no address.
async function isPersonsOwn(
  { db, clock }: StoreAndClock,
  session: SessionKey,
  accountId: string,
): Promise<boolean> {
  if (session.accountId !== accountId) return false;
  return (await listVouchers(db, session, clock())).some(({ method }) => method === "password");
}

const hashOf = (...parts: string[]): string =>
  createHash("sha256")
    .update(JSON.stringify(["change of address", ...parts]))
    .digest("base64url");

function tooMany(waitMs: number): OperationError {
  const minutes = Math.ceil(waitMs / 60_000);
  return new OperationError("too_many_attempts", "Another address was asked for too often.", {
    field: "email",
    fix: `The mails before may lie in the folder for unwanted mail. Else wait ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`,
    retryAfterSeconds: Math.ceil(waitMs / 1000),
  });
}
