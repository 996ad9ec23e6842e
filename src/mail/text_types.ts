// Owns what the texts of mails are written with, in every language.
import type { MailWords } from "../views/mail.ts";
import type { MailKind } from "./mail_kinds.ts";

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
  /** How long the link counts, in hours. */
  hours: number;
  /** For whom the link was not made: the person administers the service, whose passwords owners set. */
  administrator: boolean;
}

/** The texts of a language. */
export type MailTexts = { readonly lang: string } & Readonly<
  Record<MailKind, (facts: MailFacts) => Omit<MailWords, "lang" | "actionHint" | "help">>
> &
  Readonly<Pick<MailWords, "actionHint" | "help">>;
