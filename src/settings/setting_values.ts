// Owns how single setting values are read from text. Each reader returns the value or throws an Error
// whose message is "what is wrong|what to do", for every fault of the value at once; no reader repeats a secret.
import { Resolver } from "node:dns";
import { isIP } from "node:net";
import { readWebUrl, uriOf } from "../input/web_address.ts";
import type { Mode } from "./setting.ts";

/** Any non-empty text. */
export const text = (value: string): string => value;

/** A whole number within bounds, both included. */
export function integer(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < least || number > most) {
      throw new Error(`"${value}" is not a whole number from ${least} to ${most}|Use a number in that range`);
    }
    return number;
  };
}

const mostWorkers = 128;

/** How many processes serve: a number, or `auto`. */
export function workerCount(value: string): number | "auto" {
  if (value === "auto") return value;
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= 1 && number <= mostWorkers) return number;
  throw new Error(
    `"${value}" is neither auto nor a whole number from 1 to ${mostWorkers}|Use auto, or a number in that range`,
  );
}

/** on/off and their usual spellings. */
export function flag(value: string): boolean {
  const lower = value.toLowerCase();
  if (["on", "true", "1", "yes"].includes(lower)) return true;
  if (["off", "false", "0", "no"].includes(lower)) return false;
  throw new Error(`"${value}" is neither on nor off|Use on or off`);
}

/** One of a list of words. */
export function oneOf<T extends string>(words: readonly T[]): (value: string) => T {
  return (value) => {
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) throw new Error(`"${value}" is not known|Use one of ${words.join(", ")}`);
    return word;
  };
}

/** An http or https address that browsers are sent to. */
export function webUrl(value: string): string {
  const read = readWebUrl(value, { http: "anywhere" });
  if ("url" in read) return read.url;
  throw new Error(`it ${read.fault}|${read.fix}`);
}

/** A bare origin that browsers open: scheme, host and port, https unless on this machine. */
export function originUrl(value: string): string {
  const read = readWebUrl(value, { http: "loopback", query: false });
  if ("fault" in read) throw new Error(`it ${read.fault}|${read.fix}`);
  const origin = uriOf(read.url)?.origin;
  if (origin === value || `${origin}/` === value) return origin ?? value;
  throw new Error(
    "it is more than scheme, host and port in lower case|Write it like https://admin.example.com",
  );
}

/** The address of a PostgreSQL database. The value is not repeated: it may hold a password. */
export function databaseUrl(value: string): string {
  if (["postgres:", "postgresql:"].includes(uriOf(value)?.protocol ?? "")) return value;
  throw new Error("it is not a URL that begins with postgres:// or postgresql://|Write the whole URL");
}

/** A host name or address to listen on, without a port. */
export function hostName(value: string): string {
  if (isIP(value) === 0 && !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(value)) {
    throw new Error(`"${value}" is no host name or address|Write it without scheme and port, e.g. 127.0.0.1`);
  }
  return value;
}

// 32 random bytes have about 30 different values; fewer than 16 come once in 10^12 tries.
const fewestDistinctBytes = 16;

/** Comma-separated 32-byte keys in base64; in production such as chance makes, not zeros or a repeated word. */
export function sealingKeys(value: string, mode: Mode): readonly Uint8Array[] {
  return readEach(value, (part, index) => {
    const bytes = /^[A-Za-z0-9+/_-]+={0,2}$/.test(part) ? Buffer.from(part, "base64") : Buffer.alloc(0);
    if (bytes.length !== 32) {
      throw new Error(`key ${index + 1} is not 32 bytes in base64|Make one with: openssl rand -base64 32`);
    }
    if (mode === "production" && new Set(bytes).size < fewestDistinctBytes) {
      throw new Error(`key ${index + 1} is not random|Make one with: openssl rand -base64 32`);
    }
    return new Uint8Array(bytes);
  });
}

const shortestReadingKey = 32;

/** Comma-separated keys that are sent as bearer tokens (RFC 6750 section 2.1). */
export function readingKeys(value: string): readonly string[] {
  const makeOne = "Make one with: openssl rand -base64 32";
  return readEach(value, (key, index) => {
    if (!/^[A-Za-z0-9._~+/-]+=*$/.test(key) || key.length > 512)
      throw new Error(`key ${index + 1} cannot be sent as a bearer token|${makeOne}`);
    if (key.length < shortestReadingKey)
      throw new Error(`key ${index + 1} has fewer than ${shortestReadingKey} characters|${makeOne}`);
    if (new Set(key).size < fewestDistinctLetters)
      throw new Error(`key ${index + 1} is not random|${makeOne}`);
    return key;
  });
}

// 32 hexadecimal digits by chance have about 14 different ones; fewer than 8 come once in 10^5 tries.
const fewestDistinctLetters = 8;

/** Addresses of DNS servers, each with or without a port. */
export function dnsServers(value: string): readonly string[] {
  const servers = value.split(",").map((one) => one.trim());
  try {
    new Resolver().setServers(servers);
  } catch {
    throw new Error(`"${value}" is no list of DNS servers|Write addresses: 192.0.2.53, 127.0.0.1:5353`);
  }
  return servers;
}

/** Comma-separated CIDR ranges. */
export function networks(value: string): readonly string[] {
  return readEach(value, (range) => {
    const [address = "", bits = ""] = range.split("/");
    const family = isIP(address);
    if (family === 0 || !/^\d+$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) {
      throw new Error(`"${range}" is no CIDR range|Write it like 10.0.0.0/8`);
    }
    return range;
  });
}

/** AWS's own pattern for IssuerUrl (API_OidcJwtConfiguration). */
export const awsIssuerPattern = /^https?:\/\/[-a-zA-Z0-9+&@/%=~_|!:,.;]*[-a-zA-Z0-9+&@/%=~_|]$/;

/**
 * An issuer that AWS IAM Identity Center can use: at most 512 characters, no query or fragment, no trailing
 * slash (compared byte by byte), no well-known path, https unless on this machine in development.
 */
export function issuerUrl(value: string, mode: Mode): string {
  const parsed = uriOf(value);
  if (parsed === undefined)
    throw new Error(`"${value}" is not a URL|Write it like https://login.example.com`);
  const local = ["localhost", "127.0.0.1", "[::1]"].includes(parsed.hostname);
  const faults: readonly (readonly [boolean, string])[] = [
    [parsed.username !== "" || parsed.password !== "", "it holds a user name or password|Remove it"],
    [
      value.includes(".well-known"),
      "it contains the discovery path|Leave /.well-known/openid-configuration away",
    ],
    [value.endsWith("/"), "it ends with a slash, and AWS compares issuers byte by byte|Remove the slash"],
    [
      value.length > 512 || !awsIssuerPattern.test(value),
      "it is not an issuer URL AWS accepts|Use at most 512 characters, without query or fragment",
    ],
    [
      parsed.origin !== withoutToldParts(value),
      "it is more than scheme, host and port in lower case|Give the provider a host of its own, like https://login.example.com",
    ],
    [
      parsed.protocol !== "https:" && !(mode === "development" && local),
      "it is not https|Put TLS in front of the provider and use the https address",
    ],
  ];
  throwAll(faults.flatMap(([isAtFault, fault]) => (isAtFault ? [fault] : [])));
  return value;
}

// What other faults of an issuer name already; the rest is compared with the origin.
function withoutToldParts(value: string): string {
  return value
    .replace(/[?#].*$/, "")
    .replace(/\/\.well-known.*$/, "")
    .replace(/\/+$/, "")
    .replace(/^([a-z]+:\/\/)[^/@]*@/i, "$1");
}

// All faults of one value at once, in the form in which a reader throws one.
function throwAll(faults: readonly string[]): void {
  if (faults.length === 0) return;
  const [problems, fixes] = [0, 1].map((part) => faults.map((fault) => fault.split("|")[part] ?? ""));
  throw new Error(`${problems?.join("; ")}|${[...new Set(fixes)].join(". ")}`);
}

// Reads each part of a comma-separated value; the faults of all parts are told at once.
function readEach<Value>(value: string, read: (part: string, index: number) => Value): readonly Value[] {
  const faults: string[] = [];
  const values = value.split(",").flatMap((part, index) => {
    try {
      return [read(part.trim(), index)];
    } catch (error) {
      faults.push((error as Error).message);
      return [];
    }
  });
  throwAll(faults);
  return values;
}

/** A number from 0 to 1. */
export function fraction(value: string): number {
  const number = Number(value);
  if (/^(?:0|1|0?\.\d+|[01]\.\d+)$/.test(value) && number <= 1) return number;
  throw new Error(`"${value}" is no number from 0 to 1|Write it like 0.1`);
}

/**
 * Comma-separated `name=value` pairs whose values may be percent-encoded (W3C Baggage), as OpenTelemetry writes them.
 * @param kind `secret`: they are sent as headers, and no value is repeated
 */
export function pairs(kind: "secret" | "open"): (value: string) => Readonly<Record<string, string>> {
  return (value) =>
    Object.fromEntries(
      readEach(value.replace(/,\s*$/, ""), (pair, index) => {
        const [, name, given] = /^([\w.*!#$%&'+^`|~/-]+)\s*=\s*(.*)$/s.exec(pair) ?? [];
        const decoded = given === undefined ? undefined : decodePercent(given);
        const sendable = kind === "open" || /^[\t\x20-\x7e]*$/.test(decoded ?? "");
        if (name !== undefined && decoded !== undefined && sendable) return [name, decoded] as const;
        const what = kind === "secret" ? `pair ${index + 1}` : `"${pair}"`;
        throw new Error(`${what} is no name=value|Write name=value pairs with commas between them`);
      }),
    );
}

function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
