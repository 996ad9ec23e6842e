// Owns the short memory of relying parties' metadata, so that a busy one is not read for every request.
import { LRUCache } from "lru-cache";
import type { ClientMetadata } from "oidc-provider";
import type { Database } from "../../db/connect.ts";
import { findClient, servedMetadata } from "./client_store.ts";

/** How long a change to a client may go unnoticed by an instance. */
export const clientCacheMs = 5_000;
const mostClients = 1_000;

/** Reads client metadata, remembering it for a moment. Clients that do not exist are not remembered. */
export interface ClientCache {
  findMetadata(clientId: string): Promise<ClientMetadata | undefined>;
}

/**
 * Makes a cache of its own.
 * @param maxAgeMs how long metadata is remembered; 0: not at all
 */
export function createClientCache(db: Database, maxAgeMs: number = clientCacheMs): ClientCache {
  const read = async (clientId: string) => {
    const client = await findClient(db, clientId);
    return client && servedMetadata(client.metadata);
  };
  if (maxAgeMs <= 0) return { findMetadata: read };
  const cache = new LRUCache<string, ClientMetadata>({
    max: mostClients,
    ttl: maxAgeMs,
    fetchMethod: read,
  });
  return { findMetadata: (clientId) => cache.fetch(clientId) };
}
