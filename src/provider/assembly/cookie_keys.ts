// Owns the keys that sign cookies: derived from the installation's secrets, so that every instance has the
// same ones, and that a secret which is replaced still verifies what it signed.
import { hkdfSync } from "node:crypto";

/**
 * Derives the cookie keys.
 * @param secrets TTI_SECRETS, 32 bytes each, newest first
 * @returns one key for each secret, in the same order (Keygrip signs with the first, verifies with all)
 */
export function deriveCookieKeys(secrets: readonly Uint8Array[]): string[] {
  return secrets.map((secret) =>
    Buffer.from(hkdfSync("sha256", secret, "", "tti-provider cookie signature", 32)).toString("base64url"),
  );
}
