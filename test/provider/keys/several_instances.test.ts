import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createKeyDocuments } from "../../../src/provider/keys/key_documents.ts";
import type { KeyRing } from "../../../src/provider/keys/key_ring.ts";
import { listKeys } from "../../../src/provider/keys/key_store.ts";
import { rotateKeysInEmergency } from "../../../src/provider/keys/rotate.ts";
import { SigningUnavailable } from "../../../src/provider/keys/signer.ts";
import { storeKinds } from "../../support/databases.ts";
import { openKeyInstallation, publishedKids, signedData, signWith } from "./key_installation.ts";

const daySeconds = 24 * 60 * 60;

for (const kind of storeKinds) {
  describe(`several instances on one store (${kind})`, () => {
    test("two instances that start at once on an empty store make one first key and both sign with it", async () => {
      const installation = await openKeyInstallation(kind);
      try {
        const [a, b] = await Promise.all([installation.openInstance(), installation.openInstance()]);
        assert.equal(await signWith(a), await signWith(b));
        // Whoever opens second may read the other's key already, and then makes the next one.
        const firsts = (await listKeys(installation.db)).filter(({ generation }) => generation === 1);
        assert.equal(firsts.length, 1);
        assert.equal(await signWith(a), firsts[0]?.kid);
      } finally {
        await installation.close();
      }
    });

    test("instances that find the next key missing at once make one", async () => {
      const installation = await openKeyInstallation(kind);
      try {
        const rings = await Promise.all([1, 2, 3].map(() => installation.openInstance()));
        await Promise.all(rings.map((ring) => ring.poll()));
        await Promise.all(rings.map((ring) => ring.poll()));
        assert.equal((await listKeys(installation.db)).length, 2);
        assert.deepEqual(rings.map(publishedKids), Array(3).fill(publishedKids(rings[0] as KeyRing)));
      } finally {
        await installation.close();
      }
    });

    test("the next key takes over at its time, and its predecessor stays published", async () => {
      const installation = await openKeyInstallation(kind);
      try {
        const ring = await installation.openInstance();
        await ring.poll();
        const [first, second] = publishedKids(ring);
        await installation.pass(90 * daySeconds - 1, ring);
        assert.equal(await signWith(ring), first);
        await installation.pass(1, ring);
        assert.equal(await signWith(ring), second);
        assert.ok(publishedKids(ring).includes(first ?? ""));
        await installation.pass(2 * daySeconds, ring);
        assert.ok(!publishedKids(ring).includes(first ?? ""));
      } finally {
        await installation.close();
      }
    });

    test("an instance that does not publish an emergency key yet keeps the others from signing with it", async () => {
      const installation = await openKeyInstallation(kind);
      try {
        const a = await installation.openInstance();
        const b = await installation.openInstance();
        const leaked = await signWith(a);
        const { kid } = await rotateKeysInEmergency(installation.context);
        await installation.pass(1, a);
        assert.equal(a.current().signingKid, null);
        assert.match(a.health().reason ?? "", new RegExp(`not published by ${b.instanceId}`));
        await assert.rejects(signWith(a), SigningUnavailable);
        await installation.pass(1, b, a);
        assert.deepEqual([await signWith(a), await signWith(b)], [kid, kid]);
        assert.ok(!publishedKids(a).includes(leaked ?? ""));
      } finally {
        await installation.close();
      }
    });

    test("an instance that was paused while the others went on without it reads again before it serves or signs", async () => {
      const installation = await openKeyInstallation(kind);
      try {
        const paused = await installation.openInstance();
        const leaked = await signWith(paused);
        const other = await installation.openInstance();
        const { kid } = await rotateKeysInEmergency(installation.context);
        await installation.pass(46, other);
        assert.equal(await signWith(other), kid);
        assert.deepEqual(publishedKids(paused), [leaked]);
        const documents = createKeyDocuments({ ring: paused, currentProvider: () => assert.fail() });
        const { keys } = JSON.parse(String((await documents.jwks()).body));
        assert.equal(keys[0].kid, kid);
        assert.equal(await signWith(paused), kid);
      } finally {
        await installation.close();
      }
    });

    test("a key held by a request of an instance that was paused signs no more once it was revoked", async () => {
      const installation = await openKeyInstallation(kind);
      try {
        const paused = await installation.openInstance();
        const [held] = paused.current().providerJwks;
        await rotateKeysInEmergency(installation.context);
        installation.time.ms += 46_000;
        await assert.rejects(async () => held?.sign(signedData), SigningUnavailable);
      } finally {
        await installation.close();
      }
    });

    test("an instance that died without a word holds a rotation up for three polls only", async () => {
      const installation = await openKeyInstallation(kind);
      try {
        const a = await installation.openInstance();
        await installation.openInstance();
        const { kid } = await rotateKeysInEmergency(installation.context);
        await installation.pass(30, a);
        assert.equal(a.current().signingKid, null);
        await installation.pass(16, a);
        assert.equal(await signWith(a), kid);
      } finally {
        await installation.close();
      }
    });
  });
}
