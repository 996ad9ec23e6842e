// Owns the search among the public keys a client registered.
import { type CompactVerifyGetKey, createLocalJWKSet, type JWK } from "jose";
import type { Client } from "oidc-provider";

/** The keys a client registered, by value or by `jwks_uri`. */
interface ClientKeyStore extends Iterable<JWK> {
  /** Fetches a `jwks_uri` unless what was fetched is still fresh. */
  refresh(): Promise<void>;
  /** The keys as imported for verification, beside those they were imported from. */
  [imported]?: { from: readonly JWK[]; find: CompactVerifyGetKey };
}

const imported = Symbol("imported");

/**
 * Makes the search among a client's registered public keys. Those behind a `jwks_uri` are fetched through the
 * provider's guarded fetch and kept as long as the answer's headers allow. Keys are imported once: that takes
 * longer than the verification.
 */
export function verificationKeysOf(client: Client): CompactVerifyGetKey {
  const { asymmetricKeyStore: keys } = client as unknown as { asymmetricKeyStore: ClientKeyStore };
  return async (header, token) => {
    if (client.jwksUri !== undefined) await keys.refresh();
    const from = [...keys];
    // A refresh replaces every key by a new object.
    const known = keys[imported];
    const same = known?.from.length === from.length && from.every((key, index) => key === known.from[index]);
    const { find } = same ? known : { find: createLocalJWKSet({ keys: from }) };
    if (!same) keys[imported] = { from, find };
    return find(header, token);
  };
}
