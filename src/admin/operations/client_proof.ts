// Owns what a client proves itself with when that changes: the secret that is left behind, the one that is made, and what
// cannot be.
import { generateClientSecret, hashClientSecret } from "../../provider/clients/client_secret.ts";
import type { StoredClientMetadata } from "../../provider/clients/client_store.ts";
import type { RightAtResource } from "../../provider/resources/client_rights_store.ts";
import { refuse } from "./client_input.ts";

/** The registration with what it takes to prove oneself by it. */
export interface ChangedProof {
  metadata: StoredClientMetadata;
  /** In clear, if it has a secret and had none. */
  clientSecret?: string;
  /** Whether a secret before, which counts beside the one of today, counts no more. */
  forgets: boolean;
}

/**
 * Decides the secret of a changed client. One that proves itself otherwise keeps none: if it is given a secret once more, that is
 * another. Its keys stay, for they may also sign assertions.
 * @param before with the hash of its secret, as it is stored
 * @param after as it is registered now; its secret is that of before
 * @param rights what it may ask of resources
 * @throws OperationError invalid_input for a client that is to prove nothing and has rights that take a proof
 */
export function changeProof(
  before: StoredClientMetadata,
  after: StoredClientMetadata,
  rights: readonly RightAtResource[],
): ChangedProof {
  const method = after.token_endpoint_auth_method ?? "client_secret_basic";
  if (method === (before.token_endpoint_auth_method ?? "client_secret_basic")) {
    return { metadata: after, forgets: false };
  }
  if (method === "none") assertNeedsNoProof(rights);
  const { client_secret: secret, ...without } = after;
  if (!method.startsWith("client_secret_")) return { metadata: without, forgets: true };
  if (secret !== undefined) return { metadata: after, forgets: false };
  const clientSecret = generateClientSecret();
  return {
    metadata: { ...without, client_secret: hashClientSecret(clientSecret) },
    clientSecret,
    forgets: true,
  };
}

// Anybody could ask about tokens, or ask for them, in its name.
function assertNeedsNoProof(rights: readonly RightAtResource[]): void {
  const one = rights.find(({ ownScopes, introspects }) => ownScopes.length > 0 || introspects);
  if (one === undefined) return;
  throw refuse(
    "authMethod",
    `none proves nothing, and the client may ask for itself at ${one.identifier}, or about its tokens`,
    `Take that away first: tti resource disallow ${one.identifier} CLIENT.`,
  );
}
