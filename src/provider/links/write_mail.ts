// Owns writing a mail when it is sent: whom it is for by then, the link it carries, its words. A link is made here and stands
// nowhere but in the mail; the store has its hash.
import { createAuditEvent } from "../../audit/audit_store.ts";
import type { Database } from "../../db/connect.ts";
import { isBrowserFamily } from "../../input/browser_family.ts";
import { loginKeyOf } from "../../input/email_address.ts";
import type { InstallationPart } from "../../installation.ts";
import { isMailKind, type MailKind } from "../../mail/mail_kinds.ts";
import { mailWords } from "../../mail/mail_texts.ts";
import type { Written } from "../../mail/outbox.ts";
import { findMail, type Mail, saveMailAccount } from "../../mail/outbox_store.ts";
import { factorThings, type MailFacts } from "../../views/mail_facts.ts";
import { renderMail } from "../../views/render.ts";
import { findAccountLanguage } from "../accounts/account_language_store.ts";
import { createAccountLink, type LinkPurpose, linkLifeMs } from "../accounts/account_link_store.ts";
import {
  type Account,
  administers,
  findAccount,
  findAccountByLogin,
  hasPassword,
  lockAccount,
} from "../accounts/account_store.ts";
import { findMailReturned } from "../accounts/mail_returned_store.ts";
import { findRole } from "../tenants/membership_store.ts";
import { findTenant } from "../tenants/tenant_store.ts";
import { isAddressTaken, whyAddressNotOwn } from "./change_address.ts";
import {
  accountPath,
  forgotPath,
  linkUrl,
  newAddressPath,
  newPasswordPath,
  proveAddressPath,
} from "./link_addresses.ts";

/** What mail is written from. */
export type MailWritingDeps = InstallationPart<"db" | "clock" | "issuer" | "publicName" | "supportUrl">;

// What is told to the address it was put in for, whoever has that by now, and carries no link of its own.
const notices = [
  "account_closed",
  "password_changed",
  "address_changing",
  "address_changed",
  "factor_added",
  "factor_removed",
  "recovery_code_used",
  "passkey_copied",
  "new_device",
] as const satisfies readonly MailKind[];
type Notice = (typeof notices)[number];
const isNotice = (kind: MailKind): kind is Notice => (notices as readonly string[]).includes(kind);
// Of these the person looks what there is now, after signing in: the address opens nothing by itself.
const leadsToAccount = new Set<MailKind>([
  "address_changing",
  "factor_added",
  "factor_removed",
  "recovery_code_used",
  "passkey_copied",
  "new_device",
]);

/** Whom a mail turned out to be for, and which link it carries. */
type Meant =
  | {
      account: Account & { email: string };
      purpose?: LinkPurpose;
      administrator?: true;
      /** They have an account, and were let into an organization: the mail says so, and carries no link of its own. */
      joined?: true;
      /** The address the person wants, and the mail goes to; with no purpose: it is taken. */
      newEmail?: string;
    }
  | { nobody: true }
  | { over: string };

/** Writes a mail. */
export function createMailWriter(deps: MailWritingDeps): (mail: Mail) => Promise<Written> {
  return async (mail) => {
    const { kind } = mail;
    if (!isMailKind(kind)) return { over: "this version does not know mail of its kind" };
    const now = deps.clock();
    return deps.db.transaction(async (trx): Promise<Written> => {
      if (isNotice(kind)) {
        return drawn(
          trx,
          deps,
          mail,
          kind,
          leadsToAccount.has(kind) ? { url: `${deps.issuer}${accountPath}` } : {},
        );
      }
      const meant = await whomFor(trx, mail, kind);
      if ("nobody" in meant) return "nobody";
      if ("over" in meant) return meant;
      const { account, purpose, administrator, newEmail, joined } = meant;
      await saveMailAccount(trx, mail.id, account.id);
      const drawnFor = { to: newEmail ?? account.email, accountId: account.id, administrator };
      if (purpose === undefined) {
        const url = joined === true ? { joined, url: `${deps.issuer}${accountPath}` } : {};
        return drawn(trx, deps, mail, kind, { ...drawnFor, ...url, taken: newEmail !== undefined });
      }
      const { secret, expiresAtMs } = await createAccountLink(trx, purpose, { ...account, newEmail }, now);
      const details = { purpose, expiresAt: new Date(expiresAtMs).toISOString() };
      const tenantId = mail.tenantId ?? undefined;
      await createAuditEvent(
        trx,
        { type: "account.link_made", actor: "system", accountId: account.id, tenantId, details },
        now,
      );
      const url = linkUrl(deps.issuer, pathOf[purpose], secret);
      return drawn(trx, deps, mail, kind, { ...drawnFor, purpose, url });
    });
  };
}

async function whomFor(trx: Database, mail: Mail, kind: Exclude<MailKind, Notice>): Promise<Meant> {
  if (kind === "password_reset") return whoForgot(trx, mail.recipient);
  const account = mail.accountId === null ? undefined : await findAccount(trx, mail.accountId);
  if (account === undefined) return { nobody: true };
  if (account.disabledAtMs !== null) return { over: "the account was disabled" };
  if (kind === "address_change") return forNewAddress(trx, mail, account);
  const { email } = account;
  if (email === null || loginKeyOf(email) !== loginKeyOf(mail.recipient)) {
    return { over: "the person has another address by now" };
  }
  if (kind === "invitation") return forInvited(trx, mail, { ...account, email });
  if (account.emailVerifiedAtMs !== null && (await findMailReturned(trx, account.id)) === undefined)
    return { over: "the address is proven already" };
  return { account: { ...account, email }, purpose: kind };
}

// Held, so that whoever withdraws it comes before, and then it waits no more, or after, and then ends the link that is made here.
async function forInvited(
  trx: Database,
  { id, tenantId, details }: Mail,
  account: Account & { email: string },
): Promise<Meant> {
  await lockAccount(trx, account.id);
  if ((await findMail(trx, id))?.state !== "waiting") return { nobody: true };
  if (tenantId !== null && (await findRole(trx, tenantId, account.id)) === undefined)
    return { over: "the person is no member any more" };
  if (!(await hasPassword(trx, account.id))) return { account, purpose: "invitation" };
  if (details["joined"] === "yes") return { account, joined: true };
  return { over: "the person has a password already" };
}

// As the person was when they asked, or no link: what ended their sign-ins ended their wish. Whether the address is free is looked
// up here, so that whoever asks for it is told the same, after the same time.
async function forNewAddress(trx: Database, mail: Mail, account: Account): Promise<Meant> {
  const { address, generation } = mail.details;
  const { email } = account;
  if (email === null || email !== address || String(account.signInGeneration) !== generation) {
    return { over: "the person's sign-ins, or their address, ended meanwhile" };
  }
  const known = { account: { ...account, email }, newEmail: mail.recipient };
  if ((await whyAddressNotOwn(trx, account)) !== undefined)
    return { over: "the address is not theirs to change" };
  return (await isAddressTaken(trx, account.id, mail.recipient))
    ? known
    : { ...known, purpose: "address_change" };
}

// Only a person who has a password, at an address that was proven to be theirs, gets another one by mail. The mail goes to the
// address as it is kept, not as somebody typed it.
async function whoForgot(trx: Database, typed: string): Promise<Meant> {
  const account = await findAccountByLogin(trx, typed);
  if (account === undefined || !(await hasPassword(trx, account.id))) return { nobody: true };
  const { email, emailVerifiedAtMs, disabledAtMs, externalAtMs } = account;
  if (email === null || emailVerifiedAtMs === null || disabledAtMs !== null || externalAtMs !== null) {
    return { nobody: true };
  }
  const known = { ...account, email };
  if (await administers(trx, account.id)) return { account: known, administrator: true };
  return { account: known, purpose: "password_reset" };
}

const pathOf: Readonly<Record<LinkPurpose, string>> = {
  invitation: newPasswordPath,
  password_reset: newPasswordPath,
  address_proof: proveAddressPath,
  address_change: newAddressPath,
};

interface DrawnFor {
  /** Whose mail it is; absent: as the mail says. */
  accountId?: string | null;
  to?: string;
  purpose?: LinkPurpose;
  url?: string;
  administrator?: true | undefined;
  taken?: boolean;
  joined?: true | undefined;
}

async function drawn(
  trx: Database,
  { issuer, publicName, supportUrl }: MailWritingDeps,
  mail: Mail,
  kind: MailKind,
  { to, accountId = mail.accountId, purpose, url, administrator, taken = false, joined }: DrawnFor,
): Promise<Written> {
  const { host } = new URL(issuer);
  // As the person chose; whoever caused the mail may speak another.
  const kept = accountId === null ? undefined : await findAccountLanguage(trx, accountId);
  const tenant = mail.tenantId === null ? undefined : await findTenant(trx, mail.tenantId);
  const service = { name: publicName ?? host, host, supportUrl };
  const { address, browser = "", by, what, left } = mail.details;
  const facts: MailFacts = {
    service: service.name,
    host,
    organization: tenant?.name,
    address,
    atMs: mail.createdAtMs,
    browser: isBrowserFamily(browser) ? browser : undefined,
    by:
      (by ?? (kind === "address_changed" ? "administration" : "person")) === "person"
        ? "person"
        : "administration",
    byLink: mail.details.how !== "page",
    what: factorThings.find((one) => one === what) ?? "second factors",
    // Of before it was kept there is none; what is no number is none either.
    left: Number.parseInt(left ?? "", 10) || 0,
    forgotUrl: `${issuer}${forgotPath}`,
    hours: purpose === undefined ? 0 : linkLifeMs[purpose] / 3_600_000,
    administrator: administrator === true,
    taken,
    joined: joined === true,
  };
  const words = mailWords(kind, facts, kept ?? mail.details["language"]);
  return {
    id: mail.id,
    to: to ?? mail.recipient,
    subject: words.subject,
    ...renderMail({ words, url, service }),
  };
}
