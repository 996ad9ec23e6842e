import assert from "node:assert/strict";
import { describe, test } from "node:test";
import Provider from "oidc-provider";
import { createKeyDocuments, type KeyDocuments } from "../../../src/provider/keys/key_documents.ts";
import type { KeyRing } from "../../../src/provider/keys/key_ring.ts";
import { rotateKeysInEmergency } from "../../../src/provider/keys/rotate.ts";
import { externalSigningAck } from "../../../src/provider/keys/signer.ts";
import { type KeyInstallation, openKeyInstallation } from "./key_installation.ts";

const issuer = "https://login.example.com";

function buildProvider(ring: KeyRing): Provider {
  const provider = new Provider(issuer, {
    jwks: { keys: ring.current().providerJwks },
    features: {
      externalSigningSupport: { enabled: true, ack: externalSigningAck },
      devInteractions: { enabled: false },
    },
  });
  provider.proxy = true;
  return provider;
}

async function withDocuments(
  work: (documents: KeyDocuments, ring: KeyRing, installation: KeyInstallation) => Promise<void>,
): Promise<void> {
  const installation = await openKeyInstallation();
  try {
    const ring = await installation.openInstance();
    await ring.poll();
    let provider = buildProvider(ring);
    ring.onChange(() => {
      provider = buildProvider(ring);
    });
    await work(createKeyDocuments({ ring, currentProvider: () => provider }), ring, installation);
  } finally {
    await installation.close();
  }
}

const keysIn = (bytes: Buffer | undefined): Record<string, unknown>[] => JSON.parse(String(bytes)).keys;

describe("the JWKS document", () => {
  test("lists every published key with its public members, and no other member", () =>
    withDocuments(async (documents, ring) => {
      const { status, body, headers } = await documents.jwks();
      assert.equal(status, 200);
      assert.equal(headers["content-type"], "application/json; charset=utf-8");
      const keys = keysIn(body);
      assert.deepEqual(
        keys.map((key) => key["kid"]),
        ring.current().publicJwks.map((jwk) => jwk.kid),
      );
      for (const key of keys) assert.deepEqual(Object.keys(key), ["kty", "alg", "use", "kid", "n", "e"]);
    }));

  test("is the same bytes and the same ETag until the keys change", () =>
    withDocuments(async (documents, ring, installation) => {
      const before = await documents.jwks();
      await installation.pass(60, ring);
      assert.equal((await documents.jwks()).body, before.body);
      await installation.pass(90 * 24 * 3600, ring);
      assert.notEqual((await documents.jwks()).headers["etag"], before.headers["etag"]);
    }));

  test("is answered 304 without a body to whoever has it, by one tag, a list, a weak one or *", () =>
    withDocuments(async (documents) => {
      const { etag = "" } = (await documents.jwks()).headers;
      for (const ifNoneMatch of [etag, `"x", ${etag}`, `W/${etag}`, "*"]) {
        const { status, body, headers } = await documents.jwks(ifNoneMatch);
        assert.deepEqual([status, body, headers["etag"]], [304, undefined, etag]);
        assert.equal(headers["cache-control"], "public, max-age=300");
      }
      assert.equal((await documents.jwks('"something else"')).status, 200);
    }));

  test("may be cached for the policy's max-age, and for less when the last read of the keys is old", () =>
    withDocuments(async (documents, ring, installation) => {
      assert.equal((await documents.jwks()).headers["cache-control"], "public, max-age=300");
      await installation.whileUnreadable(async () => {
        installation.time.ms += (24 * 3600 - 30 - 300) * 1000;
        assert.equal((await documents.jwks()).headers["cache-control"], "public, max-age=300");
        installation.time.ms += 1000;
        const late = await documents.jwks();
        assert.deepEqual([late.status, late.headers["cache-control"]], [503, "no-store"]);
      });
      await ring.poll();
      assert.equal((await documents.jwks()).status, 200);
    }));

  test("is read again before it is served, if others may have taken this instance for dead", () =>
    withDocuments(async (documents, ring, installation) => {
      const { revokedKids } = await rotateKeysInEmergency(installation.context);
      const shown = async () => keysIn((await documents.jwks()).body).map((key) => key["kid"]);
      assert.ok((await shown()).includes(revokedKids[0]), "this instance has not polled yet");
      installation.time.ms += (ring.policy.pollIntervalSeconds * 3 + 1) * 1000;
      assert.ok(!(await shown()).some((kid) => revokedKids.includes(String(kid))));
    }));
});

describe("the discovery document", () => {
  test("names the issuer's own addresses, whatever the provider was asked before", () =>
    withDocuments(async (documents) => {
      const { status, body, headers } = await documents.discovery();
      const document = JSON.parse(String(body));
      assert.equal(status, 200);
      assert.equal(headers["cache-control"], "public, max-age=300");
      assert.equal(document.issuer, issuer);
      assert.equal(document.jwks_uri, `${issuer}/jwks`);
      assert.deepEqual(document.id_token_signing_alg_values_supported, ["RS256"]);
    }));

  test("keeps its ETag through a rotation, because nothing in it changes", () =>
    withDocuments(async (documents, ring, installation) => {
      const before = await documents.discovery();
      await installation.pass(90 * 24 * 3600, ring);
      const after = await documents.discovery(before.headers["etag"]);
      assert.equal(after.status, 304);
    }));
});
