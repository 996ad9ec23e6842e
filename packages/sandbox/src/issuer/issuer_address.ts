// May Identity Center reach this address? AWS fetches discovery and JWKS only from public hosts on ports 80 and 443.
import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import type { Rules } from "../rules/rules.ts";

const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const) {
  PRIVATE.addSubnet(network, prefix, "ipv4");
}
for (const [network, prefix] of [
  ["::", 96],
  ["64:ff9b::", 96],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const) {
  PRIVATE.addSubnet(network, prefix, "ipv6");
}
PRIVATE.addAddress("::1", "ipv6");

/** Why an address is out of reach, and the check or switch that says so. */
export type AddressFault = {
  rule: "issuer.address" | "issuer.allowLocal" | "issuer.requireHttps";
  why: string;
};

/** @returns why the address is out of reach for AWS, or null when it is not */
export async function findAddressFault(address: string, rules: Rules): Promise<AddressFault | null> {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !["https:", "http:"].includes(url.protocol))
    return { rule: "issuer.address", why: `"${address}" is not an http(s) URL` };
  const local = rules.get("issuer.allowLocal");
  if (local === "allow") return null;
  const fault = local === "deny" ? await findLocalFault(url) : null;
  if (fault !== null || url.protocol === "https:" || rules.get("issuer.requireHttps") === "false")
    return fault;
  return { rule: "issuer.requireHttps", why: `${address} is not https` };
}

async function findLocalFault(url: URL): Promise<AddressFault | null> {
  if (url.port !== "" && url.port !== "80" && url.port !== "443") {
    const why = `${url.href} is on port ${url.port}; AWS reaches only 80 and 443`;
    return { rule: "issuer.allowLocal", why };
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const addresses = isIP(host) ? [host] : await resolve(host);
  if (addresses.length === 0) return { rule: "issuer.address", why: `the host ${host} does not resolve` };
  const inside = addresses.find(isPrivate);
  if (inside === undefined) return null;
  return { rule: "issuer.allowLocal", why: `the host ${host} is ${inside}, which is not a public address` };
}

async function resolve(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map((entry) => entry.address);
  } catch {
    return [];
  }
}

function isPrivate(address: string): boolean {
  return PRIVATE.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}
