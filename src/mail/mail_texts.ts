// Owns the words of a mail by its kind. Each language has them where it has those of pages (views/words/); a kind that they lack
// does not compile.
import type { MailWords } from "../views/mail.ts";
import type { MailFacts, MailSaid } from "../views/mail_facts.ts";
import { defaultLanguage, isLanguage, mailsIn } from "../views/words/languages.ts";
import type { MailKind } from "./mail_kinds.ts";

/**
 * The words of a mail.
 * @param language code of the reader's, as the mail's details have it; anything unknown is English
 */
export function mailWords(kind: MailKind, facts: MailFacts, language: string | undefined): MailWords {
  const lang = isLanguage(language) ? language : defaultLanguage;
  const { actionHint, help, ...kinds } = mailsIn(lang);
  const said: Readonly<Record<MailKind, (facts: MailFacts) => MailSaid>> = kinds;
  return { lang, actionHint, help, ...said[kind](facts) };
}
