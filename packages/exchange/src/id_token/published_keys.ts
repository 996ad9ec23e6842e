// One key set as an issuer published it, and what it says of a token: pure but for jose's arithmetic. Which key is
// asked follows from the kid alone, so a key set with a stranger in it still serves its good keys.

import { type CryptoKey, compactVerify, errors, importJWK, type JWK } from "jose";
import type { IdToken } from "./id_token.ts";

/** What is wrong between a token and a key set; undefined if the signature verifies. */
export type KeyFault =
  /** No key has the token's kid. */
  | { readonly kind: "not-found" }
  /** Several different keys have it: which one AWS would take is not known. */
  | { readonly kind: "ambiguous"; readonly count: number }
  /** It has the kid, but is no key that RS256 can be verified with. */
  | { readonly kind: "unusable"; readonly why: string }
  /** The key is there and good, and did not make this signature. */
  | { readonly kind: "does-not-verify" };

type Chosen = { readonly fault: KeyFault } | { readonly jwk: JWK };

export class PublishedKeys {
  readonly #keys: readonly JWK[];
  /** By kid; keys are imported once. */
  readonly #imported = new Map<string, Promise<CryptoKey | KeyFault>>();

  /**
   * @param document what the issuer's jwks_uri answered
   * @throws Error if it is no JWK Set (RFC 7517 section 5)
   */
  constructor(document: Readonly<Record<string, unknown>>) {
    const { keys } = document;
    if (!Array.isArray(keys)) throw new Error("the key set has no list named keys");
    this.#keys = keys.filter((key): key is JWK => typeof key === "object" && key !== null);
  }

  /** Verifies a token's signature. The algorithm is ours, not the header's (RFC 8725 section 3.1). */
  async findFault(token: IdToken): Promise<KeyFault | undefined> {
    const key = await this.#keyOf(String(token.header["kid"]));
    if ("kind" in key) return key;
    try {
      await compactVerify(token.compact, key, { algorithms: ["RS256"] });
      return undefined;
    } catch (error) {
      if (error instanceof errors.JOSEError) return { kind: "does-not-verify" };
      return { kind: "unusable", why: "it is shorter than 2048 bits or damaged" };
    }
  }

  #keyOf(kid: string): Promise<CryptoKey | KeyFault> {
    const known = this.#imported.get(kid);
    if (known !== undefined) return known;
    const chosen = choose(this.#keys, kid);
    if ("fault" in chosen) return Promise.resolve(chosen.fault);
    const imported = importPublicKey(chosen.jwk);
    this.#imported.set(kid, imported);
    return imported;
  }
}

async function importPublicKey({ n = "", e = "" }: JWK): Promise<CryptoKey | KeyFault> {
  try {
    const key = await importJWK({ kty: "RSA", n, e }, "RS256");
    if (!(key instanceof Uint8Array)) return key;
  } catch {
    // The words of the import say nothing to a person.
  }
  return { kind: "unusable", why: "its numbers n and e are no RSA key" };
}

function choose(keys: readonly JWK[], kid: string): Chosen {
  const named = keys.filter((key) => key.kid === kid);
  const usable = named.filter((key) => unusableBecause(key) === undefined);
  const [jwk] = usable;
  if (jwk === undefined) {
    const [first] = named;
    if (first === undefined) return { fault: { kind: "not-found" } };
    return { fault: { kind: "unusable", why: unusableBecause(first) ?? "" } };
  }
  // One key listed twice is one key.
  const different = new Set(usable.map(({ n, e }) => `${n} ${e}`)).size;
  return different > 1 ? { fault: { kind: "ambiguous", count: different } } : { jwk };
}

function unusableBecause(key: JWK): string | undefined {
  if (key.kty !== "RSA") return `its kty is ${JSON.stringify(key.kty ?? null)}, not "RSA"`;
  if (key.use !== undefined && key.use !== "sig") return `its use is ${JSON.stringify(key.use)}, not "sig"`;
  if (key.alg !== undefined && key.alg !== "RS256")
    return `its alg is ${JSON.stringify(key.alg)}, not "RS256"`;
  if (key.key_ops !== undefined && !(Array.isArray(key.key_ops) && key.key_ops.includes("verify")))
    return 'its key_ops do not allow "verify"';
  if (key.d !== undefined) return "its private half is published; replace it at once";
  if (typeof key.n !== "string" || typeof key.e !== "string") return "it has no numbers n and e";
  return undefined;
}
