// Owns which IP addresses are no host of the public internet: our own machine, private networks, cloud metadata,
// multicast, and forms that carry such an address inside another. Pure.
import { BlockList, isIP } from "node:net";
import { parseClientAddress } from "./client_address.ts";

// IANA IPv4 Special-Purpose Address Registry (RFC 6890), and multicast (RFC 5771).
const specialIpv4 = blockList("ipv4", [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.31.196.0", 24],
  ["192.52.193.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["192.175.48.0", 24],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
]);

// Of IPv6 only this is handed out to hosts (RFC 4291 section 2.4). What lies outside is special: ::1, IPv4-compatible
// addresses, NAT64 (64:ff9b::/96 and 64:ff9b:1::/48), unique local, link-local, multicast.
const globalIpv6 = blockList("ipv6", [["2000::", 3]]);

// What is special inside it: Teredo and the other protocol assignments, AS112, documentation, 6to4.
const specialIpv6 = blockList("ipv6", [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["2620:4f:8000::", 48],
  ["3fff::", 20],
]);

/**
 * Tells whether an address is no host of the public internet. An IPv4-mapped address is judged as its IPv4.
 * @returns true for a text that is no address, too
 */
export function isSpecialAddress(address: string): boolean {
  const plain = parseClientAddress(address)?.address;
  if (plain === undefined) return true;
  if (isIP(plain) === 4) return specialIpv4.check(plain, "ipv4");
  return !globalIpv6.check(plain, "ipv6") || specialIpv6.check(plain, "ipv6");
}

function blockList(
  family: "ipv4" | "ipv6",
  networks: readonly (readonly [network: string, bits: number])[],
): BlockList {
  const list = new BlockList();
  for (const [network, bits] of networks) list.addSubnet(network, bits, family);
  return list;
}
