import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { listInstances, listKeys } from "../../../src/provider/keys/key_store.ts";
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

  test("that cannot read the keys signs for three polls, publishes for as long as the lead allows, and recovers", async () => {
    const installation = await openKeyInstallation();
    try {
      const ring = await installation.openInstance();
      await signWith(ring);
      await installation.whileUnreadable(async () => {
        installation.time.ms += 15_000;
        assert.equal(ring.health().ready, true);
        await signWith(ring);
        installation.time.ms += 1000;
        assert.match(ring.health().reason ?? "", /could not be read for 16 s, and one may have been revoked/);
        await assert.rejects(signWith(ring), SigningUnavailable);
        installation.time.ms += (daySeconds - 300 - 30 - 16) * 1000;
        assert.ok((ring.jwksMaxAgeSeconds() ?? 0) > 0);
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
      await installation.whileUnreadable(() => assert.rejects(signWith(ring), SigningUnavailable));
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

  test("refuses to sign with keys last read before it was paused while its store hangs, and signs once it answers", async () => {
    const installation = await openKeyInstallation();
    try {
      let hung: Promise<void> | undefined;
      let letGo = () => {};
      const db = installation.openAnother();
      const ring = await installation.openInstance({
        db: new Proxy(db, {
          apply: (target, self, words) => {
            const builder = Reflect.apply(target as never, self, words) as { select?: unknown };
            if (hung === undefined) return builder;
            return { select: () => ({ orderBy: () => hung?.then(() => db(String(words[0])).select()) }) };
          },
        }) as typeof db,
      });
      await signWith(ring);
      hung = new Promise((resolve) => {
        letGo = resolve;
      });
      installation.time.ms += 16_000;
      // While it hangs: an answer that waited for the store would never come.
      await assert.rejects(signWith(ring), SigningUnavailable);
      letGo();
      hung = undefined;
      await ring.poll();
      await ring.poll();
      await signWith(ring);
    } finally {
      await installation.close();
    }
  });

  test("that was paused in the middle of a read reads once more, and signs", async () => {
    const installation = await openKeyInstallation();
    try {
      const db = installation.openAnother();
      const ring = await installation.openInstance({ db });
      // The clock goes on as the read's first statement goes out: what it reads counts as of its begin.
      const pause = new Promise<void>((resolve) => {
        db.once("query", () => {
          installation.time.ms += 16_000;
          resolve();
        });
      });
      const underWay = ring.poll();
      await pause;
      await signWith(ring);
      await underWay;
      assert.equal(ring.whyCannotSign(), undefined);
    } finally {
      await installation.close();
    }
  });

  test("reads once for all who ask while it reads", async () => {
    const installation = await openKeyInstallation();
    try {
      const ring = await installation.openInstance();
      let statements = 0;
      installation.time.ms += 16_000;
      const counted = installation.openAnother();
      counted.on("query", () => {
        statements += 1;
      });
      const busy = await installation.openInstance({ db: counted });
      await busy.poll();
      statements = 0;
      installation.time.ms += 16_000;
      await Promise.all(Array.from({ length: 200 }, () => signWith(busy)));
      assert.ok(statements < 20, `${statements} statements`);
      await ring.poll();
    } finally {
      await installation.close();
    }
  });

  test("destroys the private half of a key that has left the JWKS, and of no other", async () => {
    const installation = await openKeyInstallation();
    try {
      const ring = await installation.openInstance();
      await ring.poll();
      const sealed = async () =>
        (await listKeys(installation.db)).map(({ sealedPrivateJwk }) => sealedPrivateJwk !== null);
      await installation.pass(90 * daySeconds, ring, ring);
      assert.deepEqual(await sealed(), [true, true, true]);
      await installation.pass(daySeconds + 300 + 29, ring);
      assert.deepEqual(await sealed(), [true, true, true]);
      await installation.pass(1, ring);
      assert.deepEqual(await sealed(), [false, true, true]);
      await signWith(ring);
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
