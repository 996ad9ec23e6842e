// Owns minting for our own searches: the client has proven itself at the admin port instead of the token
// endpoint, or an administrator tries what it may do; every rule of minting applies the same.
import type Provider from "oidc-provider";
import { OperationError } from "../../errors.ts";
import type { Installation } from "../../installation.ts";
import { createMintDeps, mintIdToken } from "./mint.ts";
import type { NamedSubject, TrialOfRight } from "./named_subject.ts";

/** Whose token is asked for, by which client. */
export interface SearchSubject {
  clientId: string;
  accountId: string;
  tenantId: string;
  /** An administrator's trial, in which the client takes no part; absent: the client searches. */
  trial?: TrialOfRight;
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
  return async (provider, { clientId, accountId, tenantId, trial }) => {
    const client = await provider.Client.find(clientId);
    if (client === undefined) {
      throw new OperationError("client_not_found", "The client is no longer registered.", {
        field: "client",
      });
    }
    const named = { accountId, tenantId, authTime: undefined, amr: undefined };
    const asked: NamedSubject =
      trial === undefined ? { ...named, by: "search" } : { ...named, by: "trial", trial };
    return (await mintIdToken(provider, client, deps, asked)).idToken;
  };
}
