// Owns the operations on clients: the relying parties of the provider, and what a new one may be.
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { createAuditEvent } from "../../audit/audit_store.ts";
import { generateClientSecret, hashClientSecret } from "../../provider/clients/client_secret.ts";
import * as store from "../../provider/clients/client_store.ts";
import { type TenantRight, tenantRights, tenantsMember } from "../../provider/clients/tenant_rights.ts";
import { parseTenantId } from "../../provider/tenants/tenant_store.ts";
import { adminScope, handoffScope, searchScope } from "../authenticate.ts";
import { adviseOnClient } from "./client_advice.ts";
import {
  type AuthMethod,
  assertKeysFit,
  assertPurposesFit,
  type ClientPurpose,
  isNative,
  type NewClient,
  newClient,
  parseJwksUri,
  parseRedirectUri,
  refuse,
} from "./client_input.ts";
import { type OperationContext, pageSchema, parseArguments } from "./operation.ts";

/** A client as operators see it: its metadata without any form of its secret. */
export interface ClientView {
  clientId: string;
  metadata: store.StoredClientMetadata;
  /** Null: it may be used. */
  disabledAtMs: number | null;
  createdAtMs: number;
}

/** A new client, with its secret if it has one: the only time it is shown. */
export interface CreatedClient extends ClientView {
  clientSecret?: string;
  /** What is registered but will not work as things stand, each a sentence. */
  warnings: string[];
}

// The scope of our own API that a purpose needs.
const apiScopeOf: Partial<Record<ClientPurpose, string>> = {
  handoff: handoffScope,
  search: searchScope,
  admin: adminScope,
};

const tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";
const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/**
 * Registers a client.
 * @param input `purposes` (default `["login"]`); `redirectUris`, needed for login; `authMethod` (default
 *   client_secret_basic); `backchannelLogoutUri`, told when a user of it logs out, with the session's `sid` unless
 *   `backchannelLogoutSessionRequired` is false; `applicationType` (default: native for a public client all of
 *   whose redirect URIs are loopback addresses or schemes of its own, else web); `jwks` or `jwksUri`, needed for private_key_jwt and for minting by assertion;
 *   `firstParty` (default false: users are asked for consent); `requirePkce` (default true; only a
 *   confidential client may go without); `rotateRefreshToken` (default true; only a confidential client may keep one
 *   refresh token); `mintTenants`, `handoffTenants`, `searchTenants`: whom each of these purposes is for, `["*"]`
 *   for every tenant (`allowedTenants`: the same for each that has none of its own); `clientId` and `secret`
 *   (default: generated, the secret answered once)
 * @throws OperationError invalid_input, client_exists
 */
export async function createClient(context: OperationContext, input: unknown): Promise<CreatedClient> {
  const wanted = parseArguments(newClient, input);
  const purposes = wanted.purposes ?? ["login"];
  const authMethod = wanted.authMethod ?? "client_secret_basic";
  assertKeysFit(wanted, authMethod);
  assertPurposesFit(wanted, purposes, authMethod);
  const hasSecret = authMethod.startsWith("client_secret_");
  if (wanted.secret !== undefined && !hasSecret) {
    throw refuse("secret", `is of no use with ${authMethod}`, "Leave it out.");
  }
  const secret = hasSecret ? (wanted.secret ?? generateClientSecret()) : undefined;
  const metadata = buildMetadata(wanted, purposes, authMethod, secret);
  const warnings = await adviseOnClient(context.db, metadata);
  const now = context.clock();
  const client = await context.db.transaction(async (trx) => {
    const created = await store.createClient(trx, metadata, now);
    await createAuditEvent(
      trx,
      {
        type: "client.created",
        actor: context.actor,
        clientId: created.clientId,
        details: { authMethod, purposes: purposes.join(" ") },
      },
      now,
    );
    return created;
  });
  const view = { ...withoutSecret(client), warnings };
  return secret === undefined || wanted.secret !== undefined ? view : { ...view, clientSecret: secret };
}

/**
 * Shows one client.
 * @throws OperationError client_not_found
 */
export async function showClient(context: OperationContext, input: unknown): Promise<ClientView> {
  const { clientId } = parseArguments(z.strictObject({ clientId: z.string() }), input);
  return withoutSecret(await store.getClient(context.db, clientId));
}

/** Lists clients in the order of their ids. */
export async function listClients(context: OperationContext, input: unknown = {}): Promise<ClientView[]> {
  const { limit, afterId } = parseArguments(pageSchema, input);
  const clients = await store.listClients(context.db, {
    ...(limit === undefined ? {} : { limit }),
    ...(afterId === undefined ? {} : { afterId }),
  });
  return clients.map(withoutSecret);
}

function buildMetadata(
  wanted: NewClient,
  purposes: readonly ClientPurpose[],
  authMethod: AuthMethod,
  secret: string | undefined,
): store.StoredClientMetadata {
  const login = purposes.includes("login");
  const redirectUris = wanted.redirectUris ?? [];
  const native = isNative(wanted, authMethod);
  const grantTypes = [
    ...(login ? ["authorization_code", "refresh_token"] : []),
    ...(purposes.includes("mint") ? [tokenExchange, jwtBearer] : []),
    ...(purposes.some((purpose) => apiScopeOf[purpose] !== undefined) ? ["client_credentials"] : []),
  ];
  return {
    client_id: wanted.clientId ?? randomBytes(12).toString("base64url").replace(/^[-_]/, "c"),
    ...(wanted.name === undefined ? {} : { client_name: wanted.name }),
    token_endpoint_auth_method: authMethod,
    ...(secret === undefined ? {} : { client_secret: hashClientSecret(secret) }),
    grant_types: grantTypes,
    response_types: login ? ["code"] : [],
    application_type: native ? "native" : "web",
    redirect_uris: redirectUris.map((uri) => parseRedirectUri(uri, "redirectUris", native)),
    post_logout_redirect_uris: (wanted.postLogoutRedirectUris ?? []).map((uri) =>
      parseRedirectUri(uri, "postLogoutRedirectUris", native),
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
    ...(wanted.jwks === undefined
      ? {}
      : { jwks: wanted.jwks as NonNullable<store.StoredClientMetadata["jwks"]> }),
    ...(wanted.jwksUri === undefined ? {} : { jwks_uri: parseJwksUri(wanted.jwksUri) }),
    id_token_signed_response_alg: "RS256",
    // The scopes it may ask for; whatever is not listed here the token endpoint refuses.
    scope: [
      "openid",
      ...(login ? ["email", "profile", "offline_access"] : []),
      ...purposes.flatMap((purpose) => apiScopeOf[purpose] ?? []),
    ].join(" "),
    first_party: wanted.firstParty ?? false,
    require_pkce: wanted.requirePkce ?? true,
    rotate_refresh_token: wanted.rotateRefreshToken ?? true,
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
  return tenants.map((tenant) => (tenant === "*" ? tenant : parseTenantId(tenant, field)));
}

/** A client without any form of its secret. */
export function withoutSecret(client: store.Client): ClientView {
  const { client_secret: _removed, ...metadata } = client.metadata;
  return { ...client, metadata };
}
