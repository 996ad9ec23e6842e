// Owns the operations on clients: the relying parties of the provider, and what a new one may be.
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { grantTypes, mintingGrants, personScope } from "../../grants_and_scopes.ts";
import { generateClientSecret, hashClientSecret } from "../../provider/clients/client_secret.ts";
import * as store from "../../provider/clients/client_store.ts";
import { type TenantRight, tenantRights, tenantsMember } from "../../provider/clients/tenant_rights.ts";
import { parseTenantId } from "../../provider/tenants/tenant_store.ts";
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
import { type ClientView, clientRow, withoutSecret } from "./client_view.ts";
import { operation } from "./entry.ts";
import { cutPage, idPageInput, pageOutput, rowsToRead } from "./page.ts";
import { adminScope, handoffScope, searchScope } from "./permissions.ts";
import { clientShape } from "./shapes.ts";

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

const permission = adminScope;
const clientId = z.string().describe("The client's id.");

/**
 * Registers a client; client_input.ts says what each member decides.
 * @throws OperationError invalid_input, client_exists
 */
export const createClient = operation({
  name: "client create",
  summary: "Register a client",
  permission,
  events: ["client.created"],
  input: newClient,
  output: clientShape.extend({
    clientSecret: z.string().optional().describe("If it was generated; shown this once."),
    warnings: z.array(z.string()).describe("What is registered but will not work as things stand."),
  }),
  http: [{ method: "post", path: "/v1/clients", status: 201 }],
  async run(trx, wanted, act): Promise<CreatedClient> {
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
    const warnings = await adviseOnClient(trx, metadata);
    const created = await store.createClient(trx, metadata, act.now);
    const details = { authMethod, purposes: purposes.join(" ") };
    await act.record({ type: "client.created", clientId: created.clientId, details });
    const view = { ...withoutSecret(created), warnings };
    return secret === undefined || wanted.secret !== undefined ? view : { ...view, clientSecret: secret };
  },
});

/** Shows one client. @throws OperationError client_not_found */
export const showClient = operation({
  name: "client show",
  summary: "Show a client",
  permission,
  events: [],
  input: z.strictObject({ clientId }),
  output: clientShape,
  http: [{ method: "get", path: "/v1/clients/:client", params: { client: "clientId" } }],
  shows: true,
  cli: {
    arguments: { ID: "clientId" },
    summary: "show one application",
    example: "app",
    show: ({ metadata }) => ({ text: JSON.stringify(metadata, undefined, 2) }),
  },
  run: async (db, { clientId }) => withoutSecret(await store.getClient(db, clientId)),
});

/** Lists clients in the order of their ids. */
export const listClients = operation({
  name: "client list",
  summary: "List the clients",
  permission,
  events: [],
  input: z.strictObject(idPageInput),
  output: z.strictObject({ clients: z.array(clientShape), ...pageOutput }),
  http: [{ method: "get", path: "/v1/clients" }],
  cli: {
    summary: "list the applications",
    example: "--json",
    show: ({ clients }) => ({
      rows: clients.map(clientRow),
      say: clients.length === 0 ? ["There are no clients. Add one: tti client create --help"] : [],
    }),
  },
  async run(db, { cursor, afterId, ...page }) {
    const read = await store.listClients(db, { limit: rowsToRead(page), afterId: cursor ?? afterId });
    const { rows, next } = cutPage(read, page, ({ clientId }) => clientId);
    return { clients: rows.map(withoutSecret), ...next };
  },
});

function buildMetadata(
  wanted: NewClient,
  purposes: readonly ClientPurpose[],
  authMethod: AuthMethod,
  secret: string | undefined,
): store.StoredClientMetadata {
  const login = purposes.includes("login");
  const redirectUris = wanted.redirectUris ?? [];
  const native = isNative(wanted, authMethod);
  const allowed = [
    ...(login ? [grantTypes.authorizationCode, grantTypes.refreshToken] : []),
    ...(purposes.includes("mint") ? mintingGrants : []),
    ...(purposes.some((purpose) => apiScopeOf[purpose] !== undefined) ? [grantTypes.clientCredentials] : []),
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
    ...(wanted.jwks === undefined
      ? {}
      : { jwks: wanted.jwks as NonNullable<store.StoredClientMetadata["jwks"]> }),
    ...(wanted.jwksUri === undefined ? {} : { jwks_uri: parseJwksUri(wanted.jwksUri) }),
    id_token_signed_response_alg: "RS256",
    // The scopes it may ask for; whatever is not listed here the token endpoint refuses.
    scope: [
      personScope.openid,
      ...(login ? [personScope.email, personScope.profile, personScope.offlineAccess] : []),
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
  return tenants.map((tenant, at) => (tenant === "*" ? tenant : parseTenantId(tenant, `/${field}/${at}`)));
}
