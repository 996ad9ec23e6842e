// Owns a verifier as relying parties are: it keeps a copy of the JWKS for as long as Cache-Control allows and
// never asks again before, not even for a kid it does not know.
import assert from "node:assert/strict";
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose";
import { privateMembers } from "../../src/provider/keys/published_copy.ts";

/** What a verifier found. */
export interface Verdict {
  kid: string;
  verifier: string;
  /** When the copy of the JWKS was asked for, and when the token was judged; epoch milliseconds. */
  copyAtMs: number;
  atMs: number;
  /** Why the token was refused; undefined when it was accepted. */
  refusal: string | undefined;
}

/** Verifies ID tokens of an issuer. */
export interface Verifier {
  /** @returns undefined when the JWKS could not be fetched, or the token expired meanwhile */
  verify(idToken: string): Promise<Verdict | undefined>;
}

interface Copy {
  keys: JSONWebKeySet;
  fetchedAtMs: number;
  freshUntilMs: number;
}

/**
 * Makes a verifier.
 * @param options.url where the JWKS is fetched; changes with the instance that is asked
 * @param options.caches whether it keeps its copy, or asks anew for each token
 */
export function createVerifier(options: {
  name: string;
  issuer: string;
  url: () => string | undefined;
  caches: boolean;
}): Verifier {
  let copy: Copy | undefined;
  return {
    async verify(idToken) {
      const nowMs = Date.now();
      if (!options.caches || copy === undefined || nowMs >= copy.freshUntilMs) {
        copy = await fetchCopy(options.url());
        if (copy === undefined) return undefined;
      }
      const { keys, fetchedAtMs } = copy;
      const { kid = "" } = decodeProtectedHeader(idToken);
      const refusal = await jwtVerify(idToken, createLocalJWKSet(keys), { issuer: options.issuer }).then(
        () => undefined,
        (error: Error & { code?: string }) => error.code ?? error.message,
      );
      // It expired while it waited for its turn: not what is measured here.
      if (refusal === "ERR_JWT_EXPIRED") return undefined;
      return { kid, verifier: options.name, copyAtMs: fetchedAtMs, atMs: Date.now(), refusal };
    },
  };
}

async function fetchCopy(url: string | undefined): Promise<Copy | undefined> {
  const fetchedAtMs = Date.now();
  const answer = url === undefined ? undefined : await fetch(`${url}/jwks`).catch(() => undefined);
  if (answer?.status !== 200) return undefined;
  const keys = (await answer.json()) as JSONWebKeySet;
  for (const key of keys.keys) {
    for (const member of privateMembers) assert.ok(!(member in key), `${member} of ${key.kid} is published`);
  }
  const maxAge = /max-age=(\d+)/.exec(answer.headers.get("cache-control") ?? "")?.[1];
  return { keys, fetchedAtMs, freshUntilMs: fetchedAtMs + Number(maxAge ?? 0) * 1000 };
}
