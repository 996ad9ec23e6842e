// The proof of issue 6: two processes on one PostgreSQL under constant load, verifiers that cache the JWKS for
// "an hour", ten rotations (a day five), an instance killed and restarted, an emergency. Time is compressed by the policy:
// the hour is one second, the publish lead of a day five.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { decodeProtectedHeader } from "jose";
import { systemClock } from "../../src/clock.ts";
import { getKeyStatus, type KeyOperationContext } from "../../src/provider/keys/operations.ts";
import { keyPolicy } from "../../src/provider/keys/policy.ts";
import { rotateKeysInEmergency } from "../../src/provider/keys/rotate.ts";
import { createKeySealer } from "../../src/provider/keys/seal.ts";
import { addMintingClients } from "../provider/grants/mint_support.ts";
import { addClient, addPerson } from "../provider/support/provider_fixture.ts";
import { atNight } from "../support/at_night.ts";
import { openTestDatabase, type TestDatabase } from "../support/databases.ts";
import { type Balancer, type Instance, startBalancer, startInstance } from "./instances.ts";
import { type LoadFailure, runLoad } from "./rotation_load.ts";
import { createVerifier, type Verdict } from "./verifier.ts";

const policy = keyPolicy({
  longestTokenSeconds: 4,
  jwksMaxAgeSeconds: 1,
  publishLeadSeconds: 5,
  signingPeriodSeconds: 5,
  retentionSeconds: 10,
  pollIntervalSeconds: 0.25,
  clockSkewSeconds: 0.2,
});
const rotations = atNight ? 10 : 5;
const secret = Buffer.alloc(32, 7);
const email = "ada@acme.example";

let store: TestDatabase;
let balancer: Balancer;
let accountId: string;
let context: KeyOperationContext;
const instances: Instance[] = [];

before(async () => {
  store = await openTestDatabase("postgres");
  balancer = await startBalancer();
  accountId = (await addPerson(store.db, { email, name: "Ada", tenants: ["acme"] })).id;
  await addClient(store.db, { client_id: "app" });
  await addMintingClients(store.db, ["acme"]);
  context = { db: store.db, clock: systemClock, actor: "test", policy, sealer: createKeySealer([secret]) };
});

after(async () => {
  await Promise.all(instances.map((instance) => instance.stop()));
  await balancer.close();
  await store.close();
});

async function startOne(): Promise<Instance> {
  const environment = {
    ...store.environment,
    TTI_MODE: "development",
    TTI_ISSUER: balancer.url,
    TTI_SECRETS: secret.toString("base64"),
    TTI_LOG_LEVEL: "silent",
    PORT: "0",
    TTI_ADMIN_PORT: "0",
  };
  const instance = await startInstance(environment, policy);
  instances.push(instance);
  balancer.targets.push(instance.url);
  return instance;
}

/** Everything the load and the verifiers report. */
function startMeasuring() {
  const issuer = balancer.url;
  const failures: LoadFailure[] = [];
  const verdicts: Verdict[] = [];
  const signedAtMs = new Map<string, { firstMs: number; lastMs: number }>();
  const judging = new Set<Promise<void>>();
  const verifiers = [
    createVerifier({ name: "caching", issuer, url: () => issuer, caches: true }),
    createVerifier({ name: "caching 1", issuer, url: () => balancer.targets[0], caches: true }),
    createVerifier({ name: "caching 2", issuer, url: () => balancer.targets[1], caches: true }),
    createVerifier({ name: "asking 1", issuer, url: () => balancer.targets[0], caches: false }),
    createVerifier({ name: "asking 2", issuer, url: () => balancer.targets[1], caches: false }),
  ];
  const judge = async (idToken: string) => {
    for (const delayMs of [0, 2_500]) {
      await sleep(delayMs);
      const found = await Promise.all(verifiers.map((verifier) => verifier.verify(idToken)));
      verdicts.push(...found.filter((verdict) => verdict !== undefined));
    }
  };
  let over = false;
  const load = runLoad({
    issuer,
    email,
    accountId,
    isOver: () => over,
    onFailure: (failure) => failures.push(failure),
    onIdToken(idToken) {
      const { kid = "" } = decodeProtectedHeader(idToken);
      const nowMs = Date.now();
      signedAtMs.set(kid, { firstMs: signedAtMs.get(kid)?.firstMs ?? nowMs, lastMs: nowMs });
      const work = judge(idToken).finally(() => judging.delete(work));
      judging.add(work);
    },
  });
  return {
    failures,
    verdicts,
    signedAtMs,
    async finish() {
      over = true;
      await load;
      await Promise.all(judging);
    },
  };
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + 150_000;
  while (!(await condition())) {
    assert.ok(Date.now() < deadlineMs, `waited in vain until ${what}`);
    await sleep(100);
  }
}

/** The rotations with a crash among them, then an emergency, all under load. */
async function runHistory() {
  await startOne();
  const victim = await startOne();
  const measured = startMeasuring();
  const { signedAtMs } = measured;
  try {
    await until("four keys signed", () => signedAtMs.size >= 4);
    const killedAtMs = Date.now();
    await victim.kill();
    balancer.targets.splice(1);
    await sleep(1_500);
    await startOne();

    await until("every planned rotation took place", () => signedAtMs.size > rotations);
    const emergencyAtMs = Date.now();
    const emergency = await rotateKeysInEmergency(context);
    await until("the emergency key signs", () => signedAtMs.has(emergency.kid));
    const recoveredAtMs = signedAtMs.get(emergency.kid)?.firstMs ?? 0;
    await sleep(2_000);
    const status = await getKeyStatus(context);
    return { ...measured, ...emergency, killedAtMs, emergencyAtMs, recoveredAtMs, status };
  } finally {
    await measured.finish();
  }
}

function assertNone(incidents: readonly object[]): void {
  assert.equal(incidents.length, 0, JSON.stringify(incidents.slice(0, 3), undefined, 1));
}

test(`${rotations} rotations, a crash and an emergency under load break only what the emergency must break`, async () => {
  const history = await runHistory();
  const { signedAtMs, failures, verdicts, kid, revokedKids, effects, status } = history;
  const { killedAtMs, emergencyAtMs, recoveredAtMs } = history;

  const refusals = verdicts.filter((verdict) => verdict.refusal !== undefined);
  const owedToEmergency = (verdict: Verdict): boolean =>
    (revokedKids.includes(verdict.kid) && verdict.atMs >= emergencyAtMs) ||
    (verdict.kid === kid && verdict.copyAtMs < recoveredAtMs);
  assertNone(refusals.filter((verdict) => !owedToEmergency(verdict)));
  // Tokens of the leaked key did turn up after it was revoked, so the measurement can see a refusal.
  assert.ok(refusals.length > 0);
  assert.ok(verdicts.length > 100 * rotations, `${verdicts.length} verifications`);

  for (const revoked of revokedKids) {
    assert.ok(
      (signedAtMs.get(revoked)?.lastMs ?? 0) < emergencyAtMs + 2_000,
      "the leaked key went on signing",
    );
  }
  assert.ok(recoveredAtMs - emergencyAtMs < effects.signingPausesSeconds * 1000 + 2_000);

  // A request the crash cut off, and one the pause turned away, may fail; no other.
  const lostInCrash = ({ status, startedAtMs, atMs }: LoadFailure): boolean =>
    (status === 502 || status === 0) && startedAtMs <= killedAtMs + 1_000 && atMs >= killedAtMs;
  // A refresh that was past the check when the pause began has spent its token: its next try is a replay.
  const pausedByEmergency = ({ doing, status, startedAtMs, atMs }: LoadFailure): boolean =>
    (status === 503 || (status === 400 && doing === "refresh")) &&
    startedAtMs <= recoveredAtMs + 1_000 &&
    atMs >= emergencyAtMs;
  assertNone(failures.filter((failure) => !lostInCrash(failure) && !pausedByEmergency(failure)));

  assert.equal(status.signingKid, kid);
  const live = status.instances.filter((instance) => instance.live);
  assert.deepEqual(
    live.map(({ signingKid, lacks }) => ({ signingKid, lacks })),
    [
      { signingKid: kid, lacks: [] },
      { signingKid: kid, lacks: [] },
    ],
  );
});
