// Owns keeping the language that somebody chose who is signed in: it is theirs, wherever they sign in next.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { InstallationPart } from "../../installation.ts";
import type { Language } from "../../views/words/languages.ts";
import { saveAccountLanguage } from "../accounts/account_language_store.ts";
import type { ProviderHost } from "../library/provider_host.ts";
import { findSignedIn } from "./signed_in.ts";

/** Makes what keeps it; of a browser in which nobody is signed in it keeps nothing. */
export function createLanguageKeeper(
  deps: InstallationPart<"db" | "clock" | "requireVerifiedDomain"> & { host: ProviderHost },
): (request: IncomingMessage, response: ServerResponse, language: Language) => Promise<void> {
  return async (request, response, language) => {
    const person = await findSignedIn(deps, request, response);
    if (person !== undefined) await saveAccountLanguage(deps.db, person.account.id, language);
  };
}
