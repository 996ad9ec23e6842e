import assert from "node:assert/strict";
import { verify } from "node:crypto";
import { describe, test } from "node:test";
import { silentLog } from "../../../src/log.ts";
import type { KeyRing } from "../../../src/provider/keys/key_ring.ts";
import { listInstances, listKeys } from "../../../src/provider/keys/key_store.ts";
import { rotateKeys, rotateKeysInEmergency } from "../../../src/provider/keys/rotate.ts";
import { publicKeyOf, SigningUnavailable } from "../../../src/provider/keys/signer.ts";
import { storeKinds } from "../../support/databases.ts";
import { openKeyInstallation, secret } from "./key_installation.ts";

const daySeconds = 24 * 60 * 60;
const data = Buffer.from("header.payload");

/** Signs as oidc-provider would, and answers with which kid. */
async function sign(ring: KeyRing): Promise<string | undefined> {
  const [key] = ring.current().providerJwks;
  assert.ok(key);
  const signature = await key.sign(data);
  const published = ring.current().publicJwks.find((jwk) => jwk.kid === key.kid);
  assert.ok(published && verify("sha256", data, publicKeyOf(published), signature));
  return key.kid;
}

const publishedKids = (ring: KeyRing) => ring.current().publicJwks.map((jwk) => jwk.kid);

for (const kind of storeKinds) {
  describe(`several instances on one store (${kind})`, () => {
    test("two instances that start at once on an empty store make one first key and both sign with it", async () => {
      const installation = await openKeyInstallation(kind);
      try {
        const [a, b] = await Promise.all([installation.openInstance(), installation.openInstance()]);
        assert.equal(await sign(a), await sign(b));
        assert.equal((await listKeys(installation.db)).length, 1);
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
        assert.equal(await sign(ring), first);
        await installation.pass(1, ring);
        assert.equal(await sign(ring), second);
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
        const leaked = await sign(a);
        const { kid } = await rotateKeysInEmergency(installation.context);
        await installation.pass(1, a);
        assert.equal(a.current().signingKid, null);
        assert.match(a.health().reason ?? "", new RegExp(`not published by ${b.instanceId}`));
        await assert.rejects(sign(a), SigningUnavailable);
        await installation.pass(1, b, a);
        assert.deepEqual([await sign(a), await sign(b)], [kid, kid]);
        assert.ok(!publishedKids(a).includes(leaked ?? ""));
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
        assert.equal(await sign(a), kid);
      } finally {
        await installation.close();
      }
    });
  });
}

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
      await sign(ring);
      await installation.whileUnreadable(async () => {
        installation.time.ms += (daySeconds - 300 - 30) * 1000;
        assert.equal(ring.health().ready, true);
        await sign(ring);
        installation.time.ms += 1000;
        assert.match(ring.health().reason ?? "", /could not be read for 86071 s/);
        assert.equal(ring.jwksMaxAgeSeconds(), undefined);
        await assert.rejects(sign(ring), SigningUnavailable);
      });
      await ring.poll();
      await sign(ring);
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
      await assert.rejects(sign(ring), SigningUnavailable);
      await ring.poll();
      await sign(ring);
      installation.time.ms -= 7200_000;
      await assert.rejects(ring.poll(), /clock is \d+ s behind the newest signing key/);
      await assert.rejects(sign(ring), SigningUnavailable);
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
      await held?.sign(data);
      await rotateKeysInEmergency(installation.context);
      const [suspect] = ring.current().providerJwks;
      await ring.poll();
      await assert.rejects(async () => suspect?.sign(data), SigningUnavailable);
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
      await assert.rejects(async () => next?.sign(data), SigningUnavailable);
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
      const ring = await installation.openInstance({ log: silentLog, secrets: [secret] });
      await ring.poll();
      const [current, next] = publishedKids(ring);
      await installation
        .db("signing_keys")
        .where({ kid: next ?? "" })
        .update({ public_jwk: "{" });
      await ring.poll();
      assert.equal(await sign(ring), current);
      assert.deepEqual(publishedKids(ring), [current]);
    } finally {
      await installation.close();
    }
  });
});
