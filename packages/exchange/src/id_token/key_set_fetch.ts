// Fetches an issuer's key set the way AWS does: discovery, then jwks_uri. Owns the two requests and their limits; when
// they are made is decided in issuer_keys.ts.

import { readJsonObject } from "../bounded_body.ts";
import { monotonicMs } from "../clock.ts";
import { messageOf, redact } from "../failures/redaction.ts";
import { PublishedKeys } from "./published_keys.ts";

const requestTimeoutMs = 5000;
const mostBytes = 500_000;

/** The issuer answered, but not with what it should; asking again changes nothing. */
export class IssuerDocumentFault extends Error {
  override readonly name = "IssuerDocumentFault";
}

export interface FetchedKeySet {
  readonly keys: PublishedKeys;
  readonly jwksUri: string;
  /** How far the issuer's clock is ahead of this machine's; undefined if its answer does not tell. */
  readonly issuerAheadSeconds: number | undefined;
}

export interface KeySetFetchOptions {
  /** Discovery must name exactly it. */
  readonly issuer: string;
  /** Skips discovery. */
  readonly jwksUri?: string | undefined;
  readonly clock: () => Date;
}

/**
 * Fetches the key set. The address is discovered anew each time, since an issuer may move it; where discovery fails,
 * the address that was good before is asked.
 *
 * @param goodBefore the address of the last key set
 * @throws IssuerDocumentFault for a wrong answer, Error (with the network's words) for none
 */
export async function fetchKeySet(options: KeySetFetchOptions, goodBefore?: string): Promise<FetchedKeySet> {
  const jwksUri = options.jwksUri ?? (await discover(options.issuer, goodBefore));
  const { document, issuerAheadSeconds } = await getDocument("key set", jwksUri, options.clock);
  try {
    return { keys: new PublishedKeys(document), jwksUri, issuerAheadSeconds };
  } catch (error) {
    throw new IssuerDocumentFault(messageOf(error));
  }
}

async function discover(issuer: string, goodBefore: string | undefined): Promise<string> {
  try {
    const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
    const { document } = await getDocument("discovery document", url);
    if (document["issuer"] !== issuer) throw new IssuerDocumentFault("discovery names another issuer");
    const { jwks_uri: jwksUri } = document;
    if (typeof jwksUri !== "string" || !URL.canParse(jwksUri))
      throw new IssuerDocumentFault("discovery has no jwks_uri");
    return jwksUri;
  } catch (error) {
    if (goodBefore !== undefined) return goodBefore;
    throw error;
  }
}

async function getDocument(what: string, url: string, clock?: () => Date) {
  const startedMs = monotonicMs();
  const response = await fetch(url, {
    // A redirect leads where nobody registered.
    redirect: "error",
    headers: { accept: "application/json, application/jwk-set+json" },
    signal: AbortSignal.timeout(requestTimeoutMs),
  }).catch((error: unknown) => {
    throw new Error(`the ${what} could not be fetched from ${url}: ${networkWords(error)}`);
  });
  if (!response.ok) {
    await response.body?.cancel();
    const told = `the ${what} at ${url} answered HTTP ${response.status}`;
    throw response.status >= 500 || response.status === 429 ? new Error(told) : new IssuerDocumentFault(told);
  }
  const tookSeconds = (monotonicMs() - startedMs) / 1000;
  try {
    const document = await readJsonObject(response, mostBytes);
    return { document, issuerAheadSeconds: clock && aheadSeconds(response.headers, clock(), tookSeconds) };
  } catch (error) {
    throw new IssuerDocumentFault(`the ${what} at ${url}: ${redact(messageOf(error))}`);
  }
}

/** From the Date of an answer that no cache kept. It is whole seconds, and as old as the answer's way here. */
function aheadSeconds(headers: Headers, now: Date, tookSeconds: number): number | undefined {
  const said = Date.parse(headers.get("date") ?? "");
  if (Number.isNaN(said) || headers.has("age")) return undefined;
  const ahead = (said - now.getTime()) / 1000;
  // The answer's way here, and the second that Date leaves out, are no difference.
  if (ahead < 0) return Math.min(0, ahead + tookSeconds + 1);
  return ahead;
}

function networkWords(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") {
    return `no answer within ${requestTimeoutMs / 1000} seconds`;
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : "";
  return redact(cause || messageOf(error)) || "no answer";
}
