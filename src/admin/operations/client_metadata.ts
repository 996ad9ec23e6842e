// Owns a registration as OpenID Connect spells it: the metadata that is stored of what an operator says of a client.
import { randomBytes } from "node:crypto";
import { grantTypes, mintingGrants, personScope, signInGrants } from "../../grants_and_scopes.ts";
import { hashClientSecret } from "../../provider/clients/client_secret.ts";
import type { StoredClientMetadata } from "../../provider/clients/client_store.ts";
import { keyBoundMembers } from "../../provider/clients/key_bound_tokens.ts";
import { pushedRequestMembers } from "../../provider/clients/pushed_requests.ts";
import {
  type TenantRight,
  tenantRights,
  tenantsMember,
  tenantsOfRight,
} from "../../provider/clients/tenant_rights.ts";
import { parseColor, parseHelp } from "../../provider/looks/look_input.ts";
import { parseTenantId } from "../../provider/tenants/tenant_id.ts";
import {
  type AuthMethod,
  type ClientPurpose,
  isNative,
  type NewClient,
  parseJwksUri,
  parseRedirectUri,
  parseShownUri,
  refuse,
} from "./client_input.ts";
import { addressMembers, lifetimeMembers, lookMembers } from "./client_members.ts";
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
  const returns = login && redirectUris.length > 0;
  if (!login && (wanted.pushedRequests ?? "off") !== "off") {
    throw refuse("pushedRequests", "is of no use without the purpose login", "Add it, or leave this out.");
  }
  const allowed = [
    ...(returns ? [grantTypes.authorizationCode] : []),
    ...(login ? [grantTypes.refreshToken] : []),
    ...(wanted.deviceAuthorization === true ? [grantTypes.deviceCode] : []),
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
    response_types: returns ? ["code"] : [],
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
    ...addressesOf(wanted),
    ...looksOf(wanted),
    ...lifetimesOf(wanted),
    ...keyBoundMembers(wanted.dpop),
    ...tenantsByRight(wanted, purposes),
  };
}

function addressesOf(wanted: NewClient): Partial<StoredClientMetadata> {
  const given = keysOf(addressMembers).flatMap((member) => {
    const uri = wanted[member];
    return uri === undefined ? [] : [[addressMembers[member], parseShownUri(uri, member)]];
  });
  return Object.fromEntries(given);
}

function looksOf({ color, supportUri }: NewClient): Partial<StoredClientMetadata> {
  return {
    ...(color === undefined ? {} : { brand_color: parseColor(color) }),
    ...(supportUri === undefined ? {} : { support_uri: parseHelp(supportUri, "supportUri") }),
  };
}

function lifetimesOf(wanted: NewClient): Partial<StoredClientMetadata> {
  const given = keysOf(lifetimeMembers).map((member) => [lifetimeMembers[member], wanted[member]]);
  return Object.fromEntries(given.filter(([, seconds]) => seconds !== undefined));
}

/**
 * Reads a registration back from the metadata it became: what {@link buildMetadata} would make the same of.
 */
export function registrationOf(metadata: StoredClientMetadata): NewClient {
  const scopes = (metadata.scope ?? "").split(" ");
  const grants = metadata.grant_types ?? [];
  const api = (["handoff", "search", "admin"] as const).filter((purpose) =>
    scopes.includes(apiScopeOf[purpose] ?? ""),
  );
  const purposes: ClientPurpose[] = [
    ...(signInGrants.some((grant) => grants.includes(grant)) ? ["login" as const] : []),
    ...(mintingGrants.some((grant) => grants.includes(grant)) ? ["mint" as const] : []),
    ...api,
    ...(api.length === 0 && grants.includes(grantTypes.clientCredentials) ? ["service" as const] : []),
  ];
  const tenants = tenantRights.map((right) => [`${right}Tenants`, tenantsOfRight(metadata, right)] as const);
  const given = {
    clientId: metadata.client_id,
    name: metadata.client_name,
    purposes,
    authMethod: metadata.token_endpoint_auth_method,
    redirectUris: metadata.redirect_uris,
    postLogoutRedirectUris: metadata.post_logout_redirect_uris,
    backchannelLogoutUri: metadata.backchannel_logout_uri,
    backchannelLogoutSessionRequired:
      metadata.backchannel_logout_uri === undefined
        ? undefined
        : metadata.backchannel_logout_session_required,
    applicationType: metadata.application_type,
    jwks: metadata.jwks,
    jwksUri: metadata.jwks_uri,
    firstParty: metadata.first_party,
    requirePkce: metadata.require_pkce,
    rotateRefreshToken: metadata.rotate_refresh_token,
    pushedRequests: metadata.pushed_requests,
    deviceAuthorization: grants.includes(grantTypes.deviceCode) || undefined,
    dpop: metadata.dpop,
    ...wireNames(addressMembers, metadata),
    ...wireNames(lookMembers, metadata),
    ...wireNames(lifetimeMembers, metadata),
    ...Object.fromEntries(tenants.filter(([, list]) => list.length > 0)),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as NewClient;
}

const wireNames = (names: Readonly<Record<string, string>>, metadata: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(names).map(([member, name]) => [member, Reflect.get(metadata, name)]));

const keysOf = <Key extends string>(of: Readonly<Record<Key, unknown>>): Key[] => Object.keys(of) as Key[];

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
