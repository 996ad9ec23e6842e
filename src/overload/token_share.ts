// Owns in whose share a program's request counts while it waits: of its network first, which nobody can make up, then of the
// client and the tenant that it names. Nothing of that is proven yet, so a wrong name is in the way of its own network only.
import type { IncomingHttpHeaders } from "node:http";
import { parseClientAddress } from "../input/client_address.ts";
import type { SharePath } from "./share_tree.ts";

/** What a request says of who asks. */
export interface AskedBy {
  /** As the trusted proxies report it. */
  address: string;
  headers: IncomingHttpHeaders;
  /** Its form, once it is here. */
  body?: Buffer | undefined;
}

// Longer names are told apart by their beginning.
const longestName = 200;

/** The network of an address: of IPv6 the first 64 bits. */
export const networkOf = (address: string): string => parseClientAddress(address)?.network ?? address;

/**
 * The site of an address: of IPv6 the first 48 bits, which is what one customer of a provider gets (RFC 6177), 65,536 networks of
 * 64 bits with it. An IPv4 address whole.
 */
export function siteOf(address: string): string {
  const network = networkOf(address);
  const groups = network.split(":");
  return groups.length === 4 ? groups.slice(0, 3).join(":") : network;
}

/** The share: network, client, tenant. */
export function tokenShareOf({ address, headers, body }: AskedBy): SharePath {
  const form = new URLSearchParams(body?.toString("latin1") ?? "");
  const subject = claimsOf(form.get("subject_token") ?? form.get("assertion"));
  const proof = claimsOf(form.get("client_assertion"));
  const client =
    basicNameOf(headers.authorization) ?? form.get("client_id") ?? proof["sub"] ?? subject["iss"];
  return [networkOf(address), nameOf(client), nameOf(subject["tenant"] ?? form.get("tenant"))];
}

const nameOf = (said: unknown): string => (typeof said === "string" ? said.slice(0, longestName) : "");

function basicNameOf(authorization: string | undefined): string | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const [name = ""] = Buffer.from(encoded.slice(0, 6 * longestName), "base64")
    .toString("latin1")
    .split(":");
  // As oidc-provider reads it (RFC 6749 section 2.3.1): one client has one name, however it is spelt.
  try {
    return decodeURIComponent(name.replaceAll("+", "%20"));
  } catch {
    return name;
  }
}

/** What a JWT claims; nothing is checked. */
function claimsOf(token: string | null): Readonly<Record<string, unknown>> {
  // Told apart before it is parsed: a syntax error takes the way to here down, which costs more than all the rest.
  const payload = token?.split(".")[1];
  if (payload === undefined || payload === "") return {};
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString());
    return typeof claims === "object" && claims !== null ? (claims as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
