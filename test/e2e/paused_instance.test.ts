// An instance that is stopped by a signal for longer than others wait for it, in the middle of requests, and goes on: what was revoked
// meanwhile signs nothing, what it was asked is answered, and it follows the keys by itself. One that is killed leaves nothing to wait for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { keyPolicy } from "../../src/provider/keys/policy.ts";
import { rotateKeysInEmergency } from "../../src/provider/keys/rotate.ts";
import { createKeySealer } from "../../src/provider/keys/seal.ts";
import { addMintingClients, exchange, setTenant, signSubject } from "../provider/grants/mint_support.ts";
import { addPerson, startProvider } from "../provider/support/provider_fixture.ts";
import { startInstance } from "./instances.ts";

const policy = keyPolicy({
  longestTokenSeconds: 60,
  publishLeadSeconds: 60,
  signingPeriodSeconds: 3_600,
  retentionSeconds: 120,
  jwksMaxAgeSeconds: 1,
  pollIntervalSeconds: 0.5,
  clockSkewSeconds: 1,
});

test("an instance paused while its key is revoked signs with it no more, and answers what it was asked", async () => {
  const fixture = await startProvider({ kind: "postgres", keyPolicy: policy });
  const secret = Buffer.alloc(32, 7);
  const environment = {
    ...fixture.store.environment,
    TTI_MODE: "development",
    TTI_SECRETS: secret.toString("base64"),
    TTI_ISSUER: fixture.issuer,
    TTI_LOG_LEVEL: "silent",
    PORT: "0",
    TTI_ADMIN_PORT: "0",
  };
  const other = await startInstance(environment, policy);
  try {
    await addMintingClients(fixture.db);
    const { id } = await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
    await setTenant(fixture.db, "acme", {
      loginMethod: "both",
      presencePolicy: { name: "within", hours: 12 },
    });
    const mintAt = async (url: string) => {
      const claims = { sub: id, auth_time: Math.floor(Date.now() / 1000) };
      return exchange(url, await signSubject(fixture.issuer, claims));
    };
    const keys = () => createRemoteJWKSet(new URL(`${fixture.issuer}/jwks`));
    const kidOf = async (token: unknown) =>
      (await jwtVerify(String(token), keys(), { issuer: fixture.issuer })).protectedHeader.kid;
    const until = async (holds: () => Promise<boolean> | boolean) => {
      const deadlineMs = performance.now() + 60_000;
      while (!(await holds())) {
        assert.ok(performance.now() < deadlineMs, "it did not come to pass in time");
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const first = await kidOf((await mintAt(other.url)).body["access_token"]);

    other.pause();
    const asked = Promise.allSettled(Array.from({ length: 4 }, () => mintAt(other.url)));
    const sealer = createKeySealer([secret]);
    const context = { db: fixture.db, clock: () => new Date(), actor: "test", policy, sealer };
    const { kid } = await rotateKeysInEmergency(context);
    // The paused one is taken for dead after three polls, and held nobody up for longer.
    await until(() => fixture.server.keyRing.current().signingKid === kid);

    // The keys cannot be read at first, or it would have read them before it comes to the requests.
    const lock = await fixture.db.transaction();
    await lock.raw("lock table signing_keys in access exclusive mode");
    other.resume();
    const answers = await asked.finally(() => lock.rollback());
    for (const one of answers) {
      assert.ok(one.status === "fulfilled", "it is answered");
      const { status, body } = one.value;
      if (status === 503) assert.equal(body["error"], "temporarily_unavailable");
      else
        assert.equal(
          await kidOf(body["access_token"]),
          kid,
          "signed with the key that was revoked meanwhile",
        );
    }
    await until(async () => (await mintAt(other.url)).status === 200);
    assert.equal(await kidOf((await mintAt(other.url)).body["access_token"]), kid);
    assert.notEqual(first, kid);

    await other.kill();
    assert.equal((await mintAt(fixture.issuer)).status, 200);
    await rotateKeysInEmergency(context);
    await until(async () => (await mintAt(fixture.issuer)).status === 200);
  } finally {
    other.resume();
    await other.kill();
    await fixture.close();
  }
});
