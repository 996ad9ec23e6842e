// Owns how a URL from outside is read: one decision on schemes, credentials, fragments and length, for settings,
// clients and whatever else names an address that is opened or redirected to. Nothing else asks the URL parser whether a
// text is a URL.
import { OperationError } from "../errors.ts";
import { isStorable } from "./text.ts";

/** What a URL may be. Everything not allowed is refused. */
export interface WebUrlRule {
  /** Whether http is taken too: never, on this machine only (loopback), or anywhere. */
  http: "never" | "loopback" | "anywhere";
  /** At most this many characters (default 2048). */
  most?: number;
  /** Whether it may end in `?…` (default true). */
  query?: boolean;
  /** Whether it may end in `#…` (default false). */
  fragment?: boolean;
}

const loopbackHosts: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** Whether a host name, as `URL.hostname` gives it, is this machine (RFC 8252 section 7.3). */
export function isLoopbackHost(hostname: string): boolean {
  return loopbackHosts.includes(hostname);
}

/**
 * Reads any absolute URI, of whatever scheme: for callers that go on to judge its parts. What people give to be opened or
 * redirected to goes through {@link parseWebUrl}.
 * @param base resolves a relative reference; left out, the text must be absolute
 * @returns undefined for what is none
 */
export function uriOf(text: string, base?: string): URL | undefined {
  return URL.parse(text, base) ?? undefined;
}

/**
 * Parses an absolute http(s) URL.
 * @param value what the caller sent
 * @param field the field's name in the caller's own words, for the error
 * @returns the URL exactly as written: it may be compared byte by byte later
 * @throws OperationError invalid_input; the value itself is not repeated, it may hold a password
 */
export function parseWebUrl(value: unknown, field: string, rule: WebUrlRule): string {
  const read = readWebUrl(value, rule);
  if ("url" in read) return read.url;
  throw new OperationError("invalid_input", `${field} ${read.fault}.`, { field, fix: `${read.fix}.` });
}

/**
 * The same decision, for callers with errors of their own.
 * @returns the URL, or what is wrong (a phrase that follows the field's name) and what to do
 */
export function readWebUrl(
  value: unknown,
  rule: WebUrlRule,
): { url: string } | { fault: string; fix: string } {
  const most = rule.most ?? 2048;
  if (typeof value !== "string" || value === "") return fault("is not a URL", "Write the whole URL");
  if (value.length > most) return fault(`is longer than ${most} characters`, "Use a shorter URL");
  // The URL parser drops tabs and line breaks and encodes the rest: what is stored would not be what is opened.
  if (!isStorable(value) || !/^[\x21-\x7e]+$/.test(value)) {
    return fault(
      "holds spaces, control or non-ASCII characters",
      "Percent-encode them; write host names in ASCII",
    );
  }
  const url = uriOf(value);
  if (url === undefined || !/^https?:\/\//i.test(value) || value.includes("\\")) {
    return fault("is not a URL that begins with https://", "Write the whole URL");
  }
  if (url.username !== "" || url.password !== "") return fault("holds a user name or password", "Remove it");
  if (rule.fragment !== true && value.includes("#")) return fault("holds a fragment (#…)", "Remove it");
  if (rule.query === false && value.includes("?")) return fault("holds a query (?…)", "Remove it");
  const local = rule.http === "anywhere" || (rule.http === "loopback" && isLoopbackHost(url.hostname));
  if (url.protocol === "https:" || local) return { url: value };
  return fault(
    "is not https",
    rule.http === "loopback" ? "Use https; http only on localhost, 127.0.0.1 or [::1]" : "Use https",
  );
}

const fault = (what: string, fix: string) => ({ fault: what, fix });
