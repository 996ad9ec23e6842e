// Owns what a request may say about itself: nothing about our address, and about its own only what trusted
// proxies say. Every URL that leaves the server is made from the configured issuer.
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { parseClientAddress } from "../../input/client_address.ts";

/** What is pinned. */
export interface PinOptions {
  issuer: string;
  /** How many proxies in front append to X-Forwarded-For. */
  trustedProxies: number;
}

// Names a proxy, a framework or a library anywhere might build a URL or an address from.
const untrusted = [
  "forwarded",
  "front-end-https",
  "x-client-ip",
  "x-cluster-client-ip",
  "x-forwarded",
  "x-forwarded-by",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-path",
  "x-forwarded-port",
  "x-forwarded-prefix",
  "x-forwarded-proto",
  "x-forwarded-protocol",
  "x-forwarded-scheme",
  "x-forwarded-server",
  "x-forwarded-ssl",
  "x-forwarded-uri",
  "x-host",
  "x-http-host-override",
  "x-original-host",
  "x-original-url",
  "x-real-ip",
  "x-rewrite-url",
  "x-url-scheme",
  "true-client-ip",
  "cf-connecting-ip",
];

const requestIdHeader = "x-request-id";

/**
 * Rewrites a request's headers so that what reads them later (koa and oidc-provider, both with `proxy` on)
 * gets the issuer's host and scheme, and the client address the trusted proxies report.
 *
 * @returns false for a request that must not be served: a target that names a host of its own
 * @see RFC 9112 section 3.2.2 (absolute-form); CVE-2026-27959, CVE-2024-47070 for the classes
 */
export function pinRequest(request: IncomingMessage, options: PinOptions): boolean {
  if (request.url === undefined || !request.url.startsWith("/") || request.url.startsWith("//")) return false;
  const address = clientAddressOf(request, options.trustedProxies);
  const { host, protocol } = new URL(options.issuer);
  for (const name of untrusted) if (request.headers[name] !== undefined) delete request.headers[name];
  request.headers["host"] = host;
  request.headers["x-forwarded-proto"] = protocol.slice(0, -1);
  request.headers["x-forwarded-for"] = address;
  request.headers[requestIdHeader] = randomUUID();
  return true;
}

/** The request's id, made by {@link pinRequest}; found again in the log. */
export function requestIdOf(request: IncomingMessage): string {
  const id = request.headers[requestIdHeader];
  return typeof id === "string" ? id : "";
}

/** The client's address as {@link pinRequest} established it. */
export function pinnedAddressOf(request: IncomingMessage): string {
  const address = request.headers["x-forwarded-for"];
  return typeof address === "string" ? address : "";
}

/**
 * The address of the client: the socket's own, or the X-Forwarded-For entry that the outermost trusted proxy
 * wrote. Entries further left are what the client claims, and are not looked at. Where that entry is no address
 * (`unknown`, `_hidden`), the nearest trusted hop that is one stands for it, so that no two words are two clients.
 * @returns the address in its one spelling, without a port
 */
export function clientAddressOf(request: IncomingMessage, trustedProxies: number): string {
  const socketAddress = request.socket.remoteAddress ?? "";
  const header = trustedProxies === 0 ? undefined : request.headers["x-forwarded-for"];
  const entries = (Array.isArray(header) ? header.join(",") : (header ?? ""))
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
  const hops = [...entries, socketAddress];
  const trusted = hops.slice(Math.max(0, hops.length - 1 - trustedProxies));
  for (const hop of trusted) {
    const parsed = parseClientAddress(hop);
    if (parsed !== undefined) return parsed.address;
  }
  return socketAddress;
}
