// Owns how a private key rests in the store: a JWE (direct, AES-256-GCM) whose protected header names the
// signing key it belongs to and the secret that opens it. Neither can be exchanged without breaking the seal.
import { hkdfSync } from "node:crypto";
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader, type JWK } from "jose";
import { OperationError } from "../../errors.ts";
import { damagedKey } from "./signer.ts";

/** Seals private keys with the first secret; opens what any of the secrets sealed. */
export interface KeySealer {
  /** Seals a private JWK so that it opens only as the key `kid`. */
  seal(kid: string, privateJwk: JWK): Promise<string>;
  /**
   * Opens what {@link KeySealer.seal} made.
   * @throws OperationError `signing_key_unreadable` naming the kid, whether the secret or the row is at fault,
   *   and the fix
   */
  open(kid: string, sealed: string): Promise<JWK>;
  /** Tells whether one of the secrets sealed it. */
  holdsSecretOf(sealed: string): boolean;
  /** Tells whether a sealed key should be sealed anew: another secret than the first one closed it. */
  isSealedByFirst(sealed: string): boolean;
}

interface SealingKey {
  id: string;
  key: Uint8Array;
}

const type = "tti-signing-key";

/**
 * Makes a sealer.
 * @param secrets 32-byte secrets (TTI_SECRETS): the first seals, all of them open
 * @throws OperationError `invalid_config` when there is none, or one is not 32 bytes long
 */
export function createKeySealer(secrets: readonly Uint8Array[]): KeySealer {
  const keys = secrets.map(deriveSealingKey);
  const [first] = keys;
  if (first === undefined) {
    throw new OperationError("invalid_config", "TTI_SECRETS is empty, so no signing key can be sealed.", {
      field: "TTI_SECRETS",
      fix: "Set it to 32 random bytes in base64, for example from `openssl rand -base64 32`.",
    });
  }
  return {
    seal: (kid, privateJwk) =>
      new CompactEncrypt(Buffer.from(JSON.stringify(privateJwk)))
        .setProtectedHeader({ alg: "dir", enc: "A256GCM", kid: first.id, typ: type, sub: kid })
        .encrypt(first.key),
    open: (kid, sealed) => open(keys, kid, sealed),
    holdsSecretOf: (sealed) => keys.some(({ id }) => id === decodeProtectedHeader(sealed)["kid"]),
    isSealedByFirst: (sealed) => decodeProtectedHeader(sealed)["kid"] === first.id,
  };
}

async function open(keys: readonly SealingKey[], kid: string, sealed: string): Promise<JWK> {
  const sealingKey = findSealingKey(keys, kid, sealed);
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(sealed, sealingKey.key, {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: ["A256GCM"],
    });
    if (protectedHeader["sub"] !== kid || protectedHeader.typ !== type) {
      throw new Error("the seal belongs to another key");
    }
    return JSON.parse(Buffer.from(plaintext).toString("utf8")) as JWK;
  } catch (cause) {
    throw damaged(kid, cause);
  }
}

function findSealingKey(keys: readonly SealingKey[], kid: string, sealed: string): SealingKey {
  let sealedBy: string | undefined;
  try {
    sealedBy = decodeProtectedHeader(sealed).kid;
  } catch (cause) {
    throw damaged(kid, cause);
  }
  const found = keys.find((key) => key.id === sealedBy);
  if (found) return found;
  throw new OperationError(
    "signing_key_unreadable",
    `Signing key ${kid} was sealed with a secret (id ${sealedBy}) that TTI_SECRETS does not hold ` +
      `(it holds ${keys.map((key) => key.id).join(", ")}).`,
    {
      field: "TTI_SECRETS",
      fix:
        "Add the former secret to TTI_SECRETS, after the first, and run `tti key reseal`; " +
        "if it is lost, `tti key rotate --emergency --secret-lost` replaces every key.",
    },
  );
}

function damaged(kid: string, cause: unknown): OperationError {
  return damagedKey(`The stored private half of signing key ${kid} is damaged.`, cause);
}

// The same secrets sign cookies, so sealing derives its own key; the id tells secrets apart and reveals nothing.
function deriveSealingKey(secret: Uint8Array): SealingKey {
  if (secret.byteLength !== 32) {
    throw new OperationError("invalid_config", `TTI_SECRETS holds a secret of ${secret.byteLength} bytes.`, {
      field: "TTI_SECRETS",
      fix: "Each secret is 32 random bytes in base64, for example from `openssl rand -base64 32`.",
    });
  }
  const derive = (purpose: string, length: number): Uint8Array =>
    new Uint8Array(hkdfSync("sha256", secret, "", `tti-provider ${type} ${purpose}`, length));
  return { key: derive("v1", 32), id: Buffer.from(derive("id", 6)).toString("base64url") };
}
