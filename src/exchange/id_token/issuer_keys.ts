// Verifies an ID token's signature with its issuer's published keys, the way AWS does: discovery, then jwks_uri.
// It makes the tenant claim a verified one: a forged token is refused here, not carried to AWS.

import { KeyObject, verify as verifySignature } from "node:crypto";
import { createRemoteJWKSet, errors, type RemoteJWKSet } from "jose";
import { IdTokenError } from "../errors.ts";
import type { IdToken } from "./id_token.ts";

export interface IssuerKeys {
  /** @throws IdTokenError `id_token_signature`, `id_token_keys_unavailable` */
  verify(token: IdToken): Promise<void>;
}

/**
 * Keys of an issuer, fetched at first use and cached ten minutes; an unknown kid fetches again.
 *
 * @param issuer the issuer URL; discovery must name exactly it
 * @param jwksUri skips discovery
 */
export function createIssuerKeys(issuer: string, jwksUri?: string): IssuerKeys {
  let keys: Promise<RemoteJWKSet> | undefined;

  const load = async (): Promise<RemoteJWKSet> =>
    createRemoteJWKSet(new URL(jwksUri ?? (await discoverJwksUri(issuer))), { timeoutDuration: 5000 });

  const findKey = async (kid: string): Promise<KeyObject | undefined> => {
    keys ??= load();
    try {
      // The algorithm is ours, not the header's (RFC 8725 section 3.1).
      return KeyObject.from(await (await keys)({ alg: "RS256", kid }));
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return undefined;
      keys = undefined;
      throw keysUnavailable(issuer, error);
    }
  };

  return {
    async verify(token) {
      const kid = String(token.header["kid"]);
      const key = await findKey(kid);
      if (key === undefined || !isSignedBy(key, token.compact)) throw forgedOrForeign(kid);
    },
  };
}

/** On this thread: checking one RSA signature takes less time than handing it to another. */
function isSignedBy(key: KeyObject, compact: string): boolean {
  const end = compact.lastIndexOf(".");
  const signature = Buffer.from(compact.slice(end + 1), "base64url");
  return verifySignature("RSA-SHA256", Buffer.from(compact.slice(0, end)), key, signature);
}

function forgedOrForeign(kid: string): IdTokenError {
  return new IdTokenError({
    code: "id_token_signature",
    step: "id-token",
    message: `The ID token's signature does not verify with key ${JSON.stringify(kid.slice(0, 100))} of its issuer.`,
    fix: "Check that the token comes from this issuer and that the issuer publishes the key it signs with.",
  });
}

function keysUnavailable(issuer: string, cause: unknown): IdTokenError {
  return new IdTokenError({
    code: "id_token_keys_unavailable",
    step: "id-token",
    message: `The keys of issuer ${issuer} could not be fetched, so the ID token's tenant cannot be trusted.`,
    fix: "Make the issuer's discovery document and jwks_uri reachable from here (AWS must reach them too), or set jwksUri to an address that is.",
    retryable: true,
    cause,
  });
}

async function discoverJwksUri(issuer: string): Promise<string> {
  const response = await fetch(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`, {
    redirect: "error",
    headers: { accept: "application/json" },
    signal: AbortSignal.timeout(5000),
  });
  if (!response.ok) throw new Error(`discovery answered ${response.status}`);
  const document: unknown = await response.json();
  const members: Record<string, unknown> =
    typeof document === "object" && document !== null ? { ...document } : {};
  if (members["issuer"] !== issuer) throw new Error("discovery names another issuer");
  if (typeof members["jwks_uri"] !== "string") throw new Error("discovery has no jwks_uri");
  return members["jwks_uri"];
}
