// The defences of mailed links, of asking for one, and of the outbox.
import type { Defence } from "./defence.ts";

const reset = "test/provider/links/password_reset.test.ts";
const enumeration = "test/provider/links/enumeration.test.ts";

export const defences: readonly Defence[] = [
  {
    id: "mailed-link-ends-with-sign-ins",
    promise:
      "A link from a mail ends with whatever ends the person's sign-ins, at once and on every instance.",
    file: "src/provider/accounts/account_link_store.ts",
    find: "      and a.sign_in_generation = account_links.sign_in_generation and a.disabled_at_ms is null",
    replace: "",
    test: reset,
    name: "the link ends with signing the person out",
  },
  {
    id: "mailed-link-opens-no-administration",
    promise:
      "No mailbox opens the console: who administers the installation sets no password by a mailed link.",
    file: "src/provider/accounts/account_link_store.ts",
    find: "or not exists (select 1 from administrators d where d.account_id = a.id)",
    replace: "or 1 = 1",
    test: reset,
    name: "who comes to administer after the link was made",
  },
  {
    id: "mailed-link-only-at-proven-address",
    promise: "A new password is mailed to an address that was proven, and to no other.",
    cve: [10],
    file: "src/provider/links/write_mail.ts",
    find: "emailVerifiedAtMs === null || disabledAtMs",
    replace: "disabledAtMs",
    test: reset,
    name: "nobody without a proven address",
  },
  {
    id: "asking-for-a-password-is-slowed-by-address",
    promise:
      "One network address asks for new passwords of many people ten times at once, and then once a minute.",
    cve: [12],
    file: "src/provider/links/ask_for_reset.ts",
    find: "    throw tooMany(waitMs);\n",
    replace: "    void tooMany(waitMs);\n",
    test: enumeration,
    name: "is slowed down by address",
  },
  {
    id: "mailbox-is-not-filled",
    promise: "Whoever asks for somebody's new password over and over fills no mailbox.",
    file: "src/provider/links/ask_for_reset.ts",
    find: "    if (counted.waitMs !== undefined) return true;\n",
    replace: "    if (counted.waitMs === -1) return true;\n",
    test: enumeration,
    name: "fills no mailbox",
  },
  {
    id: "inviters-have-their-own-allowance",
    promise:
      "No organization uses up the invitations that another, or the installation, may send to a mailbox.",
    file: "src/admin/operations/invitation_rate.ts",
    find: 'rated("invitation", "inviter", by)',
    replace: 'rated("invitation", "inviter", "")',
    test: "test/provider/links/invitation.test.ts",
    name: "no inviter uses up",
  },
  {
    id: "crowded-mailbox-keeps-one-for-each",
    promise: "A mailbox that others invited often can be invited once more by each other inviter.",
    file: "src/admin/operations/invitation_rate.ts",
    find: 'rated("invitation", "crowded", by)',
    replace: 'rated("invitation", "crowded", "")',
    test: "test/provider/links/invitation.test.ts",
    name: "no inviter uses up",
  },
  {
    id: "mailbox-is-not-filled-by-many-inviters",
    promise:
      "A mailbox is not filled by any number of inviters together: past its own rate each has one an hour.",
    file: "src/admin/operations/invitation_rate.ts",
    find: "  if (waitMs !== undefined) await assertAdmitted(",
    replace: "  if (waitMs === -1) await assertAdmitted(",
    test: "test/provider/links/invitation.test.ts",
    name: "no inviter uses up",
  },
  {
    id: "new-device-is-told-once",
    promise: "A sign-in from a new device is told to the person once a browser.",
    file: "src/provider/accounts/new_device.ts",
    find: "first || !isNew || isKnownHere",
    replace: "first || isKnownHere",
    test: "test/provider/accounts/new_device.test.ts",
    name: "is told once where a hundred come at once",
  },
  {
    id: "administrators-change-no-address-by-mail",
    promise:
      "The address of whoever administers the installation is changed by an owner, and by no mailed link.",
    file: "src/provider/links/change_address.ts",
    find: 'return (await administers(db, id)) ? "administrator" : undefined;',
    replace: 'return id === "" && (await administers(db, id)) ? "administrator" : undefined;',
    test: "test/provider/links/change_address.test.ts",
    name: "is no administrator's to do",
  },
  {
    id: "new-address-fills-no-mailbox",
    promise: "Whoever asks for one new address over and over fills no mailbox.",
    file: "src/provider/links/change_address.ts",
    find: "  if (mailbox.waitMs === undefined) {\n",
    replace: "  if (mailbox.waitMs !== -1) {\n",
    test: "test/provider/links/change_address.test.ts",
    name: "fills no mailbox, and its bad input",
  },
  {
    id: "mail-has-one-recipient",
    promise: "No text makes a second recipient of a mail.",
    file: "src/mail/transport.ts",
    find: '      parseEmailAddress(mail.to, "to");\n',
    replace: "",
    test: "test/mail/transport.test.ts",
    name: "no text makes another header",
  },
  {
    id: "mail-is-sent-by-one-instance",
    promise: "A mail is sent by one instance, whichever takes it first.",
    file: "src/outbox/due_store.ts",
    find: "    [nowMs + leaseMs, nowMs, nowMs],",
    replace: "    [nowMs, nowMs, nowMs],",
    test: "test/mail/outbox.test.ts",
    name: "gives a mail to one of a hundred",
  },
  {
    id: "mailed-link-judges-so-many-passwords",
    promise: "A link from a mail has so many passwords judged and no more: it is no way to keep a core busy.",
    file: "src/provider/links/use_link.ts",
    find: "  if (waitMs !== undefined) throw tooMany(waitMs);",
    replace: "  void [waitMs, tooMany];",
    test: reset,
    name: "has ten passwords judged, then one a minute, and still counts",
  },
  {
    id: "mailed-link-counts-once",
    promise:
      "A link from a mail counts once, however many use it at the same time and at however many instances.",
    cve: [4],
    file: "src/provider/links/use_link.ts",
    find: "  if (!(await useAccountLink(trx, secret, link, now.getTime()))) throw over();",
    replace: "  await useAccountLink(trx, secret, link, now.getTime());",
    test: reset,
    name: "has one winner among several links of one person",
  },
  {
    id: "mailed-password-ends-sign-ins",
    promise:
      "A new password by a mailed link ends whatever the person, or somebody else in their place, was signed in with.",
    file: "src/provider/links/use_link.ts",
    find: 'await endSignIns(trx, { accountId, reason: "account.password_set", actor }, now);',
    replace: "{ sessions: 0, grants: 0, tokens: 0 };",
    test: "test/security/taken_away.test.ts",
    name: "a new password, by a link from a mail",
  },
  {
    id: "address-changes-where-its-person-is-signed-in",
    promise:
      "A link to another address changes nothing but in a browser in which the person themselves is signed in.",
    file: "src/provider/links/change_address.ts",
    find: "  if (session.accountId !== accountId) return false;\n  return (await",
    replace: "  if (session.accountId !== accountId) return true;\n  return (await",
    test: "test/provider/links/change_address.test.ts",
    name: "goes by the link's form alone",
  },
];
