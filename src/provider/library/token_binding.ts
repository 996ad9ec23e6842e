// Owns that a token which is not bound to a key as its client must have it now is found nowhere, whatever way it comes: at
// userinfo, to be asked about, to be exchanged, to be refreshed. What a request under way wrote late is found no more either.
import type Provider from "oidc-provider";
import type { Client } from "oidc-provider";
import ProviderClass from "oidc-provider";

interface FoundToken {
  kind: string;
  clientId?: string;
  jkt?: string;
}

interface TokenModel {
  find(...args: unknown[]): Promise<FoundToken | undefined>;
}

/**
 * Has a Provider find no token that is bound otherwise. Call it before the Provider serves anything.
 * @param isBoundAsRegistered judges a token by its client
 */
export function findBoundAsRegistered(
  provider: Provider,
  isBoundAsRegistered: (client: Client, token: FoundToken) => boolean,
): void {
  const { AccessToken, ClientCredentials, RefreshToken } = provider;
  for (const model of [AccessToken, ClientCredentials, RefreshToken] as unknown as TokenModel[]) {
    const find = model.find;
    model.find = async function findFitting(...args) {
      const token = await find.apply(this, args);
      if (token?.clientId === undefined) return token;
      const client = await clientOf(provider, token.clientId);
      return client === undefined || isBoundAsRegistered(client, token) ? token : undefined;
    };
  }
}

async function clientOf(provider: Provider, clientId: string): Promise<Client | undefined> {
  const served = ProviderClass.ctx?.oidc?.client;
  return served?.clientId === clientId ? served : provider.Client.find(clientId);
}
