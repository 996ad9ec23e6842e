// Owns whether an address lies in one of some networks.
import { BlockList, isIPv6 } from "node:net";
import { parseClientAddress } from "./client_address.ts";

/** Reads CIDR ranges. */
export function networksOf(ranges: readonly string[]): BlockList {
  const networks = new BlockList();
  for (const range of ranges) {
    const [address = "", bits = ""] = range.split("/");
    networks.addSubnet(address, Number(bits), isIPv6(address) ? "ipv6" : "ipv4");
  }
  return networks;
}

/** Tells whether an address lies in one of them. */
export function isIn(networks: BlockList, address: string): boolean {
  const plain = parseClientAddress(address)?.address;
  return plain !== undefined && networks.check(plain, isIPv6(plain) ? "ipv6" : "ipv4");
}
