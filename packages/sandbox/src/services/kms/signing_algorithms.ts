// The RSA signing algorithms of KMS, in the terms of node:crypto. Pure.

import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  privateEncrypt,
  publicDecrypt,
  sign,
  verify,
} from "node:crypto";
import type { KmsKey } from "../../state/iam_entities.ts";
import { refuse } from "./refuse.ts";

type HashName = "sha256" | "sha384" | "sha512";

/** The algorithms every RSA key has, in the order KMS lists them. */
export const signingAlgorithms = [
  "RSASSA_PKCS1_V1_5_SHA_256",
  "RSASSA_PKCS1_V1_5_SHA_384",
  "RSASSA_PKCS1_V1_5_SHA_512",
  "RSASSA_PSS_SHA_256",
  "RSASSA_PSS_SHA_384",
  "RSASSA_PSS_SHA_512",
] as const;

export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/** What is signed: the message itself, or its digest already made. */
export type Signable = { bytes: Uint8Array; type: "RAW" | "DIGEST" };

/** DER of a DigestInfo up to the digest itself (RFC 8017, section 9.2, note 1). */
const digestInfoPrefixes: Readonly<Record<HashName, string>> = {
  sha256: "3031300d060960864801650304020105000420",
  sha384: "3041300d060960864801650304020205000430",
  sha512: "3051300d060960864801650304020305000440",
};

/** @throws AwsError InvalidKeyUsageException for an algorithm RSA keys do not have */
export function assertAlgorithm(algorithm: string): asserts algorithm is SigningAlgorithm {
  if ((signingAlgorithms as readonly string[]).includes(algorithm)) return;
  throw refuse("InvalidKeyUsageException", `Algorithm ${algorithm} is incompatible with key spec RSA.`, {
    rule: "key.algorithm",
    why: "An RSA key signs with RSASSA_PKCS1_V1_5 or RSASSA_PSS.",
    fix: `Use one of ${signingAlgorithms.join(", ")}.`,
  });
}

/**
 * Signs.
 *
 * @throws AwsError ValidationException when a digest has not the length of its algorithm
 */
export function signWith(key: KmsKey, algorithm: SigningAlgorithm, message: Signable): Buffer {
  const privateKey = createPrivateKey(key.material);
  const hash = hashOf(algorithm);
  assertDigestLength(message, hash);
  if (isPss(algorithm)) {
    assertRawForPss(message);
    return sign(hash, message.bytes, { key: privateKey, ...pssOptions });
  }
  // PKCS #1 v1.5 pads a DigestInfo; privateEncrypt pads exactly so, and a digest made elsewhere can be put in.
  return privateEncrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, digestInfo(message, hash));
}

/** Whether a signature is the key's. @throws AwsError as {@link signWith} */
export function isSignedWith(
  key: KmsKey,
  algorithm: SigningAlgorithm,
  message: Signable,
  signature: Uint8Array,
): boolean {
  const publicKey = createPublicKey(key.material);
  const hash = hashOf(algorithm);
  assertDigestLength(message, hash);
  if (isPss(algorithm)) {
    assertRawForPss(message);
    return verify(hash, message.bytes, { key: publicKey, ...pssOptions }, signature);
  }
  try {
    const recovered = publicDecrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, signature);
    return recovered.equals(digestInfo(message, hash));
  } catch {
    // Not even the padding is right.
    return false;
  }
}

/** The public key as KMS gives it: DER of a SubjectPublicKeyInfo. */
export function publicKeyOf(key: KmsKey): Buffer {
  return createPublicKey(key.material).export({ type: "spki", format: "der" });
}

const pssOptions = {
  padding: constants.RSA_PKCS1_PSS_PADDING,
  saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
} as const;

function digestInfo({ bytes, type }: Signable, hash: HashName): Buffer {
  const digest = type === "DIGEST" ? bytes : createHash(hash).update(bytes).digest();
  return Buffer.concat([Buffer.from(digestInfoPrefixes[hash], "hex"), digest]);
}

function hashOf(algorithm: SigningAlgorithm): HashName {
  if (algorithm.endsWith("256")) return "sha256";
  return algorithm.endsWith("384") ? "sha384" : "sha512";
}

function isPss(algorithm: SigningAlgorithm): boolean {
  return algorithm.startsWith("RSASSA_PSS");
}

function assertDigestLength({ bytes, type }: Signable, hash: HashName): void {
  const expected = Number(hash.slice(3)) / 8;
  if (type !== "DIGEST" || bytes.length === expected) return;
  throw refuse("ValidationException", `Digest is invalid length for algorithm ${hash.toUpperCase()}.`, {
    rule: "key.digest",
    why: `The message is ${bytes.length} bytes, a ${hash} digest has ${expected}.`,
    fix: "Send the digest of the message, or the message with MessageType RAW.",
  });
}

/** node:crypto cannot put a finished digest into PSS. */
function assertRawForPss({ type }: Signable): void {
  if (type === "RAW") return;
  throw refuse("UnsupportedOperationException", "The sandbox signs digests with RSASSA_PKCS1_V1_5 only.", {
    rule: "key.supported",
    why: "RSASSA_PSS with MessageType DIGEST is not supported by the sandbox.",
    fix: "Use MessageType RAW or an RSASSA_PKCS1_V1_5 algorithm.",
  });
}
