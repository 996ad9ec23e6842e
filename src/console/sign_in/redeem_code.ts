// Owns redeeming the code of a sign-in to the console. The console is the provider's own relying party in the same process: it
// asks the store what the code stands for, by the checks of RFC 6749 section 4.1.3 and RFC 7636 section 4.6, and makes no
// token of it.
import type { Database } from "../../db/connect.ts";
import {
  codeChallengeOf,
  consoleCallbackPath,
  consoleClientId,
} from "../../provider/clients/console_client.ts";
import { findRecord } from "../../provider/storage/record_reader_store.ts";
import { consumeRecord } from "../../provider/storage/record_store.ts";

/** A code as the browser brings it, and what the browser kept to prove that it asked for it. */
export interface PresentedCode {
  code: string;
  verifier: string;
}

/** What a code stands for. */
export interface CodeMeaning {
  accountId: string;
  sessionUid: string;
}

/**
 * Says what a code stands for, without using it.
 * @param adminUrl the console's origin
 * @returns undefined for a code that is unknown, used, expired, another client's, or of another browser
 */
export async function readCode(
  db: Database,
  { code, verifier }: PresentedCode,
  { adminUrl, nowMs }: { adminUrl: string; nowMs: number },
): Promise<CodeMeaning | undefined> {
  const found = await findRecord(db, "AuthorizationCode", code);
  if (found === undefined || found.clientId !== consoleClientId || found.consumed !== undefined)
    return undefined;
  if ((found.exp ?? 0) * 1000 <= nowMs) return undefined;
  if (found.redirectUri !== `${adminUrl}${consoleCallbackPath}`) return undefined;
  if (found.codeChallengeMethod !== "S256" || found.codeChallenge !== codeChallengeOf(verifier))
    return undefined;
  const { accountId, sessionUid } = found;
  return accountId === undefined || sessionUid === undefined ? undefined : { accountId, sessionUid };
}

/** Uses a code up. Of any number of callers one gets true. */
export function useCode(db: Database, code: string, nowMs: number): Promise<boolean> {
  return consumeRecord(db, "AuthorizationCode", code, nowMs);
}
