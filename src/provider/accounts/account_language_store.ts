// Owns in which language a person is spoken to, as they chose it last.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { isLanguage, type Language } from "../../views/words/languages.ts";

/** The language a person chose last; undefined: none, or one that is spoken here no longer. */
export async function findAccountLanguage(db: Database, accountId: string): Promise<Language | undefined> {
  const [row] = await runStatement<{ language: string | null }>(
    db,
    "account_language",
    "select language from accounts where id = ?",
    [accountId],
  );
  return readLanguage(row?.language ?? null);
}

/** A language as it is kept; undefined: none, or one that is spoken here no longer. */
export function readLanguage(language: string | null): Language | undefined {
  return language !== null && isLanguage(language) ? language : undefined;
}

/** Keeps the language a person chose. */
export async function saveAccountLanguage(
  db: Database,
  accountId: string,
  language: Language,
): Promise<void> {
  await runStatement(
    db,
    "account_language_save",
    "update accounts set language = ? where id = ? returning id",
    [language, accountId],
  );
}
