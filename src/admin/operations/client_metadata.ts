// Owns a registration as OpenID Connect spells it: the metadata that is stored of what an operator says of a client.
import { randomBytes } from "node:crypto";
import { grantTypes, mintingGrants, personScope } from "../../grants_and_scopes.ts";
import { hashClientSecret } from "../../provider/clients/client_secret.ts";
import type { StoredClientMetadata } from "../../provider/clients/client_store.ts";
import { pushedRequestMembers } from "../../provider/clients/pushed_requests.ts";
import { type TenantRight, tenantRights, tenantsMember } from "../../provider/clients/tenant_rights.ts";
import { parseTenantId } from "../../provider/tenants/tenant_store.ts";
import {
  type AuthMethod,
  type ClientPurpose,
  isNative,
  type NewClient,
  parseJwksUri,
  parseRedirectUri,
  refuse,
} from "./client_input.ts";
import { adminScope, handoffScope, searchScope } from "./permissions.ts";

// The scope of our own API that a purpose needs.
const apiScopeOf: Partial<Record<ClientPurpose, string>> = {
  handoff: handoffScope,
  search: searchScope,
  admin: adminScope,
};

/**
 * Writes the metadata of a client.
 * @param wanted the registration; that its members stand beside each other is asserted already
 * @param secret in clear, if it has one
 * @throws OperationError invalid_input naming the member at fault
 */
export function buildMetadata(
  wanted: NewClient,
  purposes: readonly ClientPurpose[],
  authMethod: AuthMethod,
  secret: string | undefined,
): StoredClientMetadata {
  const login = purposes.includes("login");
  const redirectUris = wanted.redirectUris ?? [];
  const native = isNative(wanted, authMethod);
  if (!login && (wanted.pushedRequests ?? "off") !== "off") {
    throw refuse("pushedRequests", "is of no use without the purpose login", "Add it, or leave this out.");
  }
  const allowed = [
    ...(login ? [grantTypes.authorizationCode, grantTypes.refreshToken] : []),
    ...(purposes.includes("mint") ? mintingGrants : []),
    ...(purposes.some((purpose) => purpose === "service" || apiScopeOf[purpose] !== undefined)
      ? [grantTypes.clientCredentials]
      : []),
  ];
  return {
    client_id: wanted.clientId ?? randomBytes(12).toString("base64url").replace(/^[-_]/, "c"),
    ...(wanted.name === undefined ? {} : { client_name: wanted.name }),
    token_endpoint_auth_method: authMethod,
    ...(secret === undefined ? {} : { client_secret: hashClientSecret(secret) }),
    grant_types: allowed,
    response_types: login ? ["code"] : [],
    application_type: native ? "native" : "web",
    redirect_uris: redirectUris.map((uri, at) => parseRedirectUri(uri, `/redirectUris/${at}`, native)),
    post_logout_redirect_uris: (wanted.postLogoutRedirectUris ?? []).map((uri, at) =>
      parseRedirectUri(uri, `/postLogoutRedirectUris/${at}`, native),
    ),
    ...(wanted.backchannelLogoutUri === undefined
      ? {}
      : {
          backchannel_logout_uri: parseRedirectUri(
            wanted.backchannelLogoutUri,
            "backchannelLogoutUri",
            false,
          ),
          backchannel_logout_session_required: wanted.backchannelLogoutSessionRequired ?? true,
        }),
    ...(wanted.jwks === undefined ? {} : { jwks: wanted.jwks as NonNullable<StoredClientMetadata["jwks"]> }),
    ...(wanted.jwksUri === undefined ? {} : { jwks_uri: parseJwksUri(wanted.jwksUri) }),
    id_token_signed_response_alg: "RS256",
    // The scopes it may ask for; whatever is not listed here the token endpoint refuses.
    scope: [
      personScope.openid,
      ...(login
        ? [personScope.email, personScope.profile, personScope.roles, personScope.offlineAccess]
        : []),
      ...purposes.flatMap((purpose) => apiScopeOf[purpose] ?? []),
    ].join(" "),
    first_party: wanted.firstParty ?? false,
    require_pkce: wanted.requirePkce ?? true,
    rotate_refresh_token: wanted.rotateRefreshToken ?? true,
    ...pushedRequestMembers(wanted.pushedRequests),
    ...tenantsByRight(wanted, purposes),
  };
}

// Each right has its tenants: who may search for all customers must not mint for all of them too.
function tenantsByRight(
  wanted: NewClient,
  purposes: readonly ClientPurpose[],
): Partial<Record<(typeof tenantsMember)[TenantRight], string[]>> {
  const given = { mint: wanted.mintTenants, handoff: wanted.handoffTenants, search: wanted.searchTenants };
  const lists: Partial<Record<(typeof tenantsMember)[TenantRight], string[]>> = {};
  for (const right of tenantRights) {
    const field = `${right}Tenants`;
    if (purposes.includes(right)) {
      lists[tenantsMember[right]] = parseTenants(given[right] ?? wanted.allowedTenants, field);
    } else if (given[right] !== undefined) {
      throw refuse(field, `is of no use without the purpose ${right}`, "Add the purpose, or leave it out.");
    }
  }
  return lists;
}

function parseTenants(tenants: readonly string[] | undefined, field: string): string[] {
  if (tenants === undefined || tenants.length === 0) {
    throw refuse(field, "is missing", 'Name the tenants it may act for, or "*" for every tenant.');
  }
  return tenants.map((tenant, at) => (tenant === "*" ? tenant : parseTenantId(tenant, `/${field}/${at}`)));
}
