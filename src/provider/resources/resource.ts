// Owns what a resource is: an API of the ISV's, and what a client may ask of it. Pure. Which identifiers, scopes and
// lifetimes there may be is decided here and nowhere else.
import { apiScopes, personScopes } from "../../grants_and_scopes.ts";
import { readWebUrl, uriOf } from "../../input/web_address.ts";

/** How its access tokens are made: signed and readable (RFC 9068), or known to this provider only (RFC 7662). */
export const tokenFormats = ["jwt", "opaque"] as const;
export type TokenFormat = (typeof tokenFormats)[number];

/** How long an access token for a resource may live, in seconds: a signed one cannot be called back. */
export const resourceTokenSeconds = { least: 60, most: 3_600, usual: 600 } as const;

/** At most so many scopes of one resource. */
export const mostScopes = 50;

/** An API of the ISV's. Times are epoch milliseconds. */
export interface Resource {
  /** The audience of its tokens: an absolute URI, compared byte by byte. */
  identifier: string;
  /** What people read. */
  name: string;
  /** Its scopes, each with what it means. */
  scopes: Readonly<Record<string, string>>;
  tokenFormat: TokenFormat;
  tokenTtlSeconds: number;
  createdAtMs: number;
}

/** What a client may ask of a resource. */
export interface ResourceRight {
  clientId: string;
  /** For people who sign in to it. */
  scopes: string[];
  /** For itself. */
  ownScopes: string[];
  /** Whether it is the resource's own server, which may ask what becomes of tokens for it. */
  introspects: boolean;
}

const urn = /^urn:[a-z0-9][a-z0-9-]{0,30}[a-z0-9]:[\x21-\x7e]+$/i;
const mostIdentifierCharacters = 300;

/**
 * What is wrong with an identifier (RFC 8707 section 2): undefined for an https URL or a URN without a fragment.
 * No client's id is one, so that a token for a resource is none for a client.
 */
export function whyNoIdentifier(identifier: string): { what: string; fix: string } | undefined {
  const fix = "Write the address of your API, such as https://api.example.com, or a URN.";
  if (/^urn:/i.test(identifier)) {
    const good = urn.test(identifier) && !identifier.includes("#") && uriOf(identifier) !== undefined;
    if (good && identifier.length <= mostIdentifierCharacters) return undefined;
    return { what: "is no URN without a fragment, of at most 300 characters", fix };
  }
  const read = readWebUrl(identifier, { http: "never", most: mostIdentifierCharacters });
  return "url" in read ? undefined : { what: read.fault, fix: `${read.fix}.` };
}

// RFC 6749 section 3.3, without what reads badly on a command line or a page.
const scopeName = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$/;

/** What is wrong with the name of a scope; undefined for one that a resource may have. */
export function whyNoScope(scope: string): string | undefined {
  if (!scopeName.test(scope)) return "names a scope with other characters than letters, digits and . _ : / -";
  const taken = scope.toLowerCase();
  // What the provider's own scopes open is never for a resource to give.
  if (personScopes.includes(taken) || apiScopes.includes(taken) || taken.startsWith("tti:")) {
    return "names a scope that is the provider's own";
  }
  return undefined;
}

/** Those of some scopes that a resource has. */
export function knownScopes(resource: Pick<Resource, "scopes">, scopes: readonly string[]): string[] {
  return scopes.filter((scope) => Object.hasOwn(resource.scopes, scope));
}

/** Reads a stored format; what cannot be read is the one that gives away less. */
export function readTokenFormat(stored: string): TokenFormat {
  return tokenFormats.find((format) => format === stored) ?? "opaque";
}
