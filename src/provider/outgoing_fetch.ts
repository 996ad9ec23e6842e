// Owns how the provider reaches other servers by addresses that clients or tenants supplied. oidc-provider
// refuses private addresses; only networks the operator named are let through.
import { lookup } from "node:dns/promises";
import { BlockList, isIPv6 } from "node:net";
import type { Configuration } from "oidc-provider";

/** The signature of oidc-provider's `fetch` setting. */
export type OutgoingFetch = NonNullable<Configuration["fetch"]>;

/**
 * Makes oidc-provider's `fetch`.
 * @param allowNetworks CIDR ranges that may be reached although they are private
 */
export function createOutgoingFetch(allowNetworks: readonly string[]): OutgoingFetch {
  if (allowNetworks.length === 0) return (url, options) => fetch(url, options);
  const allowed = new BlockList();
  for (const network of allowNetworks) {
    const [address = "", bits = ""] = network.split("/");
    allowed.addSubnet(address, Number(bits), isIPv6(address) ? "ipv6" : "ipv4");
  }
  return async (url, options) => {
    if (!(await resolvesInto(new URL(url).hostname, allowed))) return fetch(url, options);
    // The library's dispatcher is its guard against private addresses; this address is allowed by name.
    const { dispatcher: _guard, ...unguarded } = options as RequestInit & { dispatcher?: unknown };
    return fetch(url, unguarded);
  };
}

async function resolvesInto(hostname: string, networks: BlockList): Promise<boolean> {
  const addresses = await lookup(hostname.replace(/^\[|\]$/g, ""), { all: true }).catch(() => []);
  return (
    addresses.length > 0 &&
    addresses.every(({ address, family }) => networks.check(address, family === 6 ? "ipv6" : "ipv4"))
  );
}
