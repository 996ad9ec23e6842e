// Owns in which languages mail is written. A language is one file of texts/, listed here; one of the pages' languages that is not
// does not compile.
import type { MailWords } from "../views/mail.ts";
import { defaultLanguage, isLanguage, type Language } from "../views/words/languages.ts";
import type { MailKind } from "./mail_kinds.ts";
import type { MailFacts, MailTexts } from "./text_types.ts";
import { germanMail } from "./texts/de.ts";
import { englishMail } from "./texts/en.ts";

const texts: Readonly<Record<Language, MailTexts>> = { en: englishMail, de: germanMail };

/**
 * The words of a mail.
 * @param language code of the reader's, as the mail's details have it; anything unknown is English
 */
export function mailWords(kind: MailKind, facts: MailFacts, language: string | undefined): MailWords {
  const { lang, actionHint, help, ...kinds } = texts[isLanguage(language) ? language : defaultLanguage];
  return { lang, actionHint, help, ...kinds[kind](facts) };
}
