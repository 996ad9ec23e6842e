// Owns the two documents AWS fetches, discovery and JWKS: fixed bytes served from memory, with a Cache-Control
// that never lets a copy outlive the schedule it was made from, and an ETag.
import { createHash } from "node:crypto";
import type Provider from "oidc-provider";
import { discoveryPath, renderDiscovery } from "./discovery_document.ts";
import type { KeyRing } from "./key_ring.ts";
import type { ServedKeys } from "./served_keys.ts";
import type { PublicJwk } from "./signer.ts";

/** An HTTP answer to a GET; a HEAD gets the same without the body. */
export interface DocumentAnswer {
  status: 200 | 304 | 503;
  headers: Readonly<Record<string, string>>;
  /** Absent on 304. */
  body: Buffer | undefined;
}

/** Answers requests for the documents. */
export interface KeyDocuments {
  /** @param ifNoneMatch the request's If-None-Match header */
  jwks(ifNoneMatch?: string): Promise<DocumentAnswer>;
  /** @param ifNoneMatch the request's If-None-Match header */
  discovery(ifNoneMatch?: string): Promise<DocumentAnswer>;
  /**
   * The same answer, where nothing has to be read or rendered for it.
   * @param path the whole target of the request
   * @returns undefined for any other path, and where it has to be waited for
   */
  atHand(path: string, ifNoneMatch?: string): DocumentAnswer | undefined;
}

/** Path of the keys below the issuer. */
const jwksPath = "/jwks";

interface FixedDocument {
  body: Buffer;
  etag: string;
  /** The last whole answer, which is the next one's too while its Cache-Control stays. */
  whole?: { maxAgeSeconds: number; answer: DocumentAnswer };
}

/**
 * Makes the documents of a running instance.
 * @param options.currentProvider the Provider that serves now; its discovery is rendered once
 */
export function createKeyDocuments(options: {
  ring: KeyRing;
  currentProvider: () => Provider;
}): KeyDocuments {
  const { ring, currentProvider } = options;
  const jwksDocuments = new WeakMap<ServedKeys, FixedDocument>();
  const discoveryDocuments = new WeakMap<Provider, Promise<FixedDocument>>();
  const rendered = new WeakMap<Provider, FixedDocument>();

  const jwksDocument = (): FixedDocument => {
    const keys = ring.current();
    const document = jwksDocuments.get(keys) ?? fixed(jwksBytes(keys.publicJwks));
    jwksDocuments.set(keys, document);
    return document;
  };

  const discoveryDocument = (): Promise<FixedDocument> => {
    const provider = currentProvider();
    const known = discoveryDocuments.get(provider);
    if (known !== undefined) return known;
    const document = renderDiscovery(provider).then(fixed);
    discoveryDocuments.set(provider, document);
    document.then(
      (made) => rendered.set(provider, made),
      () => discoveryDocuments.delete(provider),
    );
    return document;
  };

  return {
    async jwks(ifNoneMatch) {
      await ring.freshen();
      const maxAgeSeconds = ring.jwksMaxAgeSeconds();
      // Whoever asks keeps what it has and asks again, hopefully another instance: better than a set that may
      // lack the key in use, or still hold a revoked one.
      if (maxAgeSeconds === undefined) return outOfDate();
      return answer(jwksDocument(), maxAgeSeconds, ifNoneMatch);
    },
    async discovery(ifNoneMatch) {
      return answer(await discoveryDocument(), ring.policy.jwksMaxAgeSeconds, ifNoneMatch);
    },
    atHand(path, ifNoneMatch) {
      if (path === jwksPath) {
        const maxAgeSeconds = ring.isFresh() ? ring.jwksMaxAgeSeconds() : undefined;
        return maxAgeSeconds === undefined ? undefined : answer(jwksDocument(), maxAgeSeconds, ifNoneMatch);
      }
      const document = path === discoveryPath ? rendered.get(currentProvider()) : undefined;
      return document && answer(document, ring.policy.jwksMaxAgeSeconds, ifNoneMatch);
    },
  };
}

/** The bytes of a JWKS document (RFC 7517 section 5), public members only. */
export function jwksBytes(publicJwks: readonly PublicJwk[]): Buffer {
  const keys = publicJwks.map(({ kty, alg, use, kid, n, e }) => ({ kty, alg, use, kid, n, e }));
  return Buffer.from(JSON.stringify({ keys }));
}

function fixed(body: Buffer): FixedDocument {
  return { body, etag: `"${createHash("sha256").update(body).digest("base64url")}"` };
}

function answer(document: FixedDocument, maxAgeSeconds: number, ifNoneMatch = ""): DocumentAnswer {
  const known = document.whole;
  if (ifNoneMatch === "" && known?.maxAgeSeconds === maxAgeSeconds) return known.answer;
  const headers: Record<string, string> = {
    "cache-control": `public, max-age=${maxAgeSeconds}`,
    etag: document.etag,
    "access-control-allow-origin": "*",
  };
  if (matches(ifNoneMatch, document.etag)) return { status: 304, headers, body: undefined };
  // What every issuer known to work with AWS sends for both; application/jwk-set+json is untried there.
  headers["content-type"] = "application/json; charset=utf-8";
  const whole: DocumentAnswer = { status: 200, headers, body: document.body };
  document.whole = { maxAgeSeconds, answer: whole };
  return whole;
}

// RFC 9110 section 13.1.2: a list of tags, compared weakly, or *.
function matches(ifNoneMatch: string, etag: string): boolean {
  const tags = ifNoneMatch.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes(etag) || tags.includes("*");
}

function outOfDate(): DocumentAnswer {
  return {
    status: 503,
    headers: {
      "cache-control": "no-store",
      "retry-after": "5",
      "content-type": "application/json; charset=utf-8",
      "access-control-allow-origin": "*",
    },
    body: Buffer.from(JSON.stringify({ error: "temporarily_unavailable" })),
  };
}
