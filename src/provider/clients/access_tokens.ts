// Owns reading an access token that a back end presents to our own API: whose it is and what it may do.
import type Provider from "oidc-provider";
import { hashRecordId } from "../storage/record_payload.ts";
import { mayActFor, type TenantRight } from "./tenant_rights.ts";

/** What a valid access token of a back end says. */
export interface BackEndToken {
  clientId: string;
  /** The hash of the token, under which it stands in the store. */
  tokenHash: string;
  scopes: ReadonlySet<string>;
  /** Tells whether the client may act for a tenant by one of its rights. */
  mayActFor(right: TenantRight, tenantId: string): boolean;
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
  return {
    clientId: client.clientId,
    tokenHash: hashRecordId(token),
    scopes: new Set((found.scope ?? "").split(" ").filter((scope) => scope !== "")),
    mayActFor: (right, tenantId) => mayActFor(client, right, tenantId),
  };
}
