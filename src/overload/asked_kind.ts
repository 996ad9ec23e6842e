// Owns of which kind a request to the public port is, for who goes first when not all can be served: keys, health and style
// sheets always; then programs that ask for tokens; then people. Pure.

/** What is asked, where it may have to wait. */
export type AskedKind = "tokens" | "searches" | "logins" | "pages";

const always = /^\/(?:health|assets)(?:\/|$)|^\/jwks$|^\/\.well-known\//;
const programs = /^\/(?:token(?:\/.*)?|me|request|device-authorization)$|^\/v1(?:\/|$)/i;
const searches = /^\/v1\/tenants\/([^/?]+)\/search(?:\?|$)/i;
// Whose forms bring a password that is hashed (provider/accounts/passwords.ts).
const passwordForms = /^\/interaction\/[^/]+\/login$|^\/account\/(?:password|link)(?:\/|$)/;

/**
 * Tells the kind of a request.
 * @returns undefined for what never waits: it costs next to nothing, and others live by it
 */
export function kindOf(method: string, path: string): AskedKind | undefined {
  if (always.test(path)) return undefined;
  if (method === "POST" && searches.test(path)) return "searches";
  if (programs.test(path)) return "tokens";
  return method === "POST" && passwordForms.test(path) ? "logins" : "pages";
}

/**
 * Tells whether a program asks for tokens by itself, for back ends at work: a code is redeemed as the last step of somebody's sign-in.
 * @param body the form
 */
export const isOfProgramAlone = (path: string, body: string): boolean =>
  path === "/token" && !/(?:^|&)grant_type=authorization_code(?:&|$)/.test(body);

/** The tenant that a search names; as it is written there, and of no right. */
export const searchedTenantOf = (path: string): string => (searches.exec(path)?.[1] ?? "").slice(0, 200);
