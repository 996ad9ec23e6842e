// Under which names the sandbox is reached: the address it tells, and whether a request came by one of this machine. Pure.
import type { InboundRequest } from "./listener.ts";

/** RFC 9110 section 7.2, without percent-encoding: nothing a URL parser would take for a user name, path or query. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/**
 * A web site can point its own DNS name at this machine and so read answers as its own (DNS rebinding). It cannot
 * do that with an IP address, `localhost`, or a name without dots (a container's), so only these may be asked for
 * pages, and the host the sandbox was told it has.
 *
 * @param endpoint the sandbox's own URL
 */
export function isOwnHost(request: InboundRequest, endpoint: string): boolean {
  const header = request.headers[":authority"] ?? request.headers["host"];
  if (typeof header !== "string" || !HOST.test(header) || !URL.canParse(`http://${header}`)) return false;
  const { hostname } = new URL(`http://${header}`);
  if (URL.canParse(endpoint) && hostname === new URL(endpoint).hostname) return true;
  const isAddress = /^\d+\.\d+\.\d+\.\d+$/.test(hostname) || hostname.startsWith("[");
  return isAddress || !hostname.includes(".") || hostname.endsWith(".localhost");
}

/**
 * @param host the address it listens on
 * @returns how a URL names it; every address of the machine is none to call, so that is the local one
 */
export function reachableHost(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}
