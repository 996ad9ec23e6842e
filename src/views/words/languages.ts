// Owns in which languages persons' pages are written: a language is one value of this type, listed here once. English says
// which words there are; one that another language lacks, or has too many, does not compile.
import { german } from "./de/german.ts";
import { english } from "./en/english.ts";

/** Every text of persons' pages, in one language. What depends on something is a function of it. */
export type Words = typeof english;

/** The languages, each by its code (BCP 47), with the name its speakers give it. The first is spoken where none is known. */
const spoken = {
  en: { name: "English", words: english },
  de: { name: "Deutsch", words: german },
} as const satisfies Record<string, { name: string; words: Words }>;

/** The code of a language. */
export type Language = keyof typeof spoken;

/** The codes of all languages, the one of last resort first. */
export const languages = Object.keys(spoken) as readonly Language[];

/** The language where nothing else is known. */
export const defaultLanguage: Language = "en";

/** Whether a text is the code of a language. */
export function isLanguage(text: string | undefined): text is Language {
  return text !== undefined && Object.hasOwn(spoken, text);
}

/** The words of a language. */
export function wordsIn(language: Language): Words {
  return spoken[language].words;
}

/** What speakers of a language call it. */
export function nameOfLanguage(language: Language): string {
  return spoken[language].name;
}
