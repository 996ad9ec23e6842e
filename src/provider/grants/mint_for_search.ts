// Owns minting for our own search: the client has proven itself at the admin port instead of the token
// endpoint; every rule of minting applies the same.
import type Provider from "oidc-provider";
import { OperationError } from "../../errors.ts";
import { assertMayActFor } from "../clients/tenant_rights.ts";
import { createMintDeps, type MintSettings, mintIdToken } from "./mint.ts";

/** Whose token is asked for, by which client. */
export interface SearchSubject {
  clientId: string;
  accountId: string;
  tenantId: string;
}

/**
 * Mints an ID token for a search.
 * @throws OperationError client_not_found, tenant_not_allowed, and as {@link mintIdToken} does
 */
export async function mintForSearch(
  provider: Provider,
  settings: MintSettings,
  subject: SearchSubject,
): Promise<string> {
  const client = await provider.Client.find(subject.clientId);
  if (client === undefined) {
    throw new OperationError("client_not_found", "The client is no longer registered.", { field: "client" });
  }
  assertMayActFor(client, "search", subject.tenantId);
  const { accountId, tenantId } = subject;
  const named = { accountId, tenantId, authTime: undefined, amr: undefined, by: "search" } as const;
  return (await mintIdToken(provider, client, createMintDeps(settings), named)).idToken;
}
