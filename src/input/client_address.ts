// Owns how an IP address is read: from a socket, from a proxy's header, in whatever spelling. What comes out has
// one spelling for one address, so that whatever counts by address cannot be counted around.
import { isIPv4, isIPv6 } from "node:net";

/** An address in its one spelling. */
export interface ClientAddress {
  /** IPv4 in dotted form; IPv6 as RFC 5952 writes it, without zone. An IPv4-mapped address is IPv4. */
  address: string;
  /**
   * The part one customer of a network holds: an IPv4 address whole; of an IPv6 address the first 64 bits, because
   * everyone with one such address has 2^64 of them.
   */
  network: string;
}

/**
 * Reads an address.
 *
 * Taken are an address alone, with a port (`203.0.113.8:40000`, `[2001:db8::1]:443`), in brackets, with a zone
 * (`fe80::1%eth0`), quoted as RFC 7239 has it. Names (`unknown`, `_hidden`) are none.
 *
 * @returns undefined for whatever is no address
 */
export function parseClientAddress(text: string): ClientAddress | undefined {
  const entry = text.trim().replace(/^"(.*)"$/, "$1");
  const bare =
    /^\[([^\]]*)\](?::\d{1,5})?$/.exec(entry)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(entry)?.[1] ?? entry;
  if (isIPv4(bare)) return { address: bare, network: bare };
  const zoneless = bare.replace(/%.*$/, "");
  if (!isIPv6(zoneless)) return undefined;
  const groups = groupsOf(zoneless);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    const address = dotted(groups[6] ?? 0, groups[7] ?? 0);
    return { address, network: address };
  }
  // The URL parser writes an IPv6 address in its one spelling.
  const address = new URL(`http://[${zoneless}]`).hostname.slice(1, -1);
  return {
    address,
    network: groups
      .slice(0, 4)
      .map((group) => group.toString(16))
      .join(":"),
  };
}

// The eight numbers of a well-formed IPv6 address.
function groupsOf(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const left = numbersOf(head);
  const right = numbersOf(tail ?? "");
  return [
    ...left,
    ...Array<number>(tail === undefined ? 0 : 8 - left.length - right.length).fill(0),
    ...right,
  ];
}

function numbersOf(part: string): number[] {
  if (part === "") return [];
  return part.split(":").flatMap((group) => {
    if (!group.includes(".")) return [Number.parseInt(group, 16)];
    // Dotted IPv4 at the end stands for two groups.
    const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}
