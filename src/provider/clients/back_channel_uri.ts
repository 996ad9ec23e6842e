// Owns what may be said at registration about an address the provider will call itself. What a name resolves to is
// judged at each call; here only what the address itself shows.
import { isIP } from "node:net";
import { isSpecialAddress } from "../../input/special_address.ts";

/**
 * Tells whether a host is plainly inside: a private address in whatever form, or a name that only means something
 * there. The provider calls such a host only if TTI_ALLOW_NETWORKS names its network.
 * @param hostname as URL gives it
 */
export function isInsideHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0) return isSpecialAddress(host);
  return !host.includes(".") || /\.(?:localhost|local|internal|lan|home\.arpa)\.?$/.test(host);
}
