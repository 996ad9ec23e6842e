import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { listInstances } from "../../../src/provider/keys/key_store.ts";
import { rotateKeys, rotateKeysInEmergency } from "../../../src/provider/keys/rotate.ts";
import { SigningUnavailable } from "../../../src/provider/keys/signer.ts";
import { openKeyInstallation, signedData, signWith } from "./key_installation.ts";

const daySeconds = 24 * 60 * 60;

describe("one instance", () => {
  test("tells its listeners before it claims to serve a new key set", async () => {
    const installation = await openKeyInstallation();
    try {
      const ring = await installation.openInstance();
      const claimed: string[] = [];
      ring.onChange(async (keys) => {
        const [self] = await listInstances(installation.db);
        assert.notEqual(self?.fingerprint, keys.fingerprint);
        claimed.push(keys.fingerprint);
      });
      await ring.poll();
      const [self] = await listInstances(installation.db);
      assert.deepEqual(claimed, [self?.fingerprint]);
    } finally {
      await installation.close();
    }
  });

  test("whose listener fails claims nothing, and tries again at the next poll", async () => {
    const installation = await openKeyInstallation();
    try {
      const ring = await installation.openInstance();
      let failures = 1;
      ring.onChange(() => {
        if (failures-- > 0) throw new Error("cannot build a provider");
      });
      await assert.rejects(ring.poll(), /cannot build/);
      const [before] = await listInstances(installation.db);
      assert.equal(before?.publishedKids.length, 1);
      await ring.poll();
      const [after] = await listInstances(installation.db);
      assert.equal(after?.publishedKids.length, 2);
    } finally {
      await installation.close();
    }
  });

  test("that cannot read the keys for longer than the lead allows is not ready, publishes nothing and signs nothing", async () => {
    const installation = await openKeyInstallation();
    try {
      const ring = await installation.openInstance();
      await signWith(ring);
      await installation.whileUnreadable(async () => {
        installation.time.ms += (daySeconds - 300 - 30) * 1000;
        assert.equal(ring.health().ready, true);
        await signWith(ring);
        installation.time.ms += 1000;
        assert.match(ring.health().reason ?? "", /could not be read for 86071 s/);
        assert.equal(ring.jwksMaxAgeSeconds(), undefined);
        await assert.rejects(signWith(ring), SigningUnavailable);
      });
      await ring.poll();
      await signWith(ring);
    } finally {
      await installation.close();
    }
  });

  test("lets no copy of its JWKS outlive the moment a key it does not know could sign", async () => {
    const installation = await openKeyInstallation();
    try {
      const ring = await installation.openInstance();
      assert.equal(ring.jwksMaxAgeSeconds(), 300);
      const { publishLeadSeconds, clockSkewSeconds } = ring.policy;
      for (let age = 0; ring.jwksMaxAgeSeconds() !== undefined; age += 100) {
        assert.ok(age + (ring.jwksMaxAgeSeconds() ?? 0) <= publishLeadSeconds - clockSkewSeconds);
        installation.time.ms += 100_000;
      }
    } finally {
      await installation.close();
    }
  });

  test("whose clock steps back signs nothing until the rows have confirmed the new time", async () => {
    const installation = await openKeyInstallation();
    try {
      const ring = await installation.openInstance();
      await ring.poll();
      await installation.pass(3600, ring);
      installation.time.ms -= 600_000;
      assert.match(ring.health().reason ?? "", /clock went back by 600 s/);
      await assert.rejects(signWith(ring), SigningUnavailable);
      await ring.poll();
      await signWith(ring);
      installation.time.ms -= 7200_000;
      await assert.rejects(ring.poll(), /clock is \d+ s behind the newest signing key/);
      await assert.rejects(signWith(ring), SigningUnavailable);
    } finally {
      await installation.close();
    }
  });

  test("with a clock behind the newest key refuses to start", async () => {
    const installation = await openKeyInstallation();
    try {
      await installation.openInstance();
      installation.time.ms -= 60_000;
      await assert.rejects(installation.openInstance(), { code: "signing_unavailable" });
    } finally {
      await installation.close();
    }
  });

  test("keeps signing with the key in hand for a request that began before the swap, unless it was revoked", async () => {
    const installation = await openKeyInstallation();
    try {
      const ring = await installation.openInstance();
      await ring.poll();
      const [held] = ring.current().providerJwks;
      await installation.pass(2 * daySeconds, ring);
      await rotateKeys(installation.context);
      await ring.poll();
      assert.notEqual(ring.current().signingKid, held?.kid);
      await held?.sign(signedData);
      await rotateKeysInEmergency(installation.context);
      const [suspect] = ring.current().providerJwks;
      await ring.poll();
      await assert.rejects(async () => suspect?.sign(signedData), SigningUnavailable);
    } finally {
      await installation.close();
    }
  });

  test("only the first key can sign; the others can only verify", async () => {
    const installation = await openKeyInstallation();
    try {
      const ring = await installation.openInstance();
      await ring.poll();
      const [, next] = ring.current().providerJwks;
      await assert.rejects(async () => next?.sign(signedData), SigningUnavailable);
    } finally {
      await installation.close();
    }
  });

  test("that stops in good order leaves the list of instances", async () => {
    const installation = await openKeyInstallation();
    try {
      const ring = await installation.openInstance();
      ring.start();
      await ring.stop();
      assert.deepEqual(await listInstances(installation.db), []);
    } finally {
      await installation.close();
    }
  });
});
