// Owns the clients table: the relying parties of the provider, as OpenID client metadata.
// `client_secret` in the metadata is the hashed form of client_secret.ts, never the secret.
import type { ClientMetadata } from "oidc-provider";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";

/**
 * A relying party's metadata as oidc-provider reads it, and our own members, which its
 * `extraClientMetadata.properties` must list ({@link extraClientMetadata}).
 */
export interface StoredClientMetadata extends ClientMetadata {
  /** The ISV's own client: its users are not asked for consent. */
  first_party?: boolean;
  /** False only for a confidential client that cannot send PKCE; absent: required. */
  require_pkce?: boolean;
  /** Tenants it may act for, right by right (tenant_rights.ts reads them); absent: none. `*`: every tenant. */
  mint_tenants?: string[];
  handoff_tenants?: string[];
  search_tenants?: string[];
  /** The one list for every right that clients of before have. */
  allowed_tenants?: string[];
}

/** The names of our own metadata members. */
export const extraClientMetadata = [
  "first_party",
  "require_pkce",
  "mint_tenants",
  "handoff_tenants",
  "search_tenants",
  "allowed_tenants",
] as const;

/** A relying party. Times are epoch milliseconds. */
export interface Client {
  clientId: string;
  metadata: StoredClientMetadata;
  createdAtMs: number;
}

interface ClientRow {
  client_id: string;
  metadata: string;
  created_at_ms: number;
}

const clientColumns = ["client_id", "metadata", "created_at_ms"] as const;

/** Finds a client by its id. */
export async function findClient(db: Database, clientId: string): Promise<Client | undefined> {
  const row: ClientRow | undefined = await db("clients")
    .where("client_id", clientId)
    .first(...clientColumns);
  return row && toClient(row);
}

/**
 * Finds a client by its id.
 * @throws OperationError client_not_found
 */
export async function getClient(db: Database, clientId: string): Promise<Client> {
  const client = await findClient(db, clientId);
  if (!client) throw new OperationError("client_not_found", "No client has this id.", { field: "client" });
  return client;
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
      created_at_ms: nowMs,
      updated_at_ms: nowMs,
    })
    .onConflict("client_id")
    .ignore()
    .returning([...clientColumns]);
  if (!row) {
    throw new OperationError("client_exists", `A client with the id ${metadata.client_id} exists.`, {
      field: "clientId",
    });
  }
  return toClient(row);
}

/** Replaces the metadata of a client that exists. */
export async function saveClientMetadata(
  db: Database,
  metadata: StoredClientMetadata,
  now: Date,
): Promise<void> {
  await db("clients")
    .where("client_id", metadata.client_id)
    .update({ metadata: JSON.stringify(metadata), updated_at_ms: now.getTime() });
}

/** Lists clients in the order of their ids. */
export async function listClients(
  db: Database,
  page: { limit?: number; afterId?: string } = {},
): Promise<Client[]> {
  const rows: ClientRow[] = await db("clients")
    .select(...clientColumns)
    .where((query) => page.afterId !== undefined && query.where("client_id", ">", page.afterId))
    .orderBy("client_id")
    .limit(page.limit ?? 100);
  return rows.map(toClient);
}

function toClient(row: ClientRow): Client {
  // Written by createClient and saveClientMetadata only; oidc-provider validates it again on every load.
  const metadata = JSON.parse(row.metadata) as StoredClientMetadata;
  return { clientId: row.client_id, metadata, createdAtMs: row.created_at_ms };
}
