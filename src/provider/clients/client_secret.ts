// Owns how client secrets are made, kept and compared. A secret is 256 random bits and is shown once; the
// store keeps its SHA-256, from which it cannot be found, so a copy of the database opens no client.
import { hash, randomBytes, timingSafeEqual } from "node:crypto";

const prefix = "sha256:";

/** Makes a new client secret: 256 random bits in base64url. */
export function generateClientSecret(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * The form of a secret that is stored as `client_secret` in the client's metadata.
 * No slow hash: the secret is random and long, there is nothing to guess.
 */
export function hashClientSecret(secret: string): string {
  return prefix + hash("sha256", secret, "base64url");
}

/** A secret that was replaced, and counts a while longer beside the new one. */
export interface FormerSecret {
  /** As {@link hashClientSecret} makes it. */
  hash: string;
  /** Epoch milliseconds; from then on it counts no more. */
  untilMs: number;
}

/**
 * Compares a presented secret with the stored form and with that of the secret before, while that counts. It costs the same
 * whether there is one secret or two, and whichever of them is right.
 * @param former undefined: there is none
 */
export function matchesEitherSecret(
  stored: string | undefined,
  former: FormerSecret | undefined,
  presented: string,
  nowMs: number,
): boolean {
  const byCurrent = matchesClientSecret(stored, presented);
  const byFormer = matchesClientSecret(former?.hash ?? noSecret, presented);
  return byCurrent || (byFormer && former !== undefined && nowMs < former.untilMs);
}

// The hash of nothing that anybody can present.
const noSecret = hashClientSecret(randomBytes(32).toString("base64url"));

/**
 * Compares a presented secret with the stored form, in constant time. To be used as oidc-provider's
 * `Client.prototype.compareClientSecret`, which may be replaced for this purpose.
 * @param stored `client_secret` of the client's metadata; undefined for a client that has none
 * @param presented what the caller sent
 * @returns false also for a stored value that is no hash: a secret in clear text is never accepted
 */
export function matchesClientSecret(stored: string | undefined, presented: string): boolean {
  if (stored === undefined || !stored.startsWith(prefix)) return false;
  const expected = Buffer.from(stored);
  const actual = Buffer.from(hashClientSecret(presented));
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
