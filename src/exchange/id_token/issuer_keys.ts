// Verifies an ID token's signature with its issuer's published keys, the way AWS does: discovery, then jwks_uri.
// It makes the tenant claim a verified one: a forged token is refused here, not carried to AWS.

import { compactVerify, createRemoteJWKSet, errors, type JWTVerifyGetKey } from "jose";
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
  let keys: Promise<JWTVerifyGetKey> | undefined;

  const load = async (): Promise<JWTVerifyGetKey> =>
    createRemoteJWKSet(new URL(jwksUri ?? (await discoverJwksUri(issuer))), { timeoutDuration: 5000 });

  return {
    async verify(token) {
      try {
        keys ??= load();
        await compactVerify(token.compact, await keys, { algorithms: ["RS256"] });
      } catch (error) {
        if (
          error instanceof errors.JWSSignatureVerificationFailed ||
          error instanceof errors.JWKSNoMatchingKey
        ) {
          throw forgedOrForeign(token, error);
        }
        keys = undefined;
        throw new IdTokenError({
          code: "id_token_keys_unavailable",
          step: "id-token",
          message: `The keys of issuer ${issuer} could not be fetched, so the ID token's tenant cannot be trusted.`,
          fix: "Make the issuer's discovery document and jwks_uri reachable from here (AWS must reach them too), or set jwksUri to an address that is.",
          retryable: true,
          cause: error,
        });
      }
    },
  };
}

function forgedOrForeign(token: IdToken, cause: Error): IdTokenError {
  return new IdTokenError({
    code: "id_token_signature",
    step: "id-token",
    message: `The ID token's signature does not verify with key ${JSON.stringify(token.header["kid"])} of its issuer.`,
    fix: "Check that the token comes from this issuer and that the issuer publishes the key it signs with.",
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
  if (typeof document !== "object" || document === null) throw new Error("discovery is no JSON object");
  const { issuer: named, jwks_uri: uri } = { issuer: undefined, jwks_uri: undefined, ...document } as Record<
    string,
    unknown
  >;
  if (named !== issuer) throw new Error(`discovery names issuer ${JSON.stringify(named)}`);
  if (typeof uri !== "string") throw new Error("discovery has no jwks_uri");
  return uri;
}
