// Owns the oidc-provider settings as one literal, in the order of its manual. It names policies, it holds none.
import type { AdapterFactory, FindAccount } from "oidc-provider";
import { type Configuration, errors, type JWKS, type KoaContextWithOIDC } from "oidc-provider";
import { OperationError } from "../../errors.ts";
import { apiScopes, grantTypes, personScope, personScopes } from "../../grants_and_scopes.ts";
import { clockToleranceSeconds } from "../../input/moment.ts";
import type { InstallationPart } from "../../installation.ts";
import { acrValues } from "../../login_levels.ts";
import { languages } from "../../views/words/languages.ts";
import { extraClientMetadata } from "../clients/client_store.ts";
import { assertMayProveKey } from "../clients/key_bound_tokens.ts";
import { lifeSeconds } from "../clients/lifetimes.ts";
import { assertMayPush } from "../clients/pushed_requests.ts";
import type { PageSources } from "../interactions/page_sources.ts";
import { buildPrompts } from "../interactions/prompts.ts";
import { externalSigningAck } from "../keys/signer.ts";
import { sessionSeconds } from "../library/session_ids.ts";
import { introspectionPolicy } from "../resources/introspection.ts";
import { getResourceServer } from "../resources/resource_access.ts";
import { claimsOfToken } from "../resources/resource_claims.ts";
import type { SessionLimits } from "../sessions/login_life.ts";
import { parseTenantId } from "../tenants/tenant_id.ts";
import { loadGrant } from "./bind_tenant_to_login.ts";
import { deriveCookieKeys } from "./cookie_keys.ts";
import {
  allowsOrigin,
  assertClientAssertion,
  assertClientMetadata,
  endsWithSession,
  issuesRefreshToken,
  mayRevoke,
  requiresPkce,
  ttlSeconds,
} from "./policies.ts";

/** What the settings are made from. */
export interface ProviderSettings
  extends SessionLimits,
    InstallationPart<
      "db" | "issuer" | "clock" | "tenantClaim" | "idTokenTtlSeconds" | "secrets" | "requireVerifiedDomain"
    > {
  adapter: AdapterFactory;
  findAccount: FindAccount;
  /** Private keys, the signing one first. */
  jwks: JWKS;
  pages: PageSources;
  /** How the provider reaches other servers (a client's `jwks_uri`, back-channel logout). */
  fetch: NonNullable<Configuration["fetch"]>;
}

const signingAlgorithms = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"] as const;

/** Writes the settings out. */
export function providerConfiguration(settings: ProviderSettings): Configuration {
  const secure = settings.issuer.startsWith("https:");
  const prompts = buildPrompts();
  return {
    adapter: settings.adapter,
    findAccount: settings.findAccount,
    jwks: settings.jwks,
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      claimsParameter: { enabled: false },
      dPoP: {
        enabled: true,
        // Asked whenever a request brings a proof: for clients that have it turned on (clients/key_bound_tokens.ts).
        requireNonce: (ctx) => {
          assertMayProveKey(ctx);
          return false;
        },
      },
      // For clients that have the grant. Nothing is kept of the device that asks.
      deviceFlow: { enabled: true, deviceInfo: () => ({}), ...settings.pages.device },
      externalSigningSupport: { enabled: true, ack: externalSigningAck },
      // For clients that have them turned on (clients/pushed_requests.ts).
      pushedAuthorizationRequests: { enabled: true },
      introspection: { enabled: true, allowedPolicy: introspectionPolicy(settings) },
      resourceIndicators: {
        enabled: true,
        defaultResource: async (_ctx, _client, oneOf) => oneOf,
        getResourceServerInfo: (ctx, identifier, client) =>
          getResourceServer(settings, client.clientId, askedResources(ctx, identifier), "person"),
        // What was asked for at the authorization endpoint need not be named again.
        useGrantedResource: async () => true,
      },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => mayRevoke(client, token) },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: settings.pages.logout,
        postLogoutSuccessSource: settings.pages.loggedOut,
      },
      userinfo: { enabled: true },
    },
    acrValues: [...acrValues],
    allowOmittingSingleRegisteredRedirectUri: false,
    assertJwtClientAuthClaimsAndHeader: async (_ctx, claims, header) =>
      assertClientAssertion(header, claims, settings.clock().getTime() / 1000),
    claims: {
      [personScope.openid]: ["sub", "auth_time", "acr", "amr", settings.tenantClaim],
      [personScope.email]: ["email", "email_verified"],
      [personScope.profile]: ["name"],
      [personScope.roles]: ["roles"],
      iss: null,
      sid: null,
    },
    clientBasedCORS: allowsOrigin,
    clientDefaults: {
      grant_types: [grantTypes.authorizationCode],
      id_token_signed_response_alg: "RS256",
      response_types: ["code"],
      token_endpoint_auth_method: "client_secret_basic",
    },
    clockTolerance: clockToleranceSeconds,
    // What scopes were granted decides what an ID token tells (subjects/claims.ts), so the library must not hide them.
    conformIdTokenClaims: false,
    cookies: {
      // The prefixes make browsers refuse such a cookie from a neighbouring host (RFC 6265bis section 4.1.3).
      names: {
        session: secure ? "__Host-tti_session" : "tti_session",
        interaction: secure ? "__Secure-tti_interaction" : "tti_interaction",
        resume: secure ? "__Secure-tti_resume" : "tti_resume",
      },
      keys: deriveCookieKeys(settings.secrets),
      long: { httpOnly: true, sameSite: "lax", signed: true, secure, path: "/" },
      short: { httpOnly: true, sameSite: "lax", signed: true, secure },
    },
    discovery: { ui_locales_supported: [...languages] },
    enabledJWA: {
      idTokenSigningAlgValues: ["RS256"],
      clientAuthSigningAlgValues: [...signingAlgorithms],
    },
    expiresWithSession: async (_ctx, code) => endsWithSession(code),
    extraClientMetadata: {
      properties: [...extraClientMetadata],
      validator: (_ctx, key, value, metadata) => assertClientMetadata(key, value, metadata),
    },
    extraTokenClaims: async (ctx, token) => claimsOfToken(ctx, token, settings.tenantClaim),
    extraParams: {
      tenant: (ctx: KoaContextWithOIDC, value: string | undefined) => {
        // The library asks here whatever a request says, pushed or not, before it is kept or gone on with.
        assertMayPush(ctx);
        assertTenantParameter(value);
      },
      tenant_hint: async () => {},
    },
    fetch: settings.fetch,
    interactions: {
      policy: prompts,
      url: (_ctx, interaction) => `/interaction/${interaction.uid}`,
    },
    issueRefreshToken: async (_ctx, client) => issuesRefreshToken(client),
    loadExistingGrant: (ctx) => loadGrant(ctx, prompts, settings),
    pkce: { required: (_ctx, client) => requiresPkce(client) },
    renderError: settings.pages.error,
    responseTypes: ["code"],
    rotateRefreshToken: true,
    routes: { device_authorization: "/device-authorization" },
    scopes: [...personScopes, ...apiScopes],
    subjectTypes: ["public"],
    clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
    ttl: {
      AccessToken: (_ctx, token, client) =>
        lifeSeconds(client, "accessToken", token.resourceServer?.accessTokenTTL ?? ttlSeconds.accessToken),
      AuthorizationCode: ttlSeconds.authorizationCode,
      DeviceCode: ttlSeconds.deviceCode,
      ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? ttlSeconds.backEndToken,
      Grant: ttlSeconds.grant,
      IdToken: (_ctx, _token, client) => lifeSeconds(client, "idToken", settings.idTokenTtlSeconds),
      Interaction: ttlSeconds.interaction,
      RefreshToken: (_ctx, _token, client) => lifeSeconds(client, "refreshToken", ttlSeconds.refreshToken),
      Session: (_ctx, session) =>
        sessionSeconds(
          session,
          { remembered: settings.sessionRememberedIdleSeconds, otherwise: settings.sessionIdleSeconds },
          settings.clock().getTime(),
        ),
    },
  };
}

// The library asks for each resource that is named; here all are looked at, for there may be one.
function askedResources(ctx: KoaContextWithOIDC, identifier: string): unknown {
  const asked = ctx.oidc.params?.["resource"];
  return Array.isArray(asked) && asked.length > 1 ? asked : identifier;
}

// Only what can be no tenant's id is refused. Whether there is such a tenant is told to nobody before a login: anybody
// can send a request in a registered client's name.
function assertTenantParameter(value: string | undefined): void {
  if (value === undefined) return;
  try {
    parseTenantId(value);
  } catch (error) {
    if (!(error instanceof OperationError) || error.status >= 500) throw error;
    throw new errors.InvalidRequest(`${error.code}: ${error.message}`);
  }
}
