// Owns which language persons' pages speak in one browser: what the person chose in the midst of a sign-in, what the
// application asked for in it, what is kept for whoever signed in, what was chosen here before, what the browser likes. The cookies hold the code of a language
// and decide nothing else; they are needed for what was asked for, and nobody is recognized by them.
import type { KoaContextWithOIDC } from "oidc-provider";
import { firstLanguage, preferredLanguage } from "../../input/language_tags.ts";
import { speak } from "../../views/frame.ts";
import { defaultLanguage, isLanguage, type Language, languages } from "../../views/words/languages.ts";

/** A browser's request, and the issuer that says how cookies are kept. */
export interface LanguagePlace {
  cookies: KoaContextWithOIDC["cookies"];
  issuer: string;
}

/** How long a choice is kept, in milliseconds. */
const chosenForMs = 365 * 86_400_000;
/** How long a sign-in lasts at most, in milliseconds. */
const signInMs = 3_600_000;

/** Behind a choice that was kept for somebody. */
const takenMark = ".kept";

const interactionsPath = "/interaction";

// Over https the prefix keeps neighbouring hosts from setting it (RFC 6265bis section 4.1.3); no cookie with a path may have it.
const chosenName = (issuer: string) => `${issuer.startsWith("https:") ? "__Host-" : ""}tti_language`;
// For every page of sign-ins under way: an authorization request goes through several interactions.
const chosenHereName = (issuer: string) =>
  `${issuer.startsWith("https:") ? "__Secure-" : ""}tti_chosen_language`;
// For one interaction, so that its page tells it is over in the same language.
const askedName = (issuer: string) => `${issuer.startsWith("https:") ? "__Secure-" : ""}tti_asked_language`;

/**
 * The language of a request's pages.
 * @param uiLocales parameter of a request that shows a page itself
 * @param acceptLanguage the header, empty where there is none
 */
export function languageOf(
  place: LanguagePlace,
  { uiLocales, acceptLanguage }: { uiLocales: unknown; acceptLanguage: string },
): Language {
  return (
    readSettled(place) ??
    (typeof uiLocales === "string" ? firstLanguage(uiLocales, languages) : undefined) ??
    readChosen(place)?.language ??
    preferredLanguage(acceptLanguage, languages) ??
    defaultLanguage
  );
}

/**
 * Settles the language of a sign-in, for all its pages, Back and errors among them.
 * @param uiLocales what the application asked for
 * @param acceptLanguage as above
 * @returns the language of this page
 */
export function settleSignInLanguage(
  place: LanguagePlace,
  { uid, uiLocales, acceptLanguage }: { uid: string; uiLocales: string | undefined; acceptLanguage: string },
): Language {
  const settled = readSettled(place);
  if (settled !== undefined) return settled;
  const asked = firstLanguage(uiLocales ?? "", languages);
  const chosen = readChosen(place);
  if (asked !== undefined) {
    keepForSignIn(place, askedName, `${interactionsPath}/${uid}`, asked);
    // Pages beside the sign-in, such as the one for a forgotten password, follow it, unless the person has chosen.
    if (chosen === undefined || !chosen.byPerson) keep(place, `${asked}.asked`, signInMs);
    return asked;
  }
  if (chosen !== undefined && !chosen.byPerson) {
    place.cookies.set(chosenName(place.issuer), null, attributesAt(place.issuer, "/"));
    return preferredLanguage(acceptLanguage, languages) ?? defaultLanguage;
  }
  return chosen?.language ?? preferredLanguage(acceptLanguage, languages) ?? defaultLanguage;
}

/**
 * Keeps what a person chose.
 * @param path of the page they chose it on: a sign-in follows them, whatever its application asked for
 */
export function keepChosenLanguage(place: LanguagePlace, language: Language, path: string): void {
  keep(place, language, chosenForMs);
  if (path.startsWith(`${interactionsPath}/`))
    keepForSignIn(place, chosenHereName, interactionsPath, language);
}

/**
 * Has the pages of this browser follow a person who was just recognized: where neither they nor the application said otherwise in this
 * sign-in, it goes on in the language that is kept for them, and so does what follows it.
 * @param kept the language that is kept for them
 * @returns what they chose in this sign-in, to be kept for them; undefined: nothing, or what is kept
 */
export function followPerson(place: LanguagePlace, kept: Language | undefined): Language | undefined {
  const chosen = readChosenHere(place);
  if (chosen?.taken === false) {
    // Of one person: the next who signs in at this browser has chosen nothing by it.
    keepForSignIn(place, chosenHereName, interactionsPath, `${chosen.language}${takenMark}`);
    return chosen.language === kept ? undefined : chosen.language;
  }
  if (kept === undefined || readAsked(place) !== undefined) return undefined;
  keep(place, kept, chosenForMs);
  if (chosen !== undefined) keepForSignIn(place, chosenHereName, interactionsPath, `${kept}${takenMark}`);
  speak(kept);
  return undefined;
}

const readSettled = (place: LanguagePlace): Language | undefined =>
  readChosenHere(place)?.language ?? readAsked(place);

// `taken`: it was kept for the person who chose it.
function readChosenHere({
  cookies,
  issuer,
}: LanguagePlace): { language: Language; taken: boolean } | undefined {
  const value = cookies.get(chosenHereName(issuer), { signed: false });
  const taken = value?.endsWith(takenMark) === true;
  const language = taken ? value?.slice(0, -takenMark.length) : value;
  return isLanguage(language) ? { language, taken } : undefined;
}

function readAsked({ cookies, issuer }: LanguagePlace): Language | undefined {
  const language = cookies.get(askedName(issuer), { signed: false });
  return isLanguage(language) ? language : undefined;
}

function readChosen({
  cookies,
  issuer,
}: LanguagePlace): { language: Language; byPerson: boolean } | undefined {
  const [language, how] = cookies.get(chosenName(issuer), { signed: false })?.split(".") ?? [];
  return isLanguage(language) ? { language, byPerson: how === undefined } : undefined;
}

function keep({ cookies, issuer }: LanguagePlace, value: string, maxAge: number): void {
  cookies.set(chosenName(issuer), value, { ...attributesAt(issuer, "/"), maxAge });
}

function keepForSignIn(
  { cookies, issuer }: LanguagePlace,
  nameOf: (issuer: string) => string,
  path: string,
  language: Language,
): void {
  cookies.set(nameOf(issuer), language, { ...attributesAt(issuer, path), maxAge: signInMs });
}

function attributesAt(issuer: string, path: string) {
  const secure = issuer.startsWith("https:");
  return { signed: false, httpOnly: true, sameSite: "lax", secure, path, overwrite: true } as const;
}
