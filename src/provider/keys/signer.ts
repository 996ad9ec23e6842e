// Owns what signing means here: a signer that proved itself against its published public key, and the keys as
// oidc-provider takes them: one signs, the others only verify.
import { createPublicKey, type KeyObject, randomBytes, verify } from "node:crypto";
import { calculateJwkThumbprint, type JWK } from "jose";
import { ExternalSigningKey } from "oidc-provider";
import { OperationError } from "../../errors.ts";
import { inSpan } from "../../tracing/active_span.ts";
import { TemporarilyUnavailable } from "../library/token_error.ts";

/** Value of `features.externalSigningSupport.ack` in the installed oidc-provider. */
export const externalSigningAck = "experimental-01";

/** Makes RS256 signatures with one private key, wherever that is. */
export interface Signer {
  /** @param data the JWS signing input */
  sign(data: Uint8Array): Promise<Uint8Array>;
}

/** The public half of an RSA signing key as the JWKS lists it (RFC 7517), no member more. */
export interface PublicJwk {
  kty: "RSA";
  alg: "RS256";
  use: "sig";
  kid: string;
  n: string;
  e: string;
}

/**
 * Reduces an RSA JWK, private or public, to its public half; its kid is its RFC 7638 thumbprint, so that no kid
 * ever names two keys.
 * @throws OperationError `signing_key_unreadable` when it is no RSA-2048 key
 */
export async function toPublicJwk(jwk: JWK): Promise<PublicJwk> {
  const bits = typeof jwk.n === "string" ? Buffer.from(jwk.n, "base64url").byteLength * 8 : 0;
  if (jwk.kty !== "RSA" || jwk.n === undefined || jwk.e === undefined || bits !== 2048) {
    throw new OperationError("signing_key_unreadable", "The signing key is not an RSA key of 2048 bits.", {
      fix: "AWS is known to accept RSA 2048 only: create an RSA_2048 key.",
    });
  }
  const members = { kty: "RSA", n: jwk.n, e: jwk.e } as const;
  return { ...members, alg: "RS256", use: "sig", kid: await calculateJwkThumbprint(members) };
}

/**
 * Reads a stored public JWK, and makes sure that its kid is its own.
 * @throws OperationError `signing_key_unreadable` naming the kid
 */
export async function parsePublicJwk(kid: string, text: string): Promise<PublicJwk> {
  try {
    const publicJwk = await toPublicJwk(JSON.parse(text) as JWK);
    if (publicJwk.kid === kid) return publicJwk;
  } catch {
    // Reported below, like the public half of another key.
  }
  throw damagedKey(`The stored public half of signing key ${kid} is damaged.`);
}

/**
 * Makes sure that what a signer signs, verifiers accept: a signature over random bytes is checked with the
 * public key that the JWKS publishes.
 * @throws OperationError `signing_key_unreadable` when it does not verify
 */
export async function assertSignerMatches(signer: Signer, publicJwk: PublicJwk): Promise<void> {
  const data = randomBytes(64);
  const signature = await signer.sign(data);
  if (verify("sha256", data, publicKeyOf(publicJwk), signature)) return;
  throw damagedKey(
    `The private half of signing key ${publicJwk.kid} does not belong to the public half that is published.`,
  );
}

/** The error for a key row that is not what was written. */
export function damagedKey(message: string, cause?: unknown): OperationError {
  return new OperationError("signing_key_unreadable", message, {
    fix:
      "Restore its row (table signing_keys) from a backup, or give the key up: `tti key revoke`, or " +
      "`tti key rotate --emergency` if it is the one that signs.",
    cause,
  });
}

/** The verification key of a public JWK. */
export function publicKeyOf(publicJwk: PublicJwk): KeyObject {
  return createPublicKey({ key: { ...publicJwk }, format: "jwk" });
}

/** Answered by the token endpoint, as RFC 6749 spells errors, when no token may be signed. */
export class SigningUnavailable extends TemporarilyUnavailable {
  constructor(cause: unknown) {
    super("no token can be signed at the moment, try again later", cause);
  }
}

/** A published key in the shape oidc-provider takes: it verifies, and signs if it was given a signer. */
export class ProviderKey extends ExternalSigningKey {
  readonly #publicJwk: PublicJwk;
  readonly #keyObject: KeyObject;
  readonly #signer: Signer | undefined;

  constructor(publicJwk: PublicJwk, signer?: Signer) {
    super();
    this.#publicJwk = publicJwk;
    this.#keyObject = publicKeyOf(publicJwk);
    this.#signer = signer;
  }

  override get kid(): string {
    return this.#publicJwk.kid;
  }

  override get alg(): string {
    return this.#publicJwk.alg;
  }

  override keyObject(): KeyObject {
    return this.#keyObject;
  }

  override async sign(data: Uint8Array): Promise<Uint8Array> {
    const signer = this.#signer;
    if (signer === undefined) {
      throw new SigningUnavailable(new Error(`key ${this.#publicJwk.kid} is published, but may not sign`));
    }
    return inSpan("sign", "sign", { "tti.key.id": this.#publicJwk.kid }, () => signer.sign(data));
  }
}

/** A key for a Provider that is built to be asked about itself and never to sign. */
export function placeholderKey(): ProviderKey {
  const n = Buffer.alloc(256, 1).toString("base64url");
  return new ProviderKey({ kty: "RSA", alg: "RS256", use: "sig", kid: "placeholder", n, e: "AQAB" });
}
