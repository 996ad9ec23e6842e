// Owns minting for our own search: the client has proven itself at the admin port instead of the token
// endpoint; every rule of minting applies the same.
import type Provider from "oidc-provider";
import { OperationError } from "../../errors.ts";
import type { Installation } from "../../installation.ts";
import { createMintDeps, mintIdToken } from "./mint.ts";

/** Whose token is asked for, by which client. */
export interface SearchSubject {
  clientId: string;
  accountId: string;
  tenantId: string;
}

/**
 * Makes the minter of this process's searches; searches at the same time share its statements.
 *
 * What it makes mints an ID token for a search, and throws OperationError client_not_found, tenant_not_allowed, and as
 * {@link mintIdToken} does.
 */
export function createSearchMinter(
  installation: Installation,
): (provider: Provider, subject: SearchSubject) => Promise<string> {
  const deps = createMintDeps(installation);
  return async (provider, { clientId, accountId, tenantId }) => {
    const client = await provider.Client.find(clientId);
    if (client === undefined) {
      throw new OperationError("client_not_found", "The client is no longer registered.", {
        field: "client",
      });
    }
    const named = { accountId, tenantId, authTime: undefined, amr: undefined, by: "search" } as const;
    return (await mintIdToken(provider, client, deps, named)).idToken;
  };
}
