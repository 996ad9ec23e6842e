// What AWS and the network do wrong: nothing is presented twice, nothing hangs past its deadline, no retry is blind.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ExchangeDeadlineError } from "../src/index.ts";
import { acme } from "./support/connections.ts";
import { holdTime, patience } from "./support/held_time.ts";
import { oauthError, type StubAnswer, type StubScript, stsError } from "./support/stub_aws.ts";
import { startWorld, type World } from "./support/world.ts";

/** Answers the first calls of one operation with the given faults, then as usual. */
function faulty(operation: string, ...faults: StubAnswer[]): StubScript {
  return (request, count) => (request.operation === operation ? faults[count - 1] : undefined);
}

function presented({ aws }: World): unknown[] {
  return aws.seen
    .filter(({ operation }) => operation === "create-token-with-iam")
    .map(({ parameters }) => parameters["assertion"]);
}

function assertNothingTwice(world: World): void {
  const tokens = presented(world);
  assert.equal(new Set(tokens).size, tokens.length, "an ID token was presented twice");
}

const ask = { connection: acme, user: "alice" };

const ambiguous: readonly (readonly [string, StubAnswer])[] = [
  ["a connection dropped before the answer", { drop: "before-answer" }],
  ["an answer broken off in the middle", { drop: "mid-answer" }],
  ["an internal error", oauthError("InternalServerException", "server_error", "", 500)],
  ["SlowDown", oauthError("SlowDownException", "slow_down", "")],
  ["a throttling error", oauthError("ThrottlingException", "slow_down", "", 429)],
  [
    "a token redeemed elsewhere",
    oauthError("InvalidGrantException", "invalid_grant", "JWT is already redeemed"),
  ],
];
for (const [name, fault] of ambiguous) {
  test(`after ${name}, step 2 is tried with a fresh ID token`, async (t) => {
    const world = await startWorld(t);
    world.aws.script = faulty("create-token-with-iam", fault);
    const session = await world.client.session(ask);
    assert.equal(session.credentials.accessKeyId, "ASIACONTEXT1");
    assert.equal(presented(world).length, 2);
    assertNothingTwice(world);
  });
}

test("a source that has only one token fails the retry instead of presenting it again", async (t) => {
  const world = await startWorld(t);
  const token = await world.issuer.mint({ tenantId: "acme", user: "alice" });
  world.aws.script = faulty("create-token-with-iam", { drop: "before-answer" });
  const client = world.anotherClient({ idTokenSource: async () => token });
  await assert.rejects(client.session(ask), { code: "id_token_presented_before" });
  assert.equal(presented(world).length, 1);
});

test("a fault that stays ends after three exchanges, each with its own token", async (t) => {
  const world = await startWorld(t);
  world.aws.script = faulty(
    "create-token-with-iam",
    ...Array.from({ length: 9 }, () => ambiguous[2]?.[1] ?? { drop: "never" as const }),
  );
  await assert.rejects(world.client.session(ask), {
    code: "aws_unavailable",
    step: "create-token-with-iam",
    retryable: true,
  });
  assert.equal(presented(world).length, 3);
  assertNothingTwice(world);
});

test("a refused token is not retried: a fresh one would be refused as well", async (t) => {
  const world = await startWorld(t);
  world.aws.script = faulty(
    "create-token-with-iam",
    oauthError("InvalidGrantException", "invalid_grant", "Invalid grant provided"),
  );
  await assert.rejects(world.client.session(ask), (error: Error & { awsRequestId?: string }) => {
    assert.match(error.message, /Invalid grant provided/, "error_description comes to light");
    assert.match(error.message, /alice@example\.com/);
    assert.equal(error.awsRequestId, "req-oauth");
    return true;
  });
  assert.equal(presented(world).length, 1);
});

test("a stale identity context sends the exchange the whole way again", async (t) => {
  const world = await startWorld(t);
  world.aws.script = faulty(
    "assume-role-with-context",
    stsError("ExpiredTokenException", "The provided context is expired", 400),
  );
  await world.client.session(ask);
  assert.equal(presented(world).length, 2);
  assertNothingTwice(world);
});

test("AssumeRole is retried by the SDK without another ID token", async (t) => {
  const world = await startWorld(t);
  world.aws.script = (request, count) => {
    if (request.operation === "create-token-with-iam" || count > 1) return undefined;
    return stsError("Throttling", "Rate exceeded", 400);
  };
  await world.client.session(ask);
  assert.equal(presented(world).length, 1);
  assert.equal(world.aws.count("assume-role-with-tag"), 2);
  assert.equal(world.aws.count("assume-role-with-context"), 2);
});

for (const operation of [
  "assume-role-with-tag",
  "create-token-with-iam",
  "assume-role-with-context",
] as const) {
  test(`an AWS that never answers ${operation} is given up at the deadline, which names the step`, async (t) => {
    const world = await startWorld(t, patience);
    const time = holdTime(t);
    world.aws.script = (request) => (request.operation === operation ? { drop: "never" } : undefined);
    const waiting = assert.rejects(world.client.session(ask), (error) => {
      assert.ok(error instanceof ExchangeDeadlineError);
      assert.equal(error.step, operation);
      return true;
    });
    await time.until(() => world.aws.count(operation) === 1);
    time.pass(patience.deadlineSeconds);
    await waiting;
    assertNothingTwice(world);
  });
}

test("a token source that never answers is given up at the deadline", async (t) => {
  const world = await startWorld(t);
  const client = world.anotherClient({
    deadlineSeconds: 0.2,
    idTokenSource: () => new Promise(() => undefined),
  });
  await assert.rejects(client.session(ask), { code: "deadline_exceeded", step: "id-token" });
  assert.deepEqual(world.aws.seen, []);
});

test("one slow attempt of AssumeRole is cut off and tried again", async (t) => {
  const attemptTimeoutSeconds = 60;
  const world = await startWorld(t, { ...patience, attemptTimeoutSeconds });
  const time = holdTime(t);
  world.aws.script = faulty("assume-role-with-tag", { drop: "never" });
  const waiting = world.client.session(ask);
  await time.until(() => world.aws.count("assume-role-with-tag") === 1);
  // The attempt, then the SDK's pause before the next.
  for (let second = 0; world.aws.count("assume-role-with-tag") < 2; second += 1) {
    if (second <= attemptTimeoutSeconds + 1) time.pass(1);
    await time.settle();
  }
  await waiting;
  assert.equal(presented(world).length, 1);
});

test("a caller that aborts gets its own reason; the others keep the exchange", async (t) => {
  const world = await startWorld(t);
  const controller = new AbortController();
  world.aws.script = faulty("create-token-with-iam", {
    status: 200,
    body: JSON.stringify({ awsAdditionalDetails: { identityContext: "late" } }),
  });
  const answering = Promise.withResolvers<void>();
  world.aws.hold = ({ operation }) => (operation === "create-token-with-iam" ? answering.promise : undefined);
  const impatient = world.client.session({ ...ask, signal: controller.signal });
  const patient = world.client.session(ask);
  controller.abort(new Error("closed the tab"));
  await assert.rejects(impatient, /closed the tab/);
  answering.resolve();
  assert.equal((await patient).credentials.accessKeyId, "ASIACONTEXT1");
  assert.equal(presented(world).length, 1);
});

test("a signal already aborted costs nothing", async (t) => {
  const world = await startWorld(t);
  await assert.rejects(
    world.client.session({ ...ask, signal: AbortSignal.abort(new Error("gone")) }),
    /gone/,
  );
  assert.equal(world.issuer.minted.length, 0);
});

test("a token source's failure is told with its step, and only retryable by the caller", async (t) => {
  const world = await startWorld(t);
  let asked = 0;
  const cause = new TypeError("database is down");
  const client = world.anotherClient({
    idTokenSource: async () => {
      asked += 1;
      throw cause;
    },
  });
  await assert.rejects(client.session(ask), {
    code: "id_token_source_failed",
    step: "id-token",
    retryable: true,
    message: /database is down/,
    cause,
  });
  assert.equal(asked, 1);
});

test("closing the client ends an exchange under way", async (t) => {
  const world = await startWorld(t);
  world.aws.script = () => ({ drop: "never" });
  const waiting = world.client.session(ask);
  while (world.aws.seen.length === 0) await new Promise(setImmediate);
  world.client.destroy();
  await assert.rejects(waiting, { code: "client_closed" });
});
