import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { listAuditEvents } from "../../../src/audit/audit_store.ts";
import { listInstances } from "../../../src/provider/keys/key_store.ts";
import { getKeyStatus, resealKeys, revokeKey } from "../../../src/provider/keys/operations.ts";
import { keyPolicy } from "../../../src/provider/keys/policy.ts";
import { rotateKeys, rotateKeysInEmergency } from "../../../src/provider/keys/rotate.ts";
import { createKeySealer, type KeySealer } from "../../../src/provider/keys/seal.ts";
import { storeKinds } from "../../support/databases.ts";
import { openKeyInstallation, secret } from "./key_installation.ts";

const dayMs = 24 * 60 * 60 * 1000;
const newSecret = new Uint8Array(32).fill(7);

for (const kind of storeKinds) {
  describe(`what operators do to the keys (${kind})`, () => {
    test("a planned rotation waits for the end of the lead, or signs at the next poll when it is over", async () => {
      const installation = await openKeyInstallation(kind);
      try {
        const ring = await installation.openInstance();
        await ring.poll();
        const startMs = installation.time.ms;
        const [, second] = ring.current().publicJwks.map((jwk) => jwk.kid);
        const early = await rotateKeys(installation.context);
        assert.deepEqual(early, { kid: second, maySignAtMs: startMs + dayMs, replacedKid: null });
        await installation.pass(3 * 24 * 3600, ring);
        assert.equal(ring.current().signingKid, second);
        await ring.poll();
        await installation.pass(24 * 3600, ring);
        const late = await rotateKeys(installation.context);
        assert.equal(late.maySignAtMs, installation.time.ms);
        await ring.poll();
        assert.equal(ring.current().signingKid, late.kid);
      } finally {
        await installation.close();
      }
    });

    test("an emergency revokes the current and the next key, and a new key signs at once", async () => {
      const installation = await openKeyInstallation(kind);
      try {
        const ring = await installation.openInstance();
        await ring.poll();
        const leaked = ring.current().publicJwks.map((jwk) => jwk.kid);
        const { kid, revokedKids, effects } = await rotateKeysInEmergency(installation.context);
        assert.deepEqual(revokedKids, leaked);
        assert.equal(effects.signingPausesSeconds, 3 * 5 + 5 + 30);
        await ring.poll();
        assert.equal(ring.current().signingKid, kid);
        assert.ok(ring.current().publicJwks.every((jwk) => !leaked.includes(jwk.kid)));
        const stored = await installation
          .db("signing_keys")
          .whereIn("kid", leaked)
          .select("sealed_private_jwk");
        assert.deepEqual(stored, [{ sealed_private_jwk: null }, { sealed_private_jwk: null }]);
      } finally {
        await installation.close();
      }
    });

    test("of two emergencies at once one is refused and changes nothing", async () => {
      const installation = await openKeyInstallation(kind);
      try {
        await installation.openInstance();
        // Each has read the keys before either changes them.
        let arrived = 0;
        const both = Promise.withResolvers<void>();
        const sealer: KeySealer = {
          ...installation.context.sealer,
          async seal(...key) {
            arrived += 1;
            if (arrived === 2) both.resolve();
            await both.promise;
            return installation.context.sealer.seal(...key);
          },
        };
        const first = { ...installation.context, sealer };
        const outcomes = await Promise.allSettled([
          rotateKeysInEmergency(first),
          rotateKeysInEmergency({ ...first, db: installation.openAnother() }),
        ]);
        const refused = outcomes.filter((outcome) => outcome.status === "rejected");
        assert.equal(refused.length, 1);
        assert.equal(refused[0]?.reason.code, "key_in_use");
        const { keys } = await getKeyStatus(installation.context);
        assert.deepEqual(
          keys.map((key) => key.phase),
          ["current", "revoked"],
        );
      } finally {
        await installation.close();
      }
    });

    test("every change is in the audit trail", async () => {
      const installation = await openKeyInstallation(kind);
      try {
        const ring = await installation.openInstance();
        await ring.poll();
        const [current, next] = ring.current().publicJwks.map((jwk) => jwk.kid);
        await revokeKey(installation.context, next ?? "");
        const { kid } = await rotateKeysInEmergency(installation.context);
        const events = await listAuditEvents(installation.db);
        const told = events.map(({ type, actor, details }) => `${actor} ${type} ${details?.["kid"]}`).sort();
        assert.deepEqual(
          told,
          [
            `system key.rotated ${current}`,
            `system key.rotated ${next}`,
            `test key.destroyed ${next}`,
            `test key.revoked ${next}`,
            `test key.destroyed ${current}`,
            `test key.revoked ${current}`,
            `test key.rotated ${kid}`,
          ].sort(),
        );
      } finally {
        await installation.close();
      }
    });
  });
}

describe("an emergency that keeps the next key", () => {
  test("breaks no new token when the next key has been published for the lead", async () => {
    const installation = await openKeyInstallation();
    try {
      const ring = await installation.openInstance();
      await ring.poll();
      const [leaked, next] = ring.current().publicJwks.map((jwk) => jwk.kid);
      await installation.pass(25 * 3600, ring);
      const { kid, revokedKids, effects } = await rotateKeysInEmergency(installation.context, {
        keepNext: true,
      });
      assert.equal(kid, next);
      assert.deepEqual(revokedKids, [leaked]);
      assert.equal(effects.signingPausesSeconds, 0);
      await ring.poll();
      assert.equal(ring.current().signingKid, next);
    } finally {
      await installation.close();
    }
  });

  test("says that new tokens may be refused when it has not", async () => {
    const installation = await openKeyInstallation();
    try {
      const ring = await installation.openInstance();
      await ring.poll();
      const { effects } = await rotateKeysInEmergency(installation.context, { keepNext: true });
      assert.match(effects.sentences.join(" "), /New tokens are refused by verifiers that hold the old JWKS/);
    } finally {
      await installation.close();
    }
  });

  test("is refused when there is none", async () => {
    const installation = await openKeyInstallation();
    try {
      await installation.openInstance();
      await assert.rejects(rotateKeysInEmergency(installation.context, { keepNext: true }), {
        code: "key_in_use",
      });
    } finally {
      await installation.close();
    }
  });
});

describe("revoking", () => {
  test("the key that signs is refused and points to the emergency", async () => {
    const installation = await openKeyInstallation();
    try {
      const ring = await installation.openInstance();
      await assert.rejects(revokeKey(installation.context, ring.current().signingKid ?? ""), {
        code: "key_in_use",
        fix: /rotate --emergency/,
      });
    } finally {
      await installation.close();
    }
  });

  test("an unknown key and one that is revoked already are refused, each by its own code", async () => {
    const installation = await openKeyInstallation();
    try {
      const ring = await installation.openInstance();
      await ring.poll();
      const next = ring.current().publicJwks[1]?.kid ?? "";
      await revokeKey(installation.context, next);
      await assert.rejects(revokeKey(installation.context, next), { code: "key_in_use" });
      await assert.rejects(revokeKey(installation.context, "nobody"), { code: "key_not_found" });
    } finally {
      await installation.close();
    }
  });

  test("a previous key tells until when its tokens would have been valid", async () => {
    const installation = await openKeyInstallation();
    try {
      const ring = await installation.openInstance();
      await ring.poll();
      const first = ring.current().signingKid ?? "";
      await installation.pass(25 * 3600, ring);
      await rotateKeys(installation.context);
      const revoked = await revokeKey(installation.context, first);
      assert.deepEqual(revoked, {
        kid: first,
        phase: "previous",
        validTokensUntilMs: installation.time.ms + 300_000,
      });
    } finally {
      await installation.close();
    }
  });
});

describe("resealing", () => {
  test("lets the former secret be dropped, and doing it twice changes nothing", async () => {
    const installation = await openKeyInstallation();
    try {
      const ring = await installation.openInstance();
      await ring.poll();
      const context = { ...installation.context, sealer: createKeySealer([newSecret, secret]) };
      assert.match(
        (await getKeyStatus(context)).warnings.join(),
        /Sealed by a former secret: .*tti key reseal/,
      );
      assert.equal((await resealKeys(context)).resealed.length, 2);
      assert.equal((await resealKeys(context)).unchanged.length, 2);
      const restarted = await installation.openInstance({ secrets: [newSecret] });
      assert.equal(restarted.current().signingKid, ring.current().signingKid);
    } finally {
      await installation.close();
    }
  });

  test("with neither secret names the key it cannot open", async () => {
    const installation = await openKeyInstallation();
    try {
      await installation.openInstance();
      const context = { ...installation.context, sealer: createKeySealer([newSecret]) };
      await assert.rejects(resealKeys(context), { code: "signing_key_unreadable" });
    } finally {
      await installation.close();
    }
  });
});

describe("the status", () => {
  test("tells each key's times, what caches may hold, and what each instance serves", async () => {
    const installation = await openKeyInstallation();
    try {
      const startMs = installation.time.ms;
      const a = await installation.openInstance({ instanceId: "a" });
      await a.poll();
      await installation.openInstance({ instanceId: "b" });
      await installation.pass(3600, a);
      const { keys, instances, warnings, signingKid } = await getKeyStatus(installation.context);
      const [next, current] = keys;
      assert.equal(signingKid, a.current().signingKid);
      assert.deepEqual(
        [
          next?.phase,
          next?.publishedSinceMs,
          next?.maySignAtMs,
          next?.oldestValidTokenMs,
          next?.inAwsCacheAtMs,
        ],
        ["next", startMs, startMs + 90 * dayMs, null, startMs + dayMs],
      );
      assert.deepEqual(
        [current?.phase, current?.oldestValidTokenMs, current?.stopsSigningAtMs, current?.leavesJwksAtMs],
        ["current", installation.time.ms - 300_000, startMs + 90 * dayMs, startMs + 91 * dayMs + 300_000],
      );
      assert.deepEqual(
        instances.map(({ instanceId, live, lacks }) => ({ instanceId, live, lacks })),
        [
          { instanceId: "a", live: true, lacks: [] },
          { instanceId: "b", live: false, lacks: [] },
        ],
      );
      assert.match(warnings.join(), /Instance b was last heard from at 2026-01-01T00:00:00/);
    } finally {
      await installation.close();
    }
  });

  for (const kind of storeKinds) {
    test(`leaves out an instance that has been silent for an hour; its row goes with its own lead (${kind})`, async () => {
      const installation = await openKeyInstallation(kind);
      try {
        const policyOf = (publishLeadSeconds: number) =>
          keyPolicy({ longestTokenSeconds: 300, publishLeadSeconds });
        const a = await installation.openInstance({ instanceId: "a" });
        await installation.openInstance({ instanceId: "short", policy: policyOf(2 * 3600) });
        await installation.openInstance({ instanceId: "long", policy: policyOf(48 * 3600) });
        const shown = async () => {
          const { instances, warnings } = await getKeyStatus(installation.context);
          return [
            instances.map(({ instanceId }) => instanceId).toSorted(),
            /last heard from/.test(warnings.join()),
          ];
        };
        const kept = async () => (await listInstances(installation.db)).map(({ instanceId }) => instanceId);
        await installation.pass(3600, a);
        assert.deepEqual(await shown(), [["a", "long", "short"], true]);
        await installation.pass(1, a);
        assert.deepEqual(await shown(), [["a"], false]);
        assert.deepEqual((await kept()).toSorted(), ["a", "long", "short"]);
        await installation.pass(3600, a);
        assert.deepEqual((await kept()).toSorted(), ["a", "long"]);
        // Longer than a's own lead; the one that counts on two days is counted on for two days.
        await installation.pass(45 * 3600, a);
        assert.deepEqual((await kept()).toSorted(), ["a", "long"]);
        await installation.pass(3600, a);
        assert.deepEqual(await kept(), ["a"]);
      } finally {
        await installation.close();
      }
    });
  }

  test("of an empty store says that the first instance makes the first key", async () => {
    const installation = await openKeyInstallation();
    try {
      const { keys, signingKid, warnings } = await getKeyStatus(installation.context);
      assert.deepEqual([keys, signingKid], [[], null]);
      assert.match(warnings.join(), /There is no signing key yet/);
    } finally {
      await installation.close();
    }
  });
});
