// Owns what a language is made of: what its speakers call it, and every word of persons' pages and of mails. English says which
// words there are; one that another language lacks, or has too many, does not compile.
import type { english } from "./en/english.ts";
import type { MailTexts } from "./en/mails.ts";

/** Every text of persons' pages, in one language. What depends on something is a function of it. */
export type Words = typeof english;

/** A language: what a file of `spoken/` exports as `language`; the file's name is its code (BCP 47). */
export interface SpokenLanguage {
  /** What its speakers call it. */
  readonly name: string;
  /** What pages say. */
  readonly words: Words;
  /** What mails say. */
  readonly mails: MailTexts;
}
