// Owns that a client whose metadata is the very object of before is the client of before. Metadata are read for every request; the
// library would write them out and hash them each time, to find what it made of them.
import type Provider from "oidc-provider";
import type { Client } from "oidc-provider";

interface Clients {
  adapter: { find(id: string): Promise<object | undefined> };
  find(id: unknown): Promise<Client | undefined>;
}

/** Has clients remembered by their metadata. Call it before the Provider serves anything. */
export function rememberClients(provider: Provider): void {
  const made = new WeakMap<object, Client>();
  const clients = provider.Client as unknown as Clients;
  const { find } = clients;
  clients.find = async function findRemembered(id) {
    if (typeof id !== "string" || id === "") return undefined;
    const metadata = await this.adapter.find(id);
    if (metadata === undefined) return undefined;
    const known = made.get(metadata);
    if (known !== undefined) return known;
    // Made of what was read here, and of nothing that is read a second time.
    const adapter = { find: async () => metadata };
    const client = await find.call(Object.create(this, { adapter: { value: adapter } }), id);
    if (client !== undefined) made.set(metadata, client);
    return client;
  };
}
