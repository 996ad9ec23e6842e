// Owns how the provider reaches other servers by addresses that clients or tenants supplied. oidc-provider
// refuses private addresses, at the socket; only networks the operator named are let through, and then the
// connection goes to the very address that was judged: a name that answers differently a second time (DNS
// rebinding) is not asked a second time.
import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import { BlockList, isIP, isIPv6, type LookupFunction } from "node:net";
import type { Configuration } from "oidc-provider";

/** The signature of oidc-provider's `fetch` setting. */
export type OutgoingFetch = NonNullable<Configuration["fetch"]>;

/** Finds every address of a host name. */
export type AddressResolver = (hostname: string) => Promise<LookupAddress[]>;

const systemResolver: AddressResolver = (hostname) => lookup(hostname, { all: true });

/**
 * Makes oidc-provider's `fetch`.
 * @param allowNetworks CIDR ranges that may be reached although they are private
 * @param resolve how names become addresses; the machine's own unless a test answers
 */
export function createOutgoingFetch(
  allowNetworks: readonly string[],
  resolve: AddressResolver = systemResolver,
): OutgoingFetch {
  if (allowNetworks.length === 0) return (url, options) => fetch(url, options);
  const allowed = new BlockList();
  for (const network of allowNetworks) {
    const [address = "", bits = ""] = network.split("/");
    allowed.addSubnet(address, Number(bits), isIPv6(address) ? "ipv6" : "ipv4");
  }
  return async (url, options) => {
    const hostname = new URL(url).hostname.replace(/^\[|\]$/g, "");
    const addresses = await addressesOf(hostname, resolve);
    const judged = addresses.length > 0 && addresses.every((one) => isIn(allowed, one));
    const dispatcher = judged ? pinTo(hostname, addresses) : undefined;
    // The library's dispatcher is its guard against private addresses; it stays for every other address.
    if (dispatcher === undefined) return fetch(url, options);
    try {
      // Another host would not have been judged.
      return await fetch(url, { ...(options as RequestInit), redirect: "error", dispatcher } as RequestInit);
    } finally {
      // It waits for the answer to be read.
      void dispatcher.close();
    }
  };
}

async function addressesOf(hostname: string, resolve: AddressResolver): Promise<LookupAddress[]> {
  const family = isIP(hostname);
  if (family !== 0) return [{ address: hostname, family }];
  return resolve(hostname).catch(() => []);
}

function isIn(networks: BlockList, { address, family }: LookupAddress): boolean {
  return networks.check(address, family === 6 ? "ipv6" : "ipv4");
}

interface Dispatcher {
  close(): Promise<void>;
}

// Node.js exports no Agent for its own fetch; oidc-provider finds its constructor in the same way.
function pinTo(hostname: string, addresses: readonly LookupAddress[]): Dispatcher | undefined {
  // Fetch is loaded at its first use, and its dispatcher with it.
  Response;
  const dispatcherOf = (version: number): { constructor: unknown } | undefined =>
    Reflect.get(globalThis, Symbol.for(`undici.globalDispatcher.${version}`));
  const Agent = (dispatcherOf(2) ?? dispatcherOf(1))?.constructor as
    | (new (options: {
        connect: { lookup: LookupFunction };
      }) => Dispatcher)
    | undefined;
  if (Agent === undefined) return undefined;
  const answer: LookupFunction = (asked, options, callback) => {
    const [first] = addresses;
    if (asked !== hostname || first === undefined) {
      callback(new Error("another host than the one that was judged"), "", 0);
    } else if (options.all) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
  return new Agent({ connect: { lookup: answer } });
}
