// Owns what mail says in English. It names nobody by a name that somebody else could have chosen for them.
import type { FactorThing, MailFacts, MailParts, MailSaid } from "../../mail_facts.ts";

const forHours = (hours: number): string =>
  hours % 24 === 0 && hours > 24 ? `${hours / 24} days` : hours === 1 ? "one hour" : `${hours} hours`;
const once = (hours: number): string => `The link counts for ${forHours(hours)}, and once.`;
const notYou = "If you did not ask for this, leave this mail alone: without the link nothing changes.";

const moment = (ms: number): string =>
  `${new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" }).format(ms)} UTC`;
const browserNote = ({ browser }: Pick<MailFacts, "browser">): string[] =>
  browser === undefined ? [] : [`The browser, as far as it tells: ${browser}.`];
const lookHere = "Open your account";
const notYours = ({ forgotUrl }: Pick<MailFacts, "forgotUrl">): string =>
  `choose another password: ${forgotUrl} mails you a link for one, and signs you out everywhere. Then tell the people who run the service.`;

const added: Readonly<Record<FactorThing, string>> = {
  passkey: "A passkey was added",
  "authenticator app": "An authenticator app was added",
  "recovery codes": "New recovery codes were made",
  "second factors": "A way to sign in was added",
};
const removed: Readonly<Record<FactorThing, string>> = {
  passkey: "A passkey was removed",
  "authenticator app": "The authenticator app was removed",
  "recovery codes": "The recovery codes were removed",
  "second factors": "Every second factor was removed",
};

const texts = {
  actionHint: "If the button does nothing, copy this address into your browser:",
  help: "Help",
  invitation: ({ service, host, organization, hours, joined }) =>
    joined
      ? {
          subject:
            organization === undefined
              ? `Your account at ${service}`
              : `${organization} lets you in at ${service}`,
          heading: "You have an account already",
          lines: [
            organization === undefined
              ? `You were invited to ${service}, and have an account there: sign in as you always do.`
              : `${organization} invited you to ${service}, and you have an account there: sign in as you always do, and you belong to ${organization}.`,
          ],
          action: "Open your account",
          notes: ["If you do not expect this, tell the people who run the service."],
        }
      : {
          subject:
            organization === undefined
              ? `Your account at ${service}`
              : `${organization} invites you to ${service}`,
          heading: "Choose your password",
          lines: [
            organization === undefined
              ? `An account was made for you at ${service}. Choose a password, and it is yours.`
              : `${organization} made an account for you at ${service}. Choose a password, and it is yours.`,
            once(hours),
          ],
          action: "Choose a password",
          notes: [
            `The link leads to ${host}. You never need to tell anybody your password, or to send this link on.`,
            "If you do not expect this, leave this mail alone: without a password the account lets nobody in.",
          ],
        },
  password_reset: ({ service, host, hours, administrator }) =>
    administrator
      ? {
          subject: `Your password at ${service}`,
          heading: "Your password is not set by mail",
          lines: [
            `Somebody asked for a new password for your account at ${service}. You administer this service, and for those who do it is not set by mail.`,
            "If it was you: ask another owner of the installation, or whoever runs it, to set you one.",
          ],
          notes: ["If it was not you, there is nothing to do: nothing has changed."],
        }
      : {
          subject: `Choose a new password at ${service}`,
          heading: "Choose a new password",
          lines: [
            `Somebody asked for a new password for your account at ${service}. If it was you, go on here.`,
            `${once(hours)} A new password signs you out everywhere.`,
          ],
          action: "Choose a new password",
          notes: [
            `The link leads to ${host}. Nobody who helps you ever asks for it, or for your password.`,
            notYou,
          ],
        },
  password_changed: ({ service, byLink }) => ({
    subject: `Your password at ${service} was changed`,
    heading: "Your password was changed",
    lines: [
      byLink
        ? `The password of your account at ${service} was just changed by a link from a mail to this address, and you were signed out everywhere.`
        : `The password of your account at ${service} was just changed by somebody who was signed in and knew the one before. Everywhere else you were signed out.`,
    ],
    notes: [
      byLink
        ? "If it was not you, somebody reads your mail: make your mailbox safe first, then choose another password here, and tell the people who run the service."
        : "If it was not you, ask for a new password where you sign in, which signs out whoever it was, and tell the people who run the service.",
    ],
  }),
  address_proof: ({ service, host, hours }) => ({
    subject: `Confirm your e-mail address at ${service}`,
    heading: "Is this your address?",
    lines: [
      `The account at ${service} with this e-mail address waits for you to confirm that the address is yours.`,
      once(hours),
    ],
    action: "Confirm the address",
    notes: [`The link leads to ${host}.`, notYou],
  }),
  address_change: ({ service, host, address, hours, taken, forgotUrl }) =>
    taken
      ? {
          subject: `This address has an account at ${service} already`,
          heading: "This address has an account already",
          lines: [
            `Somebody who is signed in to another account at ${service} asked to sign in with this e-mail address. An account has it already, so nothing was changed.`,
          ],
          notes: [
            `If it was you: sign in with this address. If you do not know the password, ask for another: ${forgotUrl}`,
            "If it was not you, there is nothing to do.",
          ],
        }
      : {
          subject: `Confirm your new e-mail address at ${service}`,
          heading: "Is this your new address?",
          lines: [
            `Somebody who is signed in at ${service}${address === undefined ? "" : ` as ${address}`} wants to sign in with this e-mail address from now on.`,
            `Until you confirm it, nothing changes. ${once(hours)}`,
          ],
          action: "Confirm the new address",
          notes: [`The link leads to ${host}.`, notYou],
        },
  address_changing: (facts) => ({
    subject: `Another address was asked for at ${facts.service}`,
    heading: "Somebody asked for another address",
    lines: [
      `On ${moment(facts.atMs)} somebody who is signed in to your account at ${facts.service} asked to change its e-mail address${facts.address === undefined ? "" : ` to ${facts.address}`}. A link was mailed there; until it is used, nothing changes.`,
      ...browserNote(facts),
    ],
    action: lookHere,
    notes: [
      "If it was you, there is nothing to do here: the link is in the other mailbox.",
      `If it was not you, ${notYours(facts)} That ends the link as well.`,
    ],
  }),
  address_changed: (facts) => {
    const { service, address, by } = facts;
    const who = by === "person" ? "It was changed on the account's page" : "An administrator changed it";
    return {
      subject: `The address of your account at ${service} was changed`,
      heading: "Another e-mail address",
      lines: [
        address === undefined
          ? `An account at ${service} has this e-mail address from now on. ${who}.`
          : `Your account at ${service} has another e-mail address from now on: ${address}. ${who}, and you were signed out ${by === "person" ? "everywhere else" : "everywhere"}.`,
        ...(by === "person" ? [`That was on ${moment(facts.atMs)}.`, ...browserNote(facts)] : []),
      ],
      notes: ["If you do not know why, ask the people who run the service."],
    };
  },
  factor_added: (facts) => ({
    subject: `${added[facts.what]}: your account at ${facts.service}`,
    heading: added[facts.what],
    lines: [
      `That was on ${moment(facts.atMs)}, for your account at ${facts.service}.`,
      ...(facts.by === "administration" ? ["An administrator did it."] : browserNote(facts)),
    ],
    action: lookHere,
    notes: [
      "If it was you, there is nothing to do.",
      `If it was not you, take it away on the page of your account, and ${notYours(facts)}`,
    ],
  }),
  factor_removed: (facts) => ({
    subject: `${removed[facts.what]}: your account at ${facts.service}`,
    heading: removed[facts.what],
    lines: [
      `That was on ${moment(facts.atMs)}, for your account at ${facts.service}.`,
      ...(facts.by === "administration"
        ? ["An administrator did it, and you were signed out everywhere."]
        : browserNote(facts)),
    ],
    action: lookHere,
    notes: [
      facts.by === "administration"
        ? "If you asked for it, sign in and set a second factor up again."
        : "If it was you, there is nothing to do.",
      `If it was not you, ${notYours(facts)}`,
    ],
  }),
  recovery_code_used: (facts) => ({
    subject: `A recovery code was used: your account at ${facts.service}`,
    heading: "A recovery code was used",
    lines: [
      `On ${moment(facts.atMs)} one of your recovery codes signed somebody in to your account at ${facts.service}. It counts no more.`,
      facts.left === 0
        ? "None is left. Make new ones on the page of your account, under “Second step”."
        : facts.left === 1
          ? "One is left. You can make new ones on the page of your account, under “Second step”."
          : `${facts.left} are left.`,
      ...browserNote(facts),
    ],
    action: lookHere,
    notes: [
      "If it was you, and you lost your phone, set the app up anew on the page of your account.",
      `If it was not you, ${notYours(facts)} Make new recovery codes as well.`,
    ],
  }),
  passkey_copied: (facts) => ({
    subject: `There may be a copy of your passkey: your account at ${facts.service}`,
    heading: "There may be a copy of your passkey",
    lines: [
      `On ${moment(facts.atMs)} a passkey of your account at ${facts.service} counted backwards, as only a second copy of it does.`,
      "It signs nobody in any more, and you were signed out everywhere.",
    ],
    action: lookHere,
    notes: [
      "Sign in with your password and another second factor, or a recovery code; then remove that passkey and add a new one.",
      `If you did not copy it yourself, ${notYours(facts)}`,
    ],
  }),
  account_closed: ({ service }) => ({
    subject: `Your account at ${service} is closed`,
    heading: "Your account is closed",
    lines: [
      `The account at ${service} with this e-mail address was just closed on its own page, by somebody who was signed in there and proved it anew. What was kept of it is erased.`,
    ],
    notes: [
      "If it was not you, tell the people who run the service, and make your mailbox safe. The account cannot be brought back; you may be invited again.",
    ],
  }),
  new_device: (facts) => ({
    subject: `A sign-in from a new device: your account at ${facts.service}`,
    heading: "A sign-in from a new device",
    lines: [
      `On ${moment(facts.atMs)} somebody signed in to your account at ${facts.service} in a browser that had not been used for it before.`,
      ...browserNote(facts),
    ],
    action: lookHere,
    notes: [
      "If it was you, there is nothing to do. You are told once a browser.",
      `If it was not you, ${notYours(facts)}`,
    ],
  }),
} satisfies MailParts & Readonly<Record<string, string | ((facts: MailFacts) => MailSaid)>>;

/** What mails say, in one language: English says which there are. */
export type MailTexts = MailParts &
  Readonly<Record<Exclude<keyof typeof texts, keyof MailParts>, (facts: MailFacts) => MailSaid>>;

/** The mails in English. */
export const englishMail: MailTexts = texts;
