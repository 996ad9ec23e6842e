// Owns how much a login has proven, by one name each: what applications ask for (`acr_values`), what tokens say (`acr`),
// what a tenant may require, and how it follows from what was done (`amr`). Pure.

/**
 * The levels, the least first. `pwd`: one thing, such as a password. `mfa`: two. `phr`: two, of which what is done on a page
 * that only looks like this one opens nothing here (a passkey).
 */
export const loginLevels = ["pwd", "mfa", "phr"] as const;
export type LoginLevel = (typeof loginLevels)[number];

/**
 * The classes of logins, by level (OpenID Connect Core 1.0 section 2, `acr`). `phr` is the name that OpenID Connect
 * Extended Authentication Profile ACR Values 1.0 gives to what withstands phishing.
 */
export const acrOfLevel = {
  pwd: "urn:tti:acr:pwd",
  mfa: "urn:tti:acr:mfa",
  phr: "phr",
} as const satisfies Record<LoginLevel, string>;

/** What discovery lists as `acr_values_supported`. */
export const acrValues: readonly string[] = Object.values(acrOfLevel);

/**
 * How a passkey proves a person (RFC 8176, and `pop` of OpenID's EAP ACR values): by a key that the device holds, of which nobody
 * says whether hardware guards it, after the device made sure of the person.
 */
export const passkeyAmr = ["pop", "user", "mfa"] as const;

// A key whose use was proven: in hardware, in software (RFC 8176), or who knows (`pop` of OpenID's EAP ACR values).
const keys = ["hwk", "swk", "pop"];

/**
 * How much a login has proven, by what was done for it. The same for a login here and for one that a customer's login page
 * vouched for: whoever vouches says `mfa` (RFC 8176) where there were two factors.
 */
export function levelOfAmr(amr: readonly string[]): LoginLevel {
  if (!amr.includes("mfa")) return "pwd";
  return keys.some((key) => amr.includes(key)) ? "phr" : "mfa";
}

/** Whether a login is enough. */
export function reaches(level: LoginLevel, wanted: LoginLevel): boolean {
  return loginLevels.indexOf(level) >= loginLevels.indexOf(wanted);
}

/** The larger of some levels; `pwd` of none. */
export function highestLevel(levels: readonly LoginLevel[]): LoginLevel {
  return levels.reduce<LoginLevel>((high, one) => (reaches(one, high) ? one : high), "pwd");
}

/** The level as a number, as it is stored: larger is more. */
export const numberOfLevel = (level: LoginLevel): number => loginLevels.indexOf(level);

/** Reads a stored number; one that cannot be read says the least. */
export const levelOfNumber = (stored: number): LoginLevel => loginLevels[stored] ?? "pwd";

/**
 * The level that an application asks for. Any of the classes it names will do, so it is the least of those known here; names
 * that are not known ask for nothing (OpenID Connect Core 1.0 section 3.1.2.1).
 * @param text `acr_values`: names with spaces between
 */
export function levelAskedFor(text: string | undefined): LoginLevel {
  const asked = (text ?? "").split(" ");
  return loginLevels.find((level) => asked.includes(acrOfLevel[level])) ?? "pwd";
}

/** Whether a door of the service itself, the console or the portal, demands two factors of who signs in here. */
export const factorDemands = ["required", "optional"] as const;
export type FactorDemand = (typeof factorDemands)[number];

/** What a tenant may require of whoever enters it. */
export const requiredFactors = ["none", "any", "passkey"] as const;
export type RequiredFactor = (typeof requiredFactors)[number];

/** The level that a requirement asks for. */
export const levelRequired = { none: "pwd", any: "mfa", passkey: "phr" } as const satisfies Record<
  RequiredFactor,
  LoginLevel
>;

/** Reads a stored requirement; one that cannot be read asks for the most. */
export function readRequiredFactor(stored: string): RequiredFactor {
  return requiredFactors.find((one) => one === stored) ?? "passkey";
}
