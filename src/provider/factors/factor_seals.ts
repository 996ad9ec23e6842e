// Owns how the secret of an authenticator app rests in the store, and in the form by which it is set up: encrypted
// (AES-256-GCM) under a key derived from the installation's secrets, for one account and one purpose, so that neither a row
// nor a form of one person opens as another's.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

/** What a sealed text is for: kept, or offered to somebody who has not confirmed it yet. */
export type SealPurpose = "kept" | "offered";

/** Seals with the first of the installation's secrets; opens what any of them sealed. */
export interface FactorSeals {
  seal(purpose: SealPurpose, accountId: string, text: string): string;
  /** @returns undefined if none of the secrets opens it as that of this account, for this purpose */
  open(purpose: SealPurpose, accountId: string, sealed: string): string | undefined;
  /** Whether another secret than the first sealed it. */
  isOld(purpose: SealPurpose, accountId: string, sealed: string): boolean;
}

const nonceBytes = 12;
const tagBytes = 16;

/** @param secrets 32-byte secrets (TTI_SECRETS), newest first, at least one */
export function createFactorSeals(secrets: readonly Uint8Array[]): FactorSeals {
  const keys = secrets.map((secret) =>
    Buffer.from(hkdfSync("sha256", secret, "", "tti-provider second factors", 32)),
  );
  const [first] = keys;
  if (first === undefined) throw new Error("a second factor cannot be sealed without a secret");
  return {
    seal(purpose, accountId, text) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", first, nonce).setAAD(boundTo(purpose, accountId));
      const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64url");
    },
    open(purpose, accountId, sealed) {
      for (const key of keys) {
        const text = openBy(key, boundTo(purpose, accountId), sealed);
        if (text !== undefined) return text;
      }
      return undefined;
    },
    isOld: (purpose, accountId, sealed) => openBy(first, boundTo(purpose, accountId), sealed) === undefined,
  };
}

const boundTo = (purpose: SealPurpose, accountId: string): Buffer =>
  Buffer.from(JSON.stringify([purpose, accountId]));

function openBy(key: Buffer, associated: Buffer, sealed: string): string | undefined {
  const bytes = Buffer.from(sealed, "base64url");
  if (bytes.length < nonceBytes + tagBytes) return undefined;
  const nonce = bytes.subarray(0, nonceBytes);
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
    decipher.setAAD(associated).setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]).toString(
      "utf8",
    );
  } catch {
    return undefined;
  }
}
