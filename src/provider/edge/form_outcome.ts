// Owns what a posted form leaves behind for the page that follows it (post, redirect, get): going back or reloading
// never sends a form again. It waits in a cookie of this browser, not in the address or the store: a refusal writes
// nothing there, and each sign-in has its own, so that two tabs do not meet. It holds codes and what was typed, never
// a password and never words, and decides nothing: whoever plants one makes a page say a sentence of ours.
import type { KoaContextWithOIDC } from "oidc-provider";
import { parseJson } from "../../input/json_text.ts";

/** What became of a form: short texts by name. */
export type FormOutcome = Readonly<Record<string, string | undefined>>;

/** Where outcomes are kept: the browser's cookies, and the issuer that says how. */
export interface OutcomePlace {
  cookies: KoaContextWithOIDC["cookies"];
  issuer: string;
}

/** How long an outcome waits for its page, in milliseconds. */
export const outcomeMs = 300_000;

/** Longer texts are left out: no address that can sign in is longer (RFC 5321 section 4.5.3.1.3). */
const mostCharacters = 254;

/**
 * Name of a form's cookie; over https its prefix keeps neighbouring hosts from setting it (RFC 6265bis 4.1.3).
 * @param form `account`, or the interaction's uid
 */
export function outcomeCookieName(issuer: string, form: string): string {
  return `${issuer.startsWith("https:") ? "__Host-" : ""}tti_outcome_${form}`;
}

/** Leaves an outcome for the page that comes next. */
export function leaveOutcome({ cookies, issuer }: OutcomePlace, form: string, outcome: FormOutcome): void {
  const kept = Object.entries(outcome).filter(([, text]) => (text?.length ?? 0) <= mostCharacters);
  const value = Buffer.from(JSON.stringify(Object.fromEntries(kept))).toString("base64url");
  cookies.set(outcomeCookieName(issuer, form), value, { ...attributesAt(issuer), maxAge: outcomeMs });
}

/** Reads what was left, without taking it: it stays until it is too old. */
export function readOutcome({ cookies, issuer }: OutcomePlace, form: string): FormOutcome | undefined {
  const value = cookies.get(outcomeCookieName(issuer, form), { signed: false });
  return value === undefined ? undefined : read(value);
}

/**
 * Takes the outcome of a form; it is told once.
 * @returns undefined if there is none, or none that can be read
 */
export function takeOutcome({ cookies, issuer }: OutcomePlace, form: string): FormOutcome | undefined {
  const name = outcomeCookieName(issuer, form);
  const value = cookies.get(name, { signed: false });
  if (value === undefined) return undefined;
  cookies.set(name, null, attributesAt(issuer));
  return read(value);
}

function attributesAt(issuer: string) {
  const secure = issuer.startsWith("https:");
  return { signed: false, httpOnly: true, sameSite: "lax", secure, path: "/", overwrite: true } as const;
}

function read(value: string): FormOutcome | undefined {
  try {
    const found = parseJson(Buffer.from(value, "base64url"));
    if (typeof found !== "object" || found === null || Array.isArray(found)) return undefined;
    const texts = Object.entries(found).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string" && entry[1].length <= mostCharacters,
    );
    return Object.fromEntries(texts);
  } catch {
    return undefined;
  }
}
