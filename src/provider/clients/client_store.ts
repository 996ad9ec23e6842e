// Owns the clients table: the relying parties of the provider, as OpenID client metadata.
// `client_secret` in the metadata is the hashed form of client_secret.ts, never the secret.
import type { ClientMetadata } from "oidc-provider";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { isStorable } from "../../input/text.ts";
import { deleteLogo } from "../looks/logo_store.ts";
import { tenantsOfRight } from "./tenant_rights.ts";

/**
 * A relying party's metadata as oidc-provider reads it, and our own members, which its
 * `extraClientMetadata.properties` must list ({@link extraClientMetadata}).
 */
export interface StoredClientMetadata extends ClientMetadata {
  /** The ISV's own client: its users are not asked for consent. */
  first_party?: boolean;
  /** False only for a confidential client that cannot send PKCE; absent: required. */
  require_pkce?: boolean;
  /** False only for a confidential client that keeps one refresh token; absent: each serves once. */
  rotate_refresh_token?: boolean;
  /** `allowed` or `required`: it may push its authorization requests, or must (pushed_requests.ts); absent: it may not. */
  pushed_requests?: string;
  /** Lifetimes of its own, in seconds (lifetimes.ts); absent: the installation's. */
  access_token_seconds?: number;
  id_token_seconds?: number;
  refresh_token_seconds?: number;
  /** How pages look on the way to it (application_look.ts): `#` and six digits; where help is, https or mailto. */
  brand_color?: string;
  support_uri?: string;
  /** `allowed` or `required`: its tokens may be bound to a key, or must (key_bound_tokens.ts); absent: they may not. */
  dpop?: string;
  /** Tenants it may act for, right by right (tenant_rights.ts reads them); absent: none. `*`: every tenant. */
  mint_tenants?: string[];
  handoff_tenants?: string[];
  search_tenants?: string[];
  /** The one list for every right that clients of before have. */
  allowed_tenants?: string[];
}

/** What the store knows of a client beside its metadata, under the names the provider's Client has it by. */
export interface ClientGenerations {
  /** As {@link Client.generation}. */
  generation: number;
  /** The same of the access tokens it gets for itself; another one also when its secret, or anything of it, is replaced. */
  own_token_generation: number;
}

/** The names of our own metadata members. */
export const extraClientMetadata = [
  "generation",
  "own_token_generation",
  "former_secret_hash",
  "former_secret_until_ms",
  "first_party",
  "require_pkce",
  "rotate_refresh_token",
  "pushed_requests",
  "access_token_seconds",
  "id_token_seconds",
  "refresh_token_seconds",
  "dpop",
  "brand_color",
  "support_uri",
  "mint_tenants",
  "handoff_tenants",
  "search_tenants",
  "allowed_tenants",
] as const;

/** A relying party. Times are epoch milliseconds. */
export interface Client {
  clientId: string;
  metadata: StoredClientMetadata;
  /** Null: it may be used. */
  disabledAtMs: number | null;
  createdAtMs: number;
  /** How often all that stood for it, or for a client of before with this id, was ended. */
  generation: number;
  /** Until when its secret before counts beside the present one; absent: there is one secret at most. */
  formerSecretUntilMs?: number;
}

/** A row of clients. */
export interface ClientRow {
  client_id: string;
  metadata: string;
  disabled_at_ms: number | null;
  created_at_ms: number;
  generation: number;
  former_secret_until_ms: number | null;
}

/** What of a row is read. */
export const clientColumns = [
  "client_id",
  "metadata",
  "disabled_at_ms",
  "created_at_ms",
  "generation",
  "former_secret_until_ms",
] as const;

// Ends what was made for a client until now, also what a request under way writes of it only later
// (provider/storage/record_store.ts).
const nextGenerations = (db: Database) => ({
  generation: db.raw("clients.generation + 1"),
  own_token_generation: db.raw("clients.own_token_generation + 1"),
});

/** Finds a client by its id, disabled ones included. */
export async function findClient(db: Database, clientId: string): Promise<Client | undefined> {
  // From an Authorization header or an assertion may come what no store can look for.
  if (!isStorable(clientId)) return undefined;
  const row: ClientRow | undefined = await db("clients")
    .where("client_id", clientId)
    .whereNull("deleted_at_ms")
    .first(...clientColumns);
  return row && toClient(row);
}

/** Reads stored metadata. */
export function readStoredMetadata(text: string): StoredClientMetadata {
  // Written by this file only; oidc-provider validates it again on every load.
  return JSON.parse(text) as StoredClientMetadata;
}

/**
 * Finds a client by its id, disabled ones included.
 * @throws OperationError client_not_found
 */
export async function getClient(db: Database, clientId: string): Promise<Client> {
  const client = await findClient(db, clientId);
  if (!client) throw new OperationError("client_not_found", "No client has this id.", { field: "client" });
  return client;
}

/** Makes whoever else writes or locks this client wait until the transaction ends; in SQLite they wait for its begin. */
export async function lockClient(trx: Database, clientId: string): Promise<void> {
  await trx("clients").where("client_id", clientId).forUpdate().first("client_id");
}

/**
 * Adds a client.
 * @param metadata its `client_id` is the key; `client_secret`, if any, already hashed
 * @throws OperationError client_exists
 */
export async function createClient(db: Database, metadata: StoredClientMetadata, now: Date): Promise<Client> {
  const nowMs = now.getTime();
  const [row]: ClientRow[] = await db("clients")
    .insert({
      client_id: metadata.client_id,
      metadata: JSON.stringify(metadata),
      disabled_at_ms: null,
      deleted_at_ms: null,
      created_at_ms: nowMs,
      updated_at_ms: nowMs,
    })
    .onConflict("client_id")
    .merge({
      metadata: db.raw("excluded.metadata"),
      disabled_at_ms: null,
      deleted_at_ms: null,
      created_at_ms: nowMs,
      updated_at_ms: nowMs,
      vouches_for: null,
      former_secret_hash: null,
      former_secret_until_ms: null,
      ...nextGenerations(db),
    })
    // The id of a deleted client may be used for a new one; of a client there is it may not.
    .whereNotNull("clients.deleted_at_ms")
    .returning([...clientColumns]);
  if (!row) {
    throw new OperationError("client_exists", `A client with the id ${metadata.client_id} exists.`, {
      field: "clientId",
    });
  }
  // A version that knows no logos leaves that of a client it deletes.
  await deleteLogo(db, { clientId: row.client_id });
  return toClient(row);
}

/**
 * Disables a client, or enables it again. One that is so already stays as it is, with its moment and its generation.
 * @returns whether it was otherwise before
 */
export async function saveClientDisabled(
  db: Database,
  clientId: string,
  disabled: boolean,
  now: Date,
): Promise<boolean> {
  const nowMs = now.getTime();
  const otherwise = db("clients").where("client_id", clientId).whereNull("deleted_at_ms");
  const changed: number = await (disabled
    ? otherwise.whereNull("disabled_at_ms")
    : otherwise.whereNotNull("disabled_at_ms")
  ).update({ disabled_at_ms: disabled ? nowMs : null, updated_at_ms: nowMs, ...nextGenerations(db) });
  return changed > 0;
}

/** Deletes a client: what it was goes, its id is remembered. */
export async function deleteClient(db: Database, clientId: string, now: Date): Promise<void> {
  const nowMs = now.getTime();
  await db("clients")
    .where("client_id", clientId)
    .update({
      metadata: JSON.stringify({ client_id: clientId }),
      deleted_at_ms: nowMs,
      updated_at_ms: nowMs,
      former_secret_hash: null,
      former_secret_until_ms: null,
      ...nextGenerations(db),
    });
  await db("resource_rights").where("client_id", clientId).delete();
  await deleteLogo(db, { clientId });
}

/**
 * Replaces the metadata of a client that exists.
 * @param ends what of before counts no more: the access tokens it got for itself (those it gets now are by what it is
 *   now), or all that was made for it
 */
export async function saveClientMetadata(
  db: Database,
  metadata: StoredClientMetadata,
  now: Date,
  ends: "nothing" | "own tokens" | "everything" = "own tokens",
): Promise<void> {
  const generations = nextGenerations(db);
  await db("clients")
    .where("client_id", metadata.client_id)
    .update({
      metadata: JSON.stringify(metadata),
      vouches_for: vouchedTenants(metadata),
      updated_at_ms: now.getTime(),
      ...(ends === "nothing" ? {} : { own_token_generation: generations.own_token_generation }),
      ...(ends === "everything" ? { generation: generations.generation } : {}),
    });
}

// As sessions/voucher_store.ts asks for it. Ids of tenants hold no spaces.
function vouchedTenants(metadata: StoredClientMetadata): string {
  const tenants = tenantsOfRight(metadata, "handoff");
  return tenants.includes("*") ? "*" : ["", ...tenants, ""].join(" ");
}

/** Lists clients in the order of their ids. */
export async function listClients(
  db: Database,
  page: { limit?: number; afterId?: string | undefined } = {},
): Promise<Client[]> {
  const rows: ClientRow[] = await db("clients")
    .select(...clientColumns)
    .whereNull("deleted_at_ms")
    .where((query) => page.afterId !== undefined && query.where("client_id", ">", page.afterId))
    .orderBy("client_id")
    .limit(page.limit ?? 100);
  return rows.map(toClient);
}

/** Finds the clients of these ids, as far as they exist, in the order of their ids. */
export async function findClients(db: Database, clientIds: readonly string[]): Promise<Client[]> {
  if (clientIds.length === 0) return [];
  const rows: ClientRow[] = await db("clients")
    .select(...clientColumns)
    .whereNull("deleted_at_ms")
    .whereIn("client_id", [...clientIds])
    .orderBy("client_id");
  return rows.map(toClient);
}

/** Reads a row. */
export function toClient(row: ClientRow): Client {
  return {
    clientId: row.client_id,
    metadata: readStoredMetadata(row.metadata),
    disabledAtMs: row.disabled_at_ms,
    createdAtMs: row.created_at_ms,
    generation: row.generation,
    ...(row.former_secret_until_ms === null ? {} : { formerSecretUntilMs: row.former_secret_until_ms }),
  };
}
