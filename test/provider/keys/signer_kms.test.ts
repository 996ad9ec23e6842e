import assert from "node:assert/strict";
import { verify } from "node:crypto";
import { describe, test } from "node:test";
import { openLog } from "../../../src/log.ts";
import { observe } from "../../../src/observability/recorder.ts";
import type { KeyRing } from "../../../src/provider/keys/key_ring.ts";
import { getKeyStatus } from "../../../src/provider/keys/operations.ts";
import { rotateKeys, rotateKeysInEmergency } from "../../../src/provider/keys/rotate.ts";
import { publicKeyOf, SigningUnavailable } from "../../../src/provider/keys/signer.ts";
import { type KmsKeys, openKmsKeys } from "../../../src/provider/keys/signer_kms.ts";
import { type KeyInstallation, openKeyInstallation } from "./key_installation.ts";
import { type KmsStub, startKmsStub } from "./kms_stub.ts";

const alias = "alias/tti";
const data = Buffer.from("header.payload");

interface KmsInstallation {
  stub: KmsStub;
  kms: KmsKeys;
  installation: KeyInstallation;
}

async function withKms(work: (parts: KmsInstallation) => Promise<void>): Promise<void> {
  const stub = await startKmsStub();
  const installation = await openKeyInstallation();
  try {
    stub.setAlias(alias, stub.addKey());
    const kms = await openKmsKeys({ keyId: alias, client: stub.client });
    await work({ stub, kms, installation });
  } finally {
    await installation.close();
    await stub.close();
  }
}

async function sign(ring: KeyRing): Promise<string | undefined> {
  const [key] = ring.current().providerJwks;
  const signature = await key?.sign(data);
  const [published] = ring.current().publicJwks;
  assert.ok(signature && published && verify("sha256", data, publicKeyOf(published), signature));
  return key?.kid;
}

describe("signing with AWS KMS", () => {
  test("the private half stays there: the store holds none, KMS sees digests only, and tokens verify", () =>
    withKms(async ({ stub, kms, installation }) => {
      const ring = await installation.openInstance({ kms });
      await sign(ring);
      const [row] = await installation.db("signing_keys").select();
      assert.equal(row.sealed_private_jwk, null);
      assert.equal(row.kms_key_id, "arn:aws:kms:us-east-1:111122223333:key/1");
      const last = stub.calls.at(-1);
      assert.equal(last?.operation, "Sign");
      assert.equal(last?.input["MessageType"], "DIGEST");
      assert.equal(Buffer.from(last?.input["Message"] ?? "", "base64").byteLength, 32);
    }));

  test("polling asks KMS nothing, and the alias is looked at again after a quarter of an hour", () =>
    withKms(async ({ stub, kms, installation }) => {
      const ring = await installation.openInstance({ kms });
      const before = stub.calls.length;
      await installation.pass(5, ring);
      await installation.pass(5, ring);
      assert.equal(stub.calls.length, before);
      await installation.pass(900, ring);
      assert.ok(stub.calls.length > before);
    }));

  test("an alias moved to another key starts a rotation that keeps the whole lead", () =>
    withKms(async ({ stub, kms, installation }) => {
      const ring = await installation.openInstance({ kms });
      const first = await sign(ring);
      stub.setAlias(alias, stub.addKey());
      await installation.pass(900, ring);
      assert.equal(ring.current().publicJwks.length, 2);
      await installation.pass(24 * 3600 - 1, ring);
      assert.equal(await sign(ring), first);
      await installation.pass(1, ring);
      assert.notEqual(await sign(ring), first);
    }));

  test("turned on later, takes the place of the next key kept in the store, on two instances at once", () =>
    withKms(async ({ kms, installation }) => {
      const local = await installation.openInstance();
      await local.poll();
      const [a, b] = await Promise.all([
        installation.openInstance({ kms }),
        installation.openInstance({ kms }),
      ]);
      await local.stop();
      await a.poll();
      await b.poll();
      assert.deepEqual(a.current().fingerprint, b.current().fingerprint);
      await installation.pass(24 * 3600, a, b);
      const { keys } = await getKeyStatus(installation.context);
      assert.deepEqual(
        keys.map((key) => [key.phase, key.kept]),
        [
          ["current", "kms"],
          ["revoked", "destroyed"],
          ["previous", "store"],
        ],
      );
      await sign(a);
    }));

  test("with no new key in KMS the old one signs on beyond its period, and the status says what to do", () =>
    withKms(async ({ kms, installation }) => {
      const ring = await installation.openInstance({ kms });
      await installation.pass(100 * 24 * 3600, ring);
      await sign(ring);
      const { warnings } = await getKeyStatus({ ...installation.context, kms });
      assert.match(warnings.join(), /has signed for longer than its period: point TTI_KMS_KEY_ID/);
      await assert.rejects(rotateKeys({ ...installation.context, kms }), { code: "key_in_use" });
    }));

  test("an operator may have the new key made, planned or in an emergency", () =>
    withKms(async ({ kms, installation }) => {
      const context = { ...installation.context, kms };
      const ring = await installation.openInstance({ kms });
      const planned = await rotateKeys(context, { createKmsKey: true });
      await installation.pass(24 * 3600, ring);
      assert.equal(await sign(ring), planned.kid);
      const emergency = await rotateKeysInEmergency(context, { source: { createKmsKey: true } });
      await ring.poll();
      assert.equal(await sign(ring), emergency.kid);
    }));

  test("an operator may go back to keys kept in the store", () =>
    withKms(async ({ kms, installation }) => {
      const ring = await installation.openInstance({ kms });
      const { kid } = await rotateKeys({ ...installation.context, kms }, { local: true });
      await installation.pass(24 * 3600, ring);
      assert.equal(await sign(ring), kid);
      const without = await installation.openInstance();
      assert.equal(await sign(without), kid);
    }));
});

describe("AWS KMS that fails", () => {
  const refusals = [
    { name: "NotFoundException", fix: /AWS_REGION is the key's region/ },
    { name: "AccessDeniedException", fix: /kms:Sign and kms:GetPublicKey/ },
    { name: "DisabledException", fix: /Enable the key in KMS/ },
    { name: "KMSInvalidStateException", fix: /Cancel the key's deletion/ },
    { name: "SomethingNewException", fix: /network path to KMS/ },
  ];
  for (const { name, fix } of refusals) {
    test(`by ${name} keeps an instance from starting, and says the fix`, () =>
      withKms(async ({ stub, kms, installation }) => {
        stub.fail(name);
        await assert.rejects(installation.openInstance({ kms }), {
          code: "signing_unavailable",
          message: new RegExp(`AWS KMS GetPublicKey on alias/tti failed: ${name}`),
          fix,
        });
      }));
  }

  test("while an instance runs: no token, 503 temporarily_unavailable, not ready; and it recovers by itself", () =>
    withKms(async ({ stub, kms, installation }) => {
      const ring = await installation.openInstance({ kms });
      stub.fail("DisabledException");
      await assert.rejects(sign(ring), (error: unknown) => {
        assert.ok(error instanceof SigningUnavailable);
        assert.deepEqual([error.status, error.error], [503, "temporarily_unavailable"]);
        assert.ok(!JSON.stringify(error).includes("arn:aws"));
        return true;
      });
      assert.match(
        ring.health().reason ?? "",
        /the last signature failed: AWS KMS Sign .* DisabledException/,
      );
      await ring.poll();
      assert.equal(ring.health().ready, false);
      stub.fail(undefined);
      await ring.poll();
      assert.equal(ring.health().ready, true);
      await sign(ring);
    }));

  test("by silence: a caller waits for so long and no longer, what failed is counted by kind, and it recovers by itself", async () => {
    const stub = await startKmsStub();
    const told: string[] = [];
    const installation = await openKeyInstallation();
    const end = observe(installation.db, ({ labels }) => told.push(Object.values(labels).join(" ")));
    try {
      const kms = await openKmsKeys({
        keyId: stub.addKey(),
        client: stub.client,
        limits: { attemptMs: 100, callMs: 250 },
        db: installation.db,
      });
      const ring = await installation.openInstance({ kms });
      stub.silence(true, "Sign");
      const begunMs = performance.now();
      await assert.rejects(sign(ring), SigningUnavailable);
      // Of a quarter of a second; without its limit it waits for ever.
      assert.ok(performance.now() - begunMs < 15_000);
      assert.match(ring.health().reason ?? "", /AWS KMS Sign on .* failed: \w+: no answer within 0.25 s/);
      stub.silence(false);
      for (const [name, kind] of [
        ["ThrottlingException", "throttled"],
        ["AccessDeniedException", "denied"],
        ["KMSInvalidStateException", "key_gone"],
        ["KMSInternalException", "other"],
      ]) {
        stub.fail(name);
        await assert.rejects(sign(ring), SigningUnavailable);
        assert.equal(told.at(-1), `Sign ${kind}`);
      }
      stub.fail(undefined);
      await ring.poll();
      await sign(ring);
      assert.equal(ring.health().ready, true);
      assert.equal(told[0], "Sign silent");
      await stub.close();
      await assert.rejects(sign(ring), SigningUnavailable);
      assert.equal(told.at(-1), "Sign unreachable");
      kms.close();
    } finally {
      end();
      await installation.close();
      await stub.close();
    }
  });

  test("for one of two keys: the other signs on, and the next takes over only once it can", () =>
    withKms(async ({ stub, kms, installation }) => {
      const ring = await installation.openInstance({ kms });
      const first = await sign(ring);
      const next = stub.addKey();
      stub.setAlias(alias, next);
      await installation.pass(900, ring);
      stub.forget(next);
      await installation.pass(24 * 3600, ring);
      // One token fails; from the next look at the keys on the predecessor signs, which is still published.
      await assert.rejects(sign(ring), SigningUnavailable);
      await installation.pass(5, ring);
      assert.equal(await sign(ring), first);
      assert.equal(ring.health().ready, true);
      stub.restore(next);
      await installation.pass(5, ring);
      await installation.pass(5, ring);
      assert.notEqual(await sign(ring), first);
    }));

  test("losing only the right to look at the key stops no signature, however long, and is told", () =>
    withKms(async ({ stub, kms, installation }) => {
      const ring = await installation.openInstance({ kms });
      stub.fail("AccessDeniedException", "GetPublicKey");
      for (let hour = 0; hour < 30; hour += 1) await installation.pass(3600, ring);
      await sign(ring);
      assert.equal(ring.health().ready, true);
      const lines: string[] = [];
      const log = openLog({ level: "error", stream: { write: (line: string) => void lines.push(line) } });
      const second = await installation.openInstance({ kms, log });
      await sign(second);
      assert.match(lines.join(""), /GetPublicKey on alias\/tti failed: AccessDeniedException/);
    }));

  test("out of reach altogether keeps an instance from starting", () =>
    withKms(async ({ stub, kms, installation }) => {
      await stub.close();
      await assert.rejects(installation.openInstance({ kms }), { code: "signing_unavailable" });
    }));

  test("by signing with another key: the signature is checked and never leaves", () =>
    withKms(async ({ stub, kms, installation }) => {
      const ring = await installation.openInstance({ kms });
      stub.addKey();
      stub.lie();
      await assert.rejects(sign(ring), SigningUnavailable);
      assert.match(ring.health().reason ?? "", /a signature that published key \S+ does not verify/);
    }));

  test("by offering a key of another kind is refused as a setting", () =>
    withKms(async ({ stub, kms, installation }) => {
      stub.setAlias(alias, stub.addKey("RSA_4096"));
      await assert.rejects(installation.openInstance({ kms }), {
        code: "invalid_config",
        message: /RSA_4096/,
      });
    }));

  test("for a key whose turn has not come does not keep an instance from starting", () =>
    withKms(async ({ stub, kms, installation }) => {
      const ring = await installation.openInstance();
      await rotateKeys({ ...installation.context, kms }, { createKmsKey: true });
      stub.setAlias(alias, "arn:aws:kms:us-east-1:111122223333:key/2");
      const failing: KmsKeys = {
        ...kms,
        openSigner: () => kms.getKey("alias/gone").then(() => assert.fail()),
      };
      const restarted = await installation.openInstance({ kms: failing });
      assert.equal(restarted.current().signingKid, ring.current().signingKid);
      assert.equal(restarted.health().ready, true);
    }));
});
