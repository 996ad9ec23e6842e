import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { createKeySealer } from "../../../src/provider/keys/seal.ts";
import "../../support/property_seed.ts";

const secret = new Uint8Array(32).fill(1);
const former = new Uint8Array(32).fill(2);
const privateJwk = { kty: "RSA", d: "private" };

describe("the seal of a private key", () => {
  test("opens with the secret that closed it, wherever that stands in the list", async () => {
    const sealed = await createKeySealer([former]).seal("kid", privateJwk);
    const sealer = createKeySealer([secret, former]);
    assert.deepEqual(await sealer.open("kid", sealed), privateJwk);
    assert.equal(sealer.isSealedByFirst(sealed), false);
    assert.equal(createKeySealer([former, secret]).isSealedByFirst(sealed), true);
  });

  test("shows nothing of the key and is never the same twice", async () => {
    const sealer = createKeySealer([secret]);
    const [one, two] = [await sealer.seal("kid", privateJwk), await sealer.seal("kid", privateJwk)];
    assert.notEqual(one, two);
    assert.ok(!Buffer.from(one, "base64url").toString("latin1").includes("private"));
  });

  test("opens under no other kid", async () => {
    const sealer = createKeySealer([secret]);
    const sealed = await sealer.seal("kid", privateJwk);
    await assert.rejects(sealer.open("other", sealed), {
      code: "signing_key_unreadable",
      message: /key other is damaged/,
    });
  });

  test("tells a missing secret from damage, names the ids of secrets and never the secrets", async () => {
    const sealed = await createKeySealer([former]).seal("kid", privateJwk);
    await assert.rejects(createKeySealer([secret]).open("kid", sealed), (error: Error & { fix?: string }) => {
      assert.match(
        error.message,
        /Signing key kid was sealed with a secret \(id \S{8}\) that TTI_SECRETS does not hold/,
      );
      assert.match(error.fix ?? "", /tti key reseal/);
      for (const bytes of [secret, former]) {
        for (const encoding of ["base64", "base64url", "hex"] as const) {
          assert.ok(!error.message.includes(Buffer.from(bytes).toString(encoding).slice(0, 12)));
        }
      }
      return true;
    });
  });

  test("is broken by a change to any character", async () => {
    const sealer = createKeySealer([secret]);
    const sealed = await sealer.seal("kid", privateJwk);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(sealed.length - 1),
        fc.constantFrom("A", "z", "_", "."),
        async (index, character) => {
          // The last character of a base64url part may carry bits that are not used.
          fc.pre(
            sealed[index] !== character &&
              sealed[index] !== "." &&
              !/^(?:\.|$)/.test(sealed.slice(index + 1)),
          );
          const changed = sealed.slice(0, index) + character + sealed.slice(index + 1);
          await assert.rejects(sealer.open("kid", changed), { code: "signing_key_unreadable" });
        },
      ),
      { numRuns: 200 },
    );
  });

  for (const { name, secrets } of [
    { name: "no secret", secrets: [] },
    { name: "a secret of 16 bytes", secrets: [new Uint8Array(16)] },
  ]) {
    test(`cannot be made with ${name}, and says how to make one`, () => {
      assert.throws(() => createKeySealer(secrets), {
        code: "invalid_config",
        fix: /openssl rand -base64 32/,
      });
    });
  }
});
