// Owns proof of possession (DPoP, RFC 9449) for the grants that are not the library's own: the library's check, in the
// library's words, and what its own grants do with the answer.
import type Provider from "oidc-provider";
import { type AccessToken, type ClientCredentials, errors, type KoaContextWithOIDC } from "oidc-provider";
import { checkProofReplay, validateProof } from "./internals.ts";

/** The key that was proven to be held, and the proof's own id. */
export interface KeyProof {
  thumbprint: string;
  jti: string;
}

/**
 * Checks the proof of a request to the token endpoint.
 * @returns undefined if there is none, and the client needs none
 * @throws InvalidDpopProof, and InvalidGrant if the client must have one
 */
export async function readKeyProof(
  provider: Provider,
  ctx: KoaContextWithOIDC,
): Promise<KeyProof | undefined> {
  const proof = await validateProof(provider, ctx);
  if (proof === undefined && ctx.oidc.client?.["dpopBoundAccessTokens"] === true) {
    throw new errors.InvalidGrant("DPoP proof JWT not provided");
  }
  return proof;
}

/**
 * Binds an access token to the key that was proven. A proof serves once.
 * @throws InvalidGrant for one that was used before
 */
export async function bindToKey(
  provider: Provider,
  ctx: KoaContextWithOIDC,
  proof: KeyProof | undefined,
  token: AccessToken | ClientCredentials,
): Promise<void> {
  if (proof === undefined) return;
  await checkProofReplay(provider, ctx, proof, ctx.oidc.client?.clientId ?? "", errors.InvalidGrant);
  token.setThumbprint("jkt", proof.thumbprint);
}
