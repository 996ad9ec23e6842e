// Owns in which languages persons' pages and mails are written: each is a file of `spoken/`, found there when the process starts.
import { readdirSync } from "node:fs";
import type { MailTexts } from "./en/mails.ts";
import type { SpokenLanguage, Words } from "./language.ts";

/** The code of a language that is spoken here. Which there are is known when the process has started. */
export type Language = string;

/** The language where nothing else is known. */
export const defaultLanguage: Language = "en";

/**
 * Reads the languages of a folder, a file each.
 * @returns by their codes, the one of last resort first, then in the order of their codes
 * @throws Error for a file that is no language, or where the one of last resort is missing
 */
export async function readLanguages(folder: URL): Promise<ReadonlyMap<string, SpokenLanguage>> {
  const files = readdirSync(folder).flatMap((file) => {
    const code = /^([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\.[jt]s$/.exec(file)?.[1];
    return code === undefined ? [] : [{ code, file }];
  });
  files.sort(({ code: one }, { code: other }) => (one < other ? -1 : 1));
  const read = new Map<string, SpokenLanguage>();
  for (const { code, file } of [
    ...files.filter(({ code }) => code === defaultLanguage),
    ...files.filter(({ code }) => code !== defaultLanguage),
  ]) {
    const { language }: { language?: SpokenLanguage } = await import(new URL(file, folder).href);
    if (language === undefined) throw new Error(`${file} exports no language`);
    read.set(code, language);
  }
  if (!read.has(defaultLanguage)) throw new Error(`there is no ${defaultLanguage} in ${folder.href}`);
  return read;
}

const spoken = await readLanguages(new URL("./spoken/", import.meta.url));

/** The codes of all languages, the one of last resort first. */
export const languages = [...spoken.keys()] as readonly Language[];

/** Whether a text is the code of a language. */
export function isLanguage(text: string | undefined): text is Language {
  return text !== undefined && spoken.has(text);
}

const get = (language: Language): SpokenLanguage => {
  const found = spoken.get(language);
  if (found === undefined) throw new Error(`there is no language ${language}`);
  return found;
};

/** The words of a language. */
export function wordsIn(language: Language): Words {
  return get(language).words;
}

/** What mails say in a language. */
export function mailsIn(language: Language): MailTexts {
  return get(language).mails;
}

/** What speakers of a language call it. */
export function nameOfLanguage(language: Language): string {
  return get(language).name;
}
