// Owns the small decisions that configuration.ts names, each a function of the request and the client.
import { type Client, type ClientMetadata, errors, type KoaContextWithOIDC } from "oidc-provider";
import { grantTypes, personScope } from "../../grants_and_scopes.ts";
import { uriOf } from "../../input/web_address.ts";
import { lifeMember, longestLife, shortestLifeSeconds } from "../clients/lifetimes.ts";
import { isLoopbackHttp, isPrivateUseScheme } from "../clients/redirect_uris.ts";

/**
 * Lifetimes in seconds. A refresh family ends with its grant, however often it rotates. How long a session lasts is
 * settings/sessions.ts.
 */
export const ttlSeconds = {
  authorizationCode: 60,
  deviceCode: 600,
  accessToken: longestLife.accessToken,
  backEndToken: 600,
  interaction: 1_800,
  refreshToken: longestLife.refreshToken,
  grant: 30 * 86_400,
} as const;

/** Longest life a client assertion may claim, in seconds: the record of its use is kept as long. */
export const longestAssertionSeconds = 600;

/**
 * PKCE is required, unless a confidential client was registered without it, because certified clients that
 * predate it send none. A public client never is.
 */
export function requiresPkce(client: Client): boolean {
  return !(client["require_pkce"] === false && client.clientAuthMethod !== "none");
}

const booleanMembers = ["first_party", "require_pkce", "rotate_refresh_token"];

/**
 * Refuses a stored client whose own members have the wrong type, or that would be sent codes in clear text over
 * a network (RFC 9700 section 4.1.1; native applications as RFC 8252 sections 7.1 and 7.3 have it).
 * @param metadata the client's metadata under its wire names
 * @throws InvalidClientMetadata
 */
export function assertClientMetadata(key: string, value: unknown, metadata: ClientMetadata): void {
  if (booleanMembers.includes(key) && value !== undefined && typeof value !== "boolean") {
    throw new errors.InvalidClientMetadata(`${key} must be a boolean`);
  }
  const isLife = Object.values<string>(lifeMember).includes(key);
  if (isLife && value !== undefined && !(Number.isInteger(value) && Number(value) >= shortestLifeSeconds)) {
    throw new errors.InvalidClientMetadata(`${key} must be seconds, ${shortestLifeSeconds} or more`);
  }
  const isPublic = metadata.token_endpoint_auth_method === "none";
  if (isPublic && metadata["rotate_refresh_token"] === false) {
    throw new errors.InvalidClientMetadata("rotate_refresh_token must be true for a public client");
  }
  const native = metadata.application_type === "native" && isPublic;
  for (const uri of [...(metadata.redirect_uris ?? []), ...(metadata.post_logout_redirect_uris ?? [])]) {
    const url = uriOf(uri);
    if (url === undefined || url.protocol === "https:" || isLoopbackHttp(url)) continue;
    if (native && isPrivateUseScheme(url.protocol)) continue;
    throw new errors.InvalidClientMetadata(
      "redirect_uris must use https, http on a loopback host, or, of a public native client, a scheme of its own",
    );
  }
}

/** A client registered for refresh tokens gets one with every code. */
export function issuesRefreshToken(client: Client): boolean {
  return client.grantTypeAllowed(grantTypes.refreshToken);
}

/** What came from a sign-in ends with the browser session, unless the person granted access while away. */
export function endsWithSession(code: { scopes: Set<string> }): boolean {
  return !code.scopes.has(personScope.offlineAccess);
}

/** A client may revoke its own tokens only (RFC 7009 section 2.1). */
export function mayRevoke(client: Client, token: { clientId?: string | undefined }): boolean {
  return token.clientId === client.clientId;
}

/**
 * Browsers may read our answers from an origin that a public client registered a redirect URI at; those of userinfo, which
 * take an access token, from an origin of any client.
 */
export function allowsOrigin(ctx: KoaContextWithOIDC, origin: string, client: Client): boolean {
  if (ctx.oidc.route !== "userinfo" && client.clientAuthMethod !== "none") return false;
  return (client.redirectUris ?? []).some((uri) => uriOf(uri)?.origin === origin && origin !== "null");
}

const clientAssertionTypes = ["", "jwt", "client-authentication+jwt"];

/**
 * Refuses client assertions that say they are another kind of token, such as one that names a person (RFC 8725
 * section 3.11), whose life would make us remember them for long (CVE-2025-2559), or that are
 * addressed to more than this issuer (RFC 7523 section 3; OpenID CVE-2025-27370).
 */
export function assertClientAssertion(
  header: { typ?: unknown },
  claims: { exp?: unknown; aud?: unknown },
  nowSeconds: number,
): void {
  const type = String(header.typ ?? "").toLowerCase();
  if (!clientAssertionTypes.includes(type.replace(/^application\//, ""))) {
    throw new errors.InvalidClientAuth("client_assertion is a token of another kind, as its typ says");
  }
  if (typeof claims.exp !== "number" || claims.exp > nowSeconds + longestAssertionSeconds) {
    throw new errors.InvalidClientAuth(
      `client_assertion lives longer than ${longestAssertionSeconds} seconds`,
    );
  }
  if (Array.isArray(claims.aud) && claims.aud.length !== 1) {
    throw new errors.InvalidClientAuth("client_assertion must have one audience");
  }
}
