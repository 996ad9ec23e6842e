import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { listKeys } from "../../../src/provider/keys/key_store.ts";
import { openKeyInstallation, publishedKids, signWith } from "./key_installation.ts";

describe("a store that is not as it was left", () => {
  const refusals = [
    {
      name: "a secret that TTI_SECRETS no longer holds",
      damage: {},
      options: { secrets: [new Uint8Array(32).fill(2)] },
      message: /was sealed with a secret \(id \S+\) that TTI_SECRETS does not hold/,
    },
    {
      name: "a private half cut short",
      damage: { sealed_private_jwk: "eyJhbGciOiJkaXIi" },
      message: /stored private half of signing key \S+ is damaged/,
    },
    {
      name: "a public half of another key",
      damage: { public_jwk: JSON.stringify({ kty: "RSA", n: "A".repeat(342), e: "AQAB" }) },
      message: /stored public half of signing key \S+ is damaged/,
    },
    {
      name: "a private half that is gone",
      damage: { sealed_private_jwk: null },
      message: /has lost its private half/,
    },
    {
      name: "a private half in a KMS that is not configured",
      damage: { sealed_private_jwk: null, kms_key_id: "arn:aws:kms:us-east-1:1:key/k" },
      message: /lives in AWS KMS .* but TTI_KMS_KEY_ID is not set/,
    },
  ];
  for (const { name, damage, options = {}, message } of refusals) {
    test(`${name} keeps an instance from starting and names the kid and the fix`, async () => {
      const installation = await openKeyInstallation();
      try {
        const ring = await installation.openInstance();
        const kid = ring.current().signingKid ?? "";
        await installation.db("signing_keys").update({ kid, ...damage });
        await assert.rejects(installation.openInstance(options), (error: Error & { fix?: string }) => {
          assert.match(error.message, message);
          assert.ok(error.message.includes(kid) && (error.fix ?? "").length > 20);
          return true;
        });
      } finally {
        await installation.close();
      }
    });
  }

  test("a private half exchanged for another key's opens for neither", async () => {
    const installation = await openKeyInstallation();
    try {
      const ring = await installation.openInstance();
      await ring.poll();
      const [first, second] = await listKeys(installation.db);
      await installation
        .db("signing_keys")
        .where({ kid: first?.kid ?? "" })
        .update({
          sealed_private_jwk: second?.sealedPrivateJwk ?? null,
        });
      await assert.rejects(installation.openInstance(), { code: "signing_key_unreadable" });
    } finally {
      await installation.close();
    }
  });

  test("damage that appears while an instance runs does not stop it following and signing", async () => {
    const installation = await openKeyInstallation();
    try {
      const ring = await installation.openInstance();
      await ring.poll();
      const [current, next] = publishedKids(ring);
      await installation
        .db("signing_keys")
        .where({ kid: next ?? "" })
        .update({ public_jwk: "{" });
      await ring.poll();
      assert.equal(await signWith(ring), current);
      assert.deepEqual(publishedKids(ring), [current]);
    } finally {
      await installation.close();
    }
  });
});
