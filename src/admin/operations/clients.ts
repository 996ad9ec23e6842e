// Owns the operations on clients: the relying parties of the provider, and what a new one may be.
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { createAuditEvent } from "../../audit/audit_store.ts";
import { OperationError } from "../../errors.ts";
import { generateClientSecret, hashClientSecret } from "../../provider/clients/client_secret.ts";
import * as store from "../../provider/clients/client_store.ts";
import { type TenantRight, tenantRights, tenantsMember } from "../../provider/clients/tenant_rights.ts";
import { accountClientId } from "../../provider/self_service/account_client.ts";
import { parseTenantId } from "../../provider/tenants/tenant_store.ts";
import { adminScope, handoffScope, searchScope } from "../authenticate.ts";
import { displayName, type OperationContext, pageSchema, parseArguments } from "./operation.ts";

/** A client as operators see it: its metadata without any form of its secret. */
export interface ClientView {
  clientId: string;
  metadata: store.StoredClientMetadata;
  createdAtMs: number;
}

/** A new client, with its secret if it has one: the only time it is shown. */
export interface CreatedClient extends ClientView {
  clientSecret?: string;
}

/** How a client may authenticate at the token endpoint. */
export const authMethods = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"] as const;

/**
 * What a client may do: log users in, mint ID tokens for users it names, answer login challenges (handoff),
 * search as users, call the admin API.
 */
export const clientPurposes = ["login", "mint", "handoff", "search", "admin"] as const;
type ClientPurpose = (typeof clientPurposes)[number];

// The scope of our own API that a purpose needs.
const apiScopeOf: Partial<Record<ClientPurpose, string>> = {
  handoff: handoffScope,
  search: searchScope,
  admin: adminScope,
};

const tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";
const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";

const newClient = z.strictObject({
  clientId: z
    .string()
    .regex(/^[A-Za-z0-9._~-]{1,128}$/, "has 1 to 128 letters, digits, . _ ~ or - only")
    .optional(),
  name: displayName.optional(),
  purposes: z.array(z.enum(clientPurposes)).min(1).optional(),
  authMethod: z.enum(authMethods).optional(),
  redirectUris: z.array(z.string()).max(50).optional(),
  postLogoutRedirectUris: z.array(z.string()).max(50).optional(),
  backchannelLogoutUri: z.string().optional(),
  jwks: z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) }).optional(),
  jwksUri: z.string().optional(),
  firstParty: z.boolean().optional(),
  requirePkce: z.boolean().optional(),
  mintTenants: z.array(z.string()).optional(),
  handoffTenants: z.array(z.string()).optional(),
  searchTenants: z.array(z.string()).optional(),
  allowedTenants: z.array(z.string()).optional(),
  secret: z.string().min(32, "has at least 32 characters").max(256).optional(),
});
type NewClient = z.output<typeof newClient>;

/**
 * Registers a client.
 * @param input `purposes` (default `["login"]`); `redirectUris`, needed for login; `authMethod` (default
 *   client_secret_basic); `backchannelLogoutUri`, told when a user of it logs out; `jwks` or `jwksUri`, needed for private_key_jwt and for minting by assertion;
 *   `firstParty` (default false: users are asked for consent); `requirePkce` (default true; only a
 *   confidential client may go without); `mintTenants`, `handoffTenants`, `searchTenants`: whom each of these purposes is for, `["*"]` for every tenant
 *   (`allowedTenants`: the same for each that has none of its own); `clientId` and `secret` (default: generated, the secret answered once)
 * @throws OperationError invalid_input, client_exists
 */
export async function createClient(context: OperationContext, input: unknown): Promise<CreatedClient> {
  const wanted = parseArguments(newClient, input);
  const purposes = wanted.purposes ?? ["login"];
  const authMethod = wanted.authMethod ?? "client_secret_basic";
  assertNotReserved(wanted.clientId);
  assertKeysFit(wanted, authMethod);
  assertPurposesFit(wanted, purposes, authMethod);
  const hasSecret = authMethod.startsWith("client_secret_");
  if (wanted.secret !== undefined && !hasSecret) {
    throw refuse("secret", `is of no use with ${authMethod}`, "Leave it out.");
  }
  const secret = hasSecret ? (wanted.secret ?? generateClientSecret()) : undefined;
  const metadata = buildMetadata(wanted, purposes, authMethod, secret);
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
  const view = withoutSecret(client);
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
  authMethod: (typeof authMethods)[number],
  secret: string | undefined,
): store.StoredClientMetadata {
  const login = purposes.includes("login");
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
    redirect_uris: (wanted.redirectUris ?? []).map((uri) => parseRedirectUri(uri, "redirectUris")),
    post_logout_redirect_uris: (wanted.postLogoutRedirectUris ?? []).map((uri) =>
      parseRedirectUri(uri, "postLogoutRedirectUris"),
    ),
    ...(wanted.backchannelLogoutUri === undefined
      ? {}
      : { backchannel_logout_uri: parseRedirectUri(wanted.backchannelLogoutUri, "backchannelLogoutUri") }),
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

// The provider's own client answers to this id, whatever is registered under it.
function assertNotReserved(clientId: string | undefined): void {
  if (clientId?.toLowerCase() !== accountClientId) return;
  throw refuse("clientId", `${accountClientId} is the provider's own`, "Choose another id.");
}

function assertKeysFit(wanted: NewClient, authMethod: string): void {
  const hasKeys = wanted.jwks !== undefined || wanted.jwksUri !== undefined;
  if (wanted.jwks !== undefined && wanted.jwksUri !== undefined) {
    throw refuse("jwksUri", "cannot stand beside jwks", "Give the keys or where they are, not both.");
  }
  if (authMethod === "private_key_jwt" && !hasKeys) {
    throw refuse("jwks", "is missing", "A client that signs its assertions registers its public keys.");
  }
  for (const key of wanted.jwks?.keys ?? []) {
    if (["d", "p", "q", "dp", "dq", "qi", "k"].some((member) => key[member] !== undefined)) {
      throw refuse("jwks", "holds a private or secret key", "Register only the public members of each key.");
    }
  }
}

function assertPurposesFit(
  wanted: NewClient,
  purposes: readonly ClientPurpose[],
  authMethod: (typeof authMethods)[number],
): void {
  if (purposes.includes("login") && (wanted.redirectUris ?? []).length === 0) {
    throw refuse(
      "redirectUris",
      "is missing",
      "A client that logs users in needs at least one redirect URI.",
    );
  }
  if (authMethod !== "none") return;
  if (purposes.some((purpose) => purpose !== "login")) {
    throw refuse(
      "authMethod",
      "none proves nothing",
      "Minting and administration need a confidential client.",
    );
  }
  if (wanted.requirePkce === false) {
    throw refuse("requirePkce", "cannot be false for a public client", "Leave PKCE on, or use a secret.");
  }
}

function parseTenants(tenants: readonly string[] | undefined, field: string): string[] {
  if (tenants === undefined || tenants.length === 0) {
    throw refuse(field, "is missing", 'Name the tenants it may act for, or "*" for every tenant.');
  }
  return tenants.map((tenant) => (tenant === "*" ? tenant : parseTenantId(tenant, field)));
}

// RFC 6749 section 3.1.2, RFC 9700 section 2.1: absolute, without a fragment, compared byte by byte later.
function parseRedirectUri(uri: string, field: string): string {
  if (!URL.canParse(uri)) throw refuse(field, `holds "${uri}", which is no URI`, "Write the whole URI.");
  const { protocol, hash, username, password } = new URL(uri);
  if (hash !== "" || uri.includes("#")) throw refuse(field, `holds a fragment in "${uri}"`, "Remove it.");
  if (username !== "" || password !== "") throw refuse(field, "holds a user or password", "Remove it.");
  if (protocol === "https:" || isLoopback(uri)) return uri;
  throw refuse(field, `holds "${uri}", which is not https`, "Use https; http only on localhost.");
}

function isLoopback(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, hostname } = new URL(uri);
  return protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}

function parseJwksUri(uri: string): string {
  if (URL.canParse(uri) && (new URL(uri).protocol === "https:" || isLoopback(uri))) return uri;
  throw refuse("jwksUri", "is not an https URL", "Use https; http only on localhost.");
}

function refuse(field: string, problem: string, fix: string): OperationError {
  return new OperationError("invalid_input", `${field} ${problem}.`, { field, fix });
}

function withoutSecret(client: store.Client): ClientView {
  const { client_secret: _removed, ...metadata } = client.metadata;
  return { ...client, metadata };
}
