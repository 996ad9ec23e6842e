// Owns reading relying parties for the provider: from the store for every request, once, so that a client that is
// disabled, deleted or changed is so at once on every instance. Requests at the same time share a statement.
import { LRUCache } from "lru-cache";
import type { ClientMetadata } from "oidc-provider";
import { createBatcher } from "../../db/batch.ts";
import type { Database } from "../../db/connect.ts";
import { currentRequest, type RequestContext } from "../../request_context.ts";
import { findServedClients, type ServedClient, servedMetadata } from "./served_client_store.ts";

// What a busy client's metadata says is parsed once for each of its texts and generations.
const mostTexts = 1_000;

/** Reads the metadata of clients that may be used now. */
export interface ClientReader {
  /** @returns undefined for a client that does not exist, is disabled or was deleted */
  findMetadata(clientId: string): Promise<ClientMetadata | undefined>;
}

/** Makes a reader of a store. */
export function createClientReader(db: Database): ClientReader {
  const parsed = new LRUCache<string, ClientMetadata>({ max: mostTexts });
  const parse = (client: ServedClient): ClientMetadata => {
    const { generation, own_token_generation, former_secret_hash, former_secret_until_ms } = client;
    const numbers = [generation, own_token_generation, former_secret_until_ms, former_secret_hash];
    const key = `${numbers.join(" ")} ${client.metadata}`;
    const known = parsed.get(key);
    if (known !== undefined) return known;
    const metadata = servedMetadata(client);
    parsed.set(key, metadata);
    return metadata;
  };
  const read = createBatcher<string, ClientMetadata | undefined>({
    async run(clientIds) {
      const clients = await findServedClients(db, clientIds);
      return clientIds.map((clientId) => {
        const client = clients.get(clientId);
        return client && parse(client);
      });
    },
    mostItems: 50,
    mostBatches: 1,
  });
  const ofRequests = new WeakMap<RequestContext, Map<string, Promise<ClientMetadata | undefined>>>();
  const readBy = (request: RequestContext): Map<string, Promise<ClientMetadata | undefined>> => {
    const known = ofRequests.get(request) ?? new Map();
    ofRequests.set(request, known);
    return known;
  };
  return {
    // A page asks for it several times: for the way back, for who asks, for what may be granted.
    findMetadata(clientId) {
      const request = currentRequest();
      // A program's right is asked again after each wait, for its keys and whatever else: it may have ended meanwhile.
      if (request === undefined || request.bringsClient === true) return read(clientId);
      const known = readBy(request);
      const found = known.get(clientId) ?? read(clientId);
      known.set(clientId, found);
      return found;
    },
  };
}
