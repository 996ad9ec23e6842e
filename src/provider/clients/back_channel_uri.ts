// Owns what may be said at registration about an address the provider will call itself. What a name resolves to is
// judged at each call; here only what the address itself shows.
import { isIP } from "node:net";
import { isIn, networksOf } from "../../input/networks.ts";
import { isSpecialAddress } from "../../input/special_address.ts";

/**
 * Tells whether a host is plainly inside: a private address in whatever form, or a name that only means something
 * there. The provider calls such a host only if TTI_ALLOW_NETWORKS names its network.
 * @param hostname as URL gives it
 * @param allowNetworks CIDR ranges that are called although they are private: an address in one is not told of, nor a name where
 *   there are any, for what it resolves to is known at the call
 */
export function isInsideHost(hostname: string, allowNetworks: readonly string[] = []): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0) return isSpecialAddress(host) && !isIn(networksOf(allowNetworks), host);
  if (allowNetworks.length > 0) return false;
  return !host.includes(".") || /\.(?:localhost|local|internal|lan|home\.arpa)\.?$/.test(host);
}
