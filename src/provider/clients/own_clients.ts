// Owns which relying parties are the provider's own: built in, in no store, for no tenant, and nobody else's to register.
import type { ClientMetadata } from "oidc-provider";
import { accountClient, accountClientId } from "./account_client.ts";
import { consoleClient, consoleClientId } from "./console_client.ts";

/** The id of each, and what the trail and the pages call it. */
const ownNames = { [accountClientId]: "account", [consoleClientId]: "console" } as const;

/** What a client of the provider's own is called; undefined for every other. */
export function ownClientName(clientId: string | null | undefined): "account" | "console" | undefined {
  return Object.hasOwn(ownNames, clientId ?? "") ? ownNames[clientId as keyof typeof ownNames] : undefined;
}

/** Whether a client is the provider's own. Its sign-ins are for no tenant, and its codes make no token. */
export function isOwnClient(clientId: string | null | undefined): boolean {
  return ownClientName(clientId) !== undefined;
}

/**
 * The metadata of a client of the provider's own.
 * @param adminUrl the admin port's address; undefined: there is no console
 */
export function ownClient(
  clientId: string,
  { issuer, adminUrl }: { issuer: string; adminUrl: string | undefined },
): ClientMetadata | undefined {
  if (clientId === accountClientId) return accountClient(issuer);
  if (clientId === consoleClientId && adminUrl !== undefined) return consoleClient(adminUrl);
  return undefined;
}
