// Owns signing keys whose private half this product holds: made here, sealed at rest, opened in memory only.
import { generateKeyPair as generateKeyPairCallback, webcrypto } from "node:crypto";
import { promisify } from "node:util";
import type { JWK } from "jose";
import type { KeySealer } from "./seal.ts";
import { assertSignerMatches, type PublicJwk, type Signer, toPublicJwk } from "./signer.ts";

const generateKeyPair = promisify(generateKeyPairCallback);
const rs256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

/** A key ready to be stored: its public half, and where its private half is. */
export interface NewKey {
  publicJwk: PublicJwk;
  sealedPrivateJwk: string | null;
  kmsKeyId: string | null;
}

/** Makes an RSA-2048 key and seals its private half (takes about 0.1 s, off the main thread). */
export async function createLocalKey(sealer: KeySealer): Promise<NewKey> {
  const { privateKey } = await generateKeyPair("rsa", { modulusLength: 2048, publicExponent: 0x10001 });
  const privateJwk = privateKey.export({ format: "jwk" }) as JWK;
  const publicJwk = await toPublicJwk(privateJwk);
  return { publicJwk, sealedPrivateJwk: await sealer.seal(publicJwk.kid, privateJwk), kmsKeyId: null };
}

/**
 * Opens a sealed private key for signing.
 * @throws OperationError `signing_key_unreadable` when it cannot be opened or is not the published key's half
 */
export async function openLocalSigner(
  sealer: KeySealer,
  publicJwk: PublicJwk,
  sealedPrivateJwk: string,
): Promise<Signer> {
  const privateJwk = await sealer.open(publicJwk.kid, sealedPrivateJwk);
  const { kty, n, e, d, p, q, dp, dq, qi } = privateJwk;
  const members = { kty, n, e, d, p, q, dp, dq, qi } as webcrypto.JsonWebKey;
  // WebCrypto signs on the thread pool, and a third faster under load than crypto.sign.
  const privateKey = await webcrypto.subtle.importKey("jwk", members, rs256, false, ["sign"]);
  const signer: Signer = {
    async sign(data) {
      return new Uint8Array(await webcrypto.subtle.sign(rs256.name, privateKey, data));
    },
  };
  await assertSignerMatches(signer, publicJwk);
  return signer;
}
