// Owns what a client is told at registration of things that are valid but cannot work as the installation stands:
// they may become right later (a tenant is made, a network allowed), so they are told and not refused.
import type { Database } from "../../db/connect.ts";
import { apiScopes } from "../../grants_and_scopes.ts";
import { isInsideHost } from "../../provider/clients/back_channel_uri.ts";
import type { StoredClientMetadata } from "../../provider/clients/client_store.ts";
import { tenantRights, tenantsOfRight } from "../../provider/clients/tenant_rights.ts";
import { findTenant } from "../../provider/tenants/tenant_store.ts";
import type { OperationContext } from "./operation.ts";

/**
 * Lists what a new client will stumble over, each a sentence with its remedy.
 * @param settings as the installation has them
 */
export async function adviseOnClient(
  db: Database,
  metadata: StoredClientMetadata,
  { warnsBy }: Pick<OperationContext, "warnsBy">,
): Promise<string[]> {
  const advice: string[] = [];
  for (const tenantId of new Set(tenantRights.flatMap((right) => tenantsOfRight(metadata, right)))) {
    if (tenantId === "*" || (await findTenant(db, tenantId)) !== undefined) continue;
    advice.push(
      `There is no tenant ${tenantId}: the client can do nothing for it until one is made with \`tti tenant create\`.`,
    );
  }
  const mints = tenantsOfRight(metadata, "mint").length > 0;
  if (mints && metadata.jwks === undefined && metadata.jwks_uri === undefined) {
    advice.push(
      "It has no public key, so it cannot mint by assertion, only for users whose tokens it holds: register one with --key-out, --jwks or --jwks-uri.",
    );
  }
  const calls = (metadata.scope ?? "").split(" ").some((scope) => apiScopes.includes(scope));
  if (metadata.dpop === "required" && calls) {
    advice.push(
      "Its access tokens must be bound to a key, and the provider's own API takes no such token: it can call nothing there. Register another client for that.",
    );
  }
  const called = [
    ["backchannelLogoutUri", metadata.backchannel_logout_uri, "be told of logouts"],
    ["jwksUri", metadata.jwks_uri, "have its keys read"],
  ] as const;
  for (const [field, uri, purpose] of called) {
    if (uri === undefined || !isInsideHost(new URL(uri).hostname, warnsBy?.allowNetworks)) continue;
    advice.push(
      `${field} lies in a private network, which the provider does not call: to ${purpose} there, name the network in TTI_ALLOW_NETWORKS.`,
    );
  }
  return advice;
}

/**
 * Whether a secret somebody else made looks random. It is stored under a fast hash, which keeps only what nobody
 * can guess; 32 equal letters are long and no secret.
 */
export function looksRandom(secret: string): boolean {
  if (new Set(secret).size < 8) return false;
  // A text that repeats itself is found inside its own double before its end.
  return (secret + secret).indexOf(secret, 1) === secret.length;
}
