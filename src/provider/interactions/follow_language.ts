// Owns that a sign-in speaks as the person does, once it is known who they are: not before a proof, for an address alone must not tell
// what its account holds.
import type { Database } from "../../db/connect.ts";
import { readLanguage, saveAccountLanguage } from "../accounts/account_language_store.ts";
import { followPerson, type LanguagePlace } from "../edge/page_language.ts";

/**
 * Has the pages that follow speak the language that is kept for the person, or keeps for them what they chose in this sign-in.
 * @param person who has proven to be it, and the language as it is kept
 */
export async function followLanguage(
  { db }: { db: Database },
  place: LanguagePlace,
  { id, language }: { id: string; language: string | null },
): Promise<void> {
  const chosen = followPerson(place, readLanguage(language));
  if (chosen !== undefined) await saveAccountLanguage(db, id, chosen);
}
