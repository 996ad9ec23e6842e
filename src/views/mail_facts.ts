// Owns what the texts of mails are written with, in every language.
import type { MailWords } from "./mail.ts";

/** What a notice of second factors is about: `what` of the details. `second factors`: all there were. */
export const factorThings = ["passkey", "authenticator app", "recovery codes", "second factors"] as const;
export type FactorThing = (typeof factorThings)[number];

/** What the texts of mails may say. */
export interface MailFacts {
  /** Whose service it is. */
  service: string;
  /** The host of its pages. */
  host: string;
  /** The organization somebody is invited to, or whose people vouch for something. */
  organization?: string | undefined;
  /** The address a thing is about, where it is not the one the mail goes to. */
  address?: string | undefined;
  /** When what the mail tells of happened, in UTC; epoch milliseconds. */
  atMs: number;
  /** With which browser, roughly: a name of a closed list, never what a request says. Absent: it is not known. */
  browser?: string | undefined;
  /** Who did it: the person, or somebody who administers. */
  by: "person" | "administration";
  /** Whether a password was set by a link from a mail; else by the one before, on the account's page. */
  byLink: boolean;
  /** What a notice of second factors is about. */
  what: FactorThing;
  /** How many recovery codes are left after one was used. */
  left: number;
  /** Where a new password is asked for. */
  forgotUrl: string;
  /** How long the link counts, in hours. */
  hours: number;
  /** For whom the link was not made: the person administers the service, whose passwords owners set. */
  administrator: boolean;
  /** For which the link was not made: the new address has an account already. */
  taken: boolean;
  /** For which an invitation has no link of its own: the person has an account already. */
  joined: boolean;
}

/** What one mail says. */
export type MailSaid = Omit<MailWords, "lang" | "actionHint" | "help">;

/** What all mails have in common. */
export type MailParts = Readonly<Pick<MailWords, "actionHint" | "help">>;
