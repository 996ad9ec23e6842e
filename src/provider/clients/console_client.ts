// Owns the relying party behind /console on the admin port: a client of our own, whose one address is the admin
// port's. Its codes are redeemed by the console itself (src/console), at no token endpoint, and name no tenant.
import { createHash } from "node:crypto";
import type { ClientMetadata } from "oidc-provider";
import { grantTypes, personScope } from "../../grants_and_scopes.ts";
import { acrOfLevel, type FactorDemand } from "../../login_levels.ts";

/** Its client id; no other client can be registered under it. */
export const consoleClientId = "tti-console";

/** Where a sign-in comes back to, below the admin port's address. */
export const consoleCallbackPath = "/console/callback";

/** Where signing out ends, below the admin port's address. */
export const consoleSignedOutPath = "/console/signed-out";

/** Seconds for which a password typed into the provider's login page opens the console. */
export const consoleLoginSeconds = 12 * 3_600;

/** Its metadata. */
export function consoleClient(adminUrl: string): ClientMetadata {
  return {
    client_id: consoleClientId,
    client_name: "Console",
    token_endpoint_auth_method: "none",
    grant_types: [grantTypes.authorizationCode],
    response_types: ["code"],
    redirect_uris: [`${adminUrl}${consoleCallbackPath}`],
    post_logout_redirect_uris: [`${adminUrl}${consoleSignedOutPath}`],
    scope: personScope.openid,
    first_party: true,
  };
}

/** What a sign-in to the console carries. */
export interface ConsoleSignIn {
  /** Comes back with the answer. */
  state: string;
  /** Kept by the browser that begins (RFC 7636). */
  verifier: string;
  /** Ask for the password even of who is signed in. */
  again?: boolean;
  /** Whether two factors are asked for; `optional`: those that the person has. */
  factor: FactorDemand;
}

/** The authorization request that signs an administrator in and comes back to the console. */
export function consoleSignInUrl(
  { issuer, adminUrl }: { issuer: string; adminUrl: string },
  { state, verifier, again = false, factor }: ConsoleSignIn,
): string {
  const url = new URL("/auth", issuer);
  url.search = new URLSearchParams({
    client_id: consoleClientId,
    response_type: "code",
    scope: personScope.openid,
    redirect_uri: `${adminUrl}${consoleCallbackPath}`,
    state,
    code_challenge: codeChallengeOf(verifier),
    code_challenge_method: "S256",
    max_age: String(consoleLoginSeconds),
    ...(again ? { prompt: "login" } : {}),
    ...(factor === "required" ? { acr_values: acrOfLevel.mfa } : {}),
  }).toString();
  return url.href;
}

/** The challenge of a verifier (RFC 7636 section 4.2). */
export function codeChallengeOf(verifier: string): string {
  return createHash("sha256").update(verifier).digest("base64url");
}

/** Where signing out of the provider begins, to end at the console. */
export function consoleSignOutUrl({ issuer, adminUrl }: { issuer: string; adminUrl: string }): string {
  const url = new URL("/session/end", issuer);
  url.searchParams.set("client_id", consoleClientId);
  url.searchParams.set("post_logout_redirect_uri", `${adminUrl}${consoleSignedOutPath}`);
  return url.href;
}
