// Owns reading an access token that a back end presents to our own API: whose it is and what it may do.
import type Provider from "oidc-provider";

/** What a valid access token of a back end says. */
export interface BackEndToken {
  clientId: string;
  scopes: ReadonlySet<string>;
  /** Tenants the client may act for; `*`: every tenant. */
  allowedTenants: readonly string[];
}

/**
 * Finds the back end an access token was issued to by the client credentials grant. Tokens of users are not
 * found: what a user's token may do is not for a scope alone to say.
 * @returns undefined for a token that is unknown, expired, revoked, or of a client that is gone
 */
export async function findBackEndToken(provider: Provider, token: string): Promise<BackEndToken | undefined> {
  const found = await provider.ClientCredentials.find(token);
  if (!found?.clientId || !found.isValid) return undefined;
  const client = await provider.Client.find(found.clientId);
  if (!client) return undefined;
  const allowed: unknown = client["allowed_tenants"];
  return {
    clientId: client.clientId,
    scopes: new Set((found.scope ?? "").split(" ").filter((scope) => scope !== "")),
    allowedTenants: Array.isArray(allowed) ? allowed.filter((tenant) => typeof tenant === "string") : [],
  };
}
