// Owns how the provider reaches other servers by addresses that clients or tenants supplied. Every address of the host
// is judged before anything is sent, and the connection goes to the very addresses that were judged: a name that
// answers differently a second time (DNS rebinding) is not asked a second time. oidc-provider's own guard, which looks
// at a connection that stands already, is not used.
import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import type { Configuration } from "oidc-provider";
import { isIn, networksOf } from "../../input/networks.ts";
import { isSpecialAddress } from "../../input/special_address.ts";
import { inSpan } from "../../tracing/active_span.ts";

/** The signature of oidc-provider's `fetch` setting. */
export type OutgoingFetch = NonNullable<Configuration["fetch"]>;

/** Finds every address of a host name. */
export type AddressResolver = (hostname: string) => Promise<LookupAddress[]>;

const systemResolver: AddressResolver = (hostname) => lookup(hostname, { all: true });

/** Why a request did not leave. The message is for the operator's log. */
class OutgoingRefused extends Error {
  override readonly name = "OutgoingRefused";
  readonly hostname: string;

  constructor(hostname: string, reason: string) {
    super(reason);
    this.hostname = hostname;
  }
}

/**
 * Makes oidc-provider's `fetch`.
 * @param allowNetworks CIDR ranges that may be reached although they are private
 * @param resolve how names become addresses; the machine's own unless a test answers
 * @throws OutgoingRefused (from the made function) before anything is sent, if one of the host's addresses may not be
 *   reached or there is none
 */
export function createOutgoingFetch(
  allowNetworks: readonly string[],
  resolve: AddressResolver = systemResolver,
): OutgoingFetch {
  const allowed = networksOf(allowNetworks);
  const mayReach = (address: string): boolean => isIn(allowed, address) || !isSpecialAddress(address);
  const send: OutgoingFetch = async (url, options) => {
    const hostname = new URL(url).hostname.replace(/^\[|\]$/g, "");
    const { signal } = options as RequestInit;
    const addresses = await within(signal, addressesOf(hostname, resolve));
    if (addresses.length === 0) throw new OutgoingRefused(hostname, "the host name has no address");
    // One that may be reached beside one that may not: which is taken would be chance.
    if (!addresses.every(({ address }) => mayReach(address))) {
      throw new OutgoingRefused(
        hostname,
        "the host lies in a private or special network, which TTI_ALLOW_NETWORKS does not name",
      );
    }
    const dispatcher = pinTo(hostname, addresses);
    try {
      // Another host would not have been judged.
      return await fetch(url, { ...(options as RequestInit), redirect: "error", dispatcher } as RequestInit);
    } finally {
      // It waits for the answer to be read.
      void dispatcher.close();
    }
  };
  // No traceparent goes out: whose server it is, somebody else decided.
  return (url, options) => {
    const { method = "GET" } = options as RequestInit;
    const asked = { "http.request.method": method, "server.address": new URL(url).hostname };
    return inSpan("fetch", method, asked, async (span) => {
      const answer = await send(url, options);
      span?.set({ "http.response.status_code": answer.status });
      return answer;
    });
  };
}

async function addressesOf(hostname: string, resolve: AddressResolver): Promise<LookupAddress[]> {
  const family = isIP(hostname);
  if (family !== 0) return [{ address: hostname, family }];
  return resolve(hostname).catch(() => []);
}

// A resolver knows no signal; whoever asked goes on without its answer.
function within<Result>(signal: AbortSignal | null | undefined, work: Promise<Result>): Promise<Result> {
  if (signal == null) return work;
  return new Promise((settle, reject) => {
    const give = () => reject(signal.reason);
    if (signal.aborted) give();
    signal.addEventListener("abort", give, { once: true });
    work.then(settle, reject).finally(() => signal.removeEventListener("abort", give));
  });
}

interface Dispatcher {
  close(): Promise<void>;
}

// Node.js exports no Agent for its own fetch; oidc-provider finds its constructor in the same way.
function pinTo(hostname: string, addresses: readonly LookupAddress[]): Dispatcher {
  // Fetch is loaded at its first use, and its dispatcher with it.
  Response;
  const dispatcherOf = (version: number): { constructor: unknown } | undefined =>
    Reflect.get(globalThis, Symbol.for(`undici.globalDispatcher.${version}`));
  const Agent = (dispatcherOf(2) ?? dispatcherOf(1))?.constructor as
    | (new (options: {
        connect: { lookup: LookupFunction };
      }) => Dispatcher)
    | undefined;
  if (Agent === undefined)
    throw new OutgoingRefused(hostname, "this Node.js has no fetch that can be guarded");
  const answer: LookupFunction = (asked, options, callback) => {
    const [first] = addresses;
    if (asked !== hostname || first === undefined) {
      callback(new Error("another host than the one that was judged"), "", 0);
    } else if (options.all) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
  return new Agent({ connect: { lookup: answer } });
}
