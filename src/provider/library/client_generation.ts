// Owns in which generation of its client a record of the library was made. What a request makes carries the generation
// of the client as the request found it, however late it is written; what is written once more keeps what it had. The
// store gives out nothing of another generation than the client's present one (storage/record_store.ts).
import type Provider from "oidc-provider";
import type { Client } from "oidc-provider";
import ProviderClass from "oidc-provider";
import { keepMember, watchProperty } from "./kept_member.ts";

interface Generated {
  clientGeneration?: number;
}

/** Makes a Provider's records carry the generation of their client. Call it before the Provider serves anything. */
export function keepClientGenerations(provider: Provider): void {
  keepMember([provider.BaseToken, provider.Interaction], "clientGeneration");
  watchProperty(provider, "client", (token: Generated & object, client: Client) => {
    token.clientGeneration ??= generationIn(client, token.constructor.name);
  });
}

/**
 * The generation a record of a client belongs to.
 * @param model the library's name of the record's kind: a client's own access tokens have generations of their own
 */
export function generationIn(client: object, model: string): number {
  const name = model === "ClientCredentials" ? "own_token_generation" : "generation";
  const value: unknown = Reflect.get(client, name);
  return typeof value === "number" ? value : 0;
}

/** The client of the library's request under way, and its generation as the request found it. */
export function clientServed(): { clientId: string; generation: number } | undefined {
  const client = ProviderClass.ctx?.oidc?.client;
  return client && { clientId: client.clientId, generation: generationIn(client, "") };
}

/**
 * The generation of a client as the request under way found it.
 * @returns undefined outside of the library's own requests, or in one of another client
 */
export function generationServed(clientId: string, model: string): number | undefined {
  const client = ProviderClass.ctx?.oidc?.client;
  return client?.clientId === clientId ? generationIn(client, model) : undefined;
}
