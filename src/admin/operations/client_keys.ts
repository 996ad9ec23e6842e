// Owns what becomes of a client's registered keys when they are changed: replaced as a whole, added, retired by their ids.
import { calculateJwkThumbprint, type JWK } from "jose";
import type { StoredClientMetadata } from "../../provider/clients/client_store.ts";
import { isPrivateKey, parseJwksUri, refuse } from "./client_input.ts";

/** What is to become of the keys; nothing given: they stay. */
export interface KeyChanges {
  jwks?: { keys: JWK[] } | undefined;
  jwksUri?: string | undefined;
  addKeys?: { keys: JWK[] } | undefined;
  retireKeys?: string[] | undefined;
  /** How it proves itself from now on; undefined: as before. */
  authMethod?: string | undefined;
}

/** The keys afterwards, as metadata has them; both absent: none. */
export interface ChangedKeys {
  jwks?: { keys: JWK[] };
  jwksUri?: string;
  /** Whether a key that counted counts no more, or may not: what stands behind an address is read anew. */
  taken: boolean;
}

/**
 * Changes a client's keys.
 * @returns undefined if nothing of them is to change
 * @throws OperationError invalid_input: changes that contradict each other, an unknown or doubled id, the only key
 */
export async function changeKeys(
  metadata: StoredClientMetadata,
  changes: KeyChanges,
): Promise<ChangedKeys | undefined> {
  const { jwks, jwksUri, addKeys, retireKeys } = changes;
  const method = changes.authMethod ?? metadata.token_endpoint_auth_method;
  const one = [jwks, jwksUri].filter((given) => given !== undefined).length;
  const some = addKeys !== undefined || retireKeys !== undefined;
  if (one === 0 && !some) return undefined;
  if (one > 1)
    throw refuse("jwksUri", "cannot stand beside jwks", "Give the keys or where they are, not both.");
  if (one > 0 && some) {
    const field = addKeys === undefined ? "retireKeys" : "addKeys";
    throw refuse(field, "cannot stand beside jwks or jwksUri", "Replace all keys, or add and retire some.");
  }
  if (jwksUri !== undefined) return { jwksUri: parseJwksUri(jwksUri), taken: true };
  if (metadata.jwks_uri !== undefined && jwks === undefined) {
    throw refuse(
      addKeys === undefined ? "retireKeys" : "addKeys",
      "is of no use: the client's keys are at its jwksUri",
      "Change them there, then give the same jwksUri again: they are read anew at once.",
    );
  }
  const known = (metadata.jwks?.keys ?? []) as JWK[];
  const kept = await withoutKeys(known, retireKeys ?? []);
  const keys =
    jwks === undefined
      ? await withKeys(kept, addKeys?.keys ?? [], "addKeys")
      : await withKeys([], jwks.keys, "jwks");
  if (keys.length === 0 && method === "private_key_jwt") {
    throw refuse(
      "retireKeys",
      "names the only key, and the client could prove itself no more",
      "Add its next key in the same call (addKeys), or disable the client.",
    );
  }
  const left = new Set(await Promise.all(keys.map(contentOf)));
  const before = await Promise.all(known.map(contentOf));
  const taken = metadata.jwks_uri !== undefined || before.some((key) => !left.has(key));
  return keys.length === 0 ? { taken } : { jwks: { keys }, taken };
}

/** The id a key is retired by: its `kid`, or, of a key without one, its thumbprint (RFC 7638). */
export async function keyIdOf(key: JWK): Promise<string> {
  return typeof key.kid === "string" ? key.kid : contentOf(key);
}

async function withoutKeys(keys: readonly JWK[], retired: readonly string[]): Promise<JWK[]> {
  const ids = await Promise.all(keys.map(keyIdOf));
  for (const [at, id] of retired.entries()) {
    if (ids.includes(id)) continue;
    const there =
      ids.length === 0 ? "It has none." : `It has ${ids.map((one) => JSON.stringify(one)).join(", ")}.`;
    throw refuse(`/retireKeys/${at}`, "is no key of the client", `Name one by its kid. ${there}`);
  }
  return keys.filter((_, at) => !retired.includes(ids[at] ?? ""));
}

async function withKeys(kept: readonly JWK[], added: readonly JWK[], field: string): Promise<JWK[]> {
  const ids = new Set(await Promise.all(kept.map(keyIdOf)));
  for (const [at, key] of added.entries()) {
    const place = `/${field}/keys/${at}`;
    if (isPrivateKey(key)) {
      throw refuse(place, "is a private or secret key", "Register only its public members.");
    }
    if (!(await isReadable(key))) {
      throw refuse(place, "is no public key", "Give the whole JWK: kty, and n and e, or crv, x and y.");
    }
    const id = await keyIdOf(key);
    if (ids.has(id)) {
      const fix = "Give each key a kid of its own, or retire the other in the same call.";
      throw refuse(place, "has the kid of another", fix);
    }
    ids.add(id);
  }
  return [...kept, ...added];
}

const isReadable = async (key: JWK): Promise<boolean> =>
  (key.kid === undefined || typeof key.kid === "string") &&
  (await calculateJwkThumbprint(key).then(
    () => true,
    () => false,
  ));

// Two keys are one if their public members are, whatever they are called.
const contentOf = (key: JWK): Promise<string> => calculateJwkThumbprint(key).catch(() => JSON.stringify(key));
