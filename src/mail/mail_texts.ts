// Owns in which languages mail is written. A language is one file of texts/, listed here.
import type { MailWords } from "../views/mail.ts";
import type { MailKind } from "./mail_kinds.ts";
import type { MailFacts, MailTexts } from "./text_types.ts";
import { englishMail } from "./texts/en.ts";

/** The words of a mail. */
export function mailWords(kind: MailKind, facts: MailFacts, texts: MailTexts = englishMail): MailWords {
  const { lang, actionHint, help } = texts;
  return { lang, actionHint, help, ...texts[kind](facts) };
}
