// Owns how a name that was typed at a sign-in stands in the trail: as a keyed hash. Whoever knows the name finds what
// was tried on it; whoever reads the trail finds no names, and no password that somebody typed into the wrong field.
import { createHmac, hkdfSync } from "node:crypto";
import { loginKeyOf } from "../input/email_address.ts";

/** Hashes names with the installation's secrets. */
export interface LoginNames {
  /** The hash that is written. */
  hash(login: string): string;
  /** The hashes a name may have been written with: before TTI_SECRETS changed it was another. */
  everyHash(login: string): string[];
  /** What tells its keys apart and gives none of them away. */
  keyIds: readonly string[];
}

/**
 * Makes the hashes of an installation.
 * @param secrets TTI_SECRETS, 32 bytes each, newest first; at least one to write
 */
export function createLoginNames(secrets: readonly Uint8Array[]): LoginNames {
  const keys = secrets.map((secret) => hkdfSync("sha256", secret, "", "tti-provider audit login names", 32));
  const hashWith = (key: ArrayBuffer, login: string) =>
    createHmac("sha256", new Uint8Array(key)).update(loginKeyOf(login)).digest("base64url").slice(0, 22);
  const everyHash = (login: string) => keys.map((key) => hashWith(key, login));
  const keyIds = keys.map((key) =>
    createHmac("sha256", new Uint8Array(key)).update("\0id of this key").digest("base64url").slice(0, 16),
  );
  return {
    keyIds,
    everyHash,
    hash(login) {
      const [hash] = everyHash(login);
      if (hash === undefined) throw new Error("without a secret no name is hashed");
      return hash;
    },
  };
}
