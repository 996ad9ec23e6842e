// Owns what mail says in English. It names nobody by a name that somebody else could have chosen for them.
import type { MailTexts } from "../text_types.ts";

const forHours = (hours: number): string =>
  hours % 24 === 0 && hours > 24 ? `${hours / 24} days` : hours === 1 ? "one hour" : `${hours} hours`;
const once = (hours: number): string => `The link counts for ${forHours(hours)}, and once.`;
const notYou = "If you did not ask for this, leave this mail alone: without the link nothing changes.";

/** English. */
export const englishMail: MailTexts = {
  lang: "en",
  actionHint: "If the button does nothing, copy this address into your browser:",
  help: "Help",
  invitation: ({ service, host, organization, hours }) => ({
    subject:
      organization === undefined ? `Your account at ${service}` : `${organization} invites you to ${service}`,
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
  }),
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
  password_changed: ({ service }) => ({
    subject: `Your password at ${service} was changed`,
    heading: "Your password was changed",
    lines: [
      `The password of your account at ${service} was just changed by a link from a mail to this address, and you were signed out everywhere.`,
    ],
    notes: [
      "If it was not you, somebody reads your mail: make your mailbox safe first, then choose another password here, and tell the people who run the service.",
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
  address_changed: ({ service, address }) => ({
    subject: `The address of your account at ${service} was changed`,
    heading: "Another e-mail address",
    lines: [
      address === undefined
        ? `An account at ${service} has this e-mail address from now on. An administrator changed it.`
        : `Your account at ${service} has another e-mail address from now on: ${address}. An administrator changed it, and you were signed out everywhere.`,
    ],
    notes: ["If you do not know why, ask the people who run the service."],
  }),
};
