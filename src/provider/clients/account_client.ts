// Owns the relying party behind /account: a client of our own that only ever brings the person through the
// sign-in. Nobody keeps the verifier of its codes, and they make no token (own_clients.ts).
import { createHash, randomBytes } from "node:crypto";
import type { ClientMetadata } from "oidc-provider";
import { grantTypes, personScope } from "../../grants_and_scopes.ts";
import { acrOfLevel, type LoginLevel } from "../../login_levels.ts";

/** Its client id; no other client can be registered under it. */
export const accountClientId = "tti-account";

/** Where it is sent back to, below the issuer. */
export const accountReturnPath = "/account/signed-in";

/** Where signing out ends, below the issuer. */
export const accountSignedOutPath = "/account/signed-out";

/** Where somebody arrives who was asked and stays signed in, below the issuer. */
export const accountStayedPath = "/account/still-signed-in";

/** Its metadata. */
export function accountClient(issuer: string): ClientMetadata {
  return {
    client_id: accountClientId,
    client_name: "Your account",
    token_endpoint_auth_method: "none",
    grant_types: [grantTypes.authorizationCode],
    response_types: ["code"],
    redirect_uris: [`${issuer}${accountReturnPath}`],
    post_logout_redirect_uris: [`${issuer}${accountSignedOutPath}`],
    scope: personScope.openid,
    first_party: true,
  };
}

/**
 * The authorization request that signs a person in and comes back.
 * @param page whose name goes along as the state; which pages may be gone on to is decided where it comes back
 *   (self_service/account_tabs.ts)
 * @param options.level how much the login has to prove
 * @param options.anew whoever is signed in proves themselves once more (OpenID Connect Core 1.0 section 3.1.2.1)
 */
export function accountSignInUrl(
  issuer: string,
  page = "account",
  options: { anew?: boolean; level?: LoginLevel } = {},
): string {
  const url = new URL("/auth", issuer);
  url.search = new URLSearchParams({
    client_id: accountClientId,
    response_type: "code",
    scope: personScope.openid,
    redirect_uri: `${issuer}${accountReturnPath}`,
    code_challenge: createHash("sha256").update(randomBytes(32)).digest("base64url"),
    code_challenge_method: "S256",
    state: page,
    ...(options.anew === true ? { prompt: "login" } : {}),
    ...(options.level === undefined ? {} : { acr_values: acrOfLevel[options.level] }),
  }).toString();
  return url.href;
}

/** Where signing out begins. */
export function accountSignOutUrl(issuer: string): string {
  const url = new URL("/session/end", issuer);
  url.searchParams.set("client_id", accountClientId);
  url.searchParams.set("post_logout_redirect_uri", `${issuer}${accountSignedOutPath}`);
  return url.href;
}
