// Slow AWS, slow sources, slow stores: everybody waits for the own ones only, and a hanging call is told by its name.

import assert from "node:assert/strict";
import { test } from "node:test";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { AwsClients } from "../src/aws/aws_clients.ts";
import { withDeadline } from "../src/deadline.ts";
import { type ExchangeError, memoryRefreshTokenStore } from "../src/index.ts";
import { acme, baseCredentials } from "./support/connections.ts";
import { holdTime, patience } from "./support/held_time.ts";
import { collect, startWorld } from "./support/world.ts";

const ask = { connection: acme, user: "alice" };
const granting = { refreshToken: "idc-refresh-secret" };
const never = () => new Promise<never>(() => undefined);

/** Customers that share nothing but the region. */
function customer(number: number) {
  const id = String(number).padStart(16, "0");
  const idcApplicationArn = `arn:aws:sso::444455556666:application/ssoins-${id}/apl-${id}`;
  return { ...acme, tenantId: `customer-${number}`, idcApplicationArn };
}

test("STS that takes its time is waited for by everybody at once: 80 people of 4 customers", async (t) => {
  // AWS answers when all have asked; who would queue for one of the SDK's 50 sockets never asks.
  const world = await startWorld(t, patience);
  const crowd = [1, 2, 3, 4].flatMap((number) =>
    Array.from({ length: 20 }, (_, index) => ({ connection: customer(number), user: `user-${index}` })),
  );
  const arrived = Promise.withResolvers<void>();
  world.aws.hold = ({ operation }) => (operation === "assume-role-with-tag" ? arrived.promise : undefined);
  const sessions = Promise.allSettled(crowd.map((one) => world.client.session(one)));
  while (world.aws.count("assume-role-with-tag") < crowd.length) {
    await new Promise(setImmediate);
    const queueing = crowd.filter(
      ({ connection, user }) =>
        world.client.placeOf(connection, user)?.waitingFor === "a free connection to AWS",
    );
    if (queueing.length > 0) world.client.destroy();
    assert.deepEqual(queueing, []);
  }
  arrived.resolve();
  const failed = (await sessions).flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []));
  assert.deepEqual(failed, []);
});

test("calls beyond the sockets wait outside of the SDK, whose connect limit they would fail", async (t) => {
  const world = await startWorld(t);
  const answers: (() => void)[] = [];
  world.aws.hold = () => new Promise((resolve) => answers.push(resolve));
  const clients = new AwsClients({
    baseCredentials,
    overrides: world.aws.clientOptions,
    attemptTimeoutMs: 300_000,
    maxSockets: 1,
  });
  t.after(() => clients.destroy());
  const role = { RoleArn: acme.roleArn, RoleSessionName: "alice" };
  let inside = 0;
  const calls = Array.from({ length: 4 }, () =>
    withDeadline(600, undefined, async (deadline) => {
      const leave = await clients.places("sts", "eu-central-1").take(deadline);
      inside += 1;
      const sts = await clients.sts("eu-central-1");
      await sts.send(new AssumeRoleCommand(role));
      inside -= 1;
      leave();
    }),
  );
  for (let answered = 0; answered < calls.length; answered += 1) {
    while (answers.length === answered) await new Promise(setImmediate);
    assert.equal(inside, 1, "as many as there are sockets");
    answers[answered]?.();
  }
  await Promise.all(calls);
  assert.equal(world.aws.seen.length, 4, "no call failed and was made again");
});

test("twenty people whose token source hangs do not starve the one after them", async (t) => {
  const world = await startWorld(t);
  const time = holdTime(t);
  const asked: string[] = [];
  const client = world.anotherClient({
    ...patience,
    idTokenSource: (request) => {
      asked.push(request.user);
      return request.user === "healthy" ? world.issuer.source(request) : never();
    },
  });
  const hanging = Array.from({ length: 20 }, (_, index) =>
    client
      .session({ connection: acme, user: `hanging-${index}` })
      .catch((error: ExchangeError) => error.code),
  );
  await time.until(() => asked.length === 20);
  const healthy = client.session({ connection: acme, user: "healthy" });
  await time.settle();
  assert.ok(!asked.includes("healthy"), "else there was a place for her anyway");
  // A source slower than three seconds lends its place out.
  time.pass(3);
  await time.settle();
  assert.ok(asked.includes("healthy"));
  assert.ok((await healthy).credentials);
  client.destroy();
  assert.deepEqual([...new Set(await Promise.all(hanging))], ["client_closed"]);
});

test("a token source has a time limit of its own, and hears of it", async (t) => {
  const world = await startWorld(t);
  let aborted = false;
  const client = world.anotherClient({
    attemptTimeoutSeconds: 0.1,
    idTokenSource: ({ signal }) => {
      signal.addEventListener("abort", () => (aborted = true));
      return never();
    },
  });
  await assert.rejects(client.session(ask), { code: "id_token_source_timeout", step: "id-token" });
  assert.ok(aborted);
});

test("a credential provider that hangs is told as such", async (t) => {
  const world = await startWorld(t);
  const time = holdTime(t);
  let asked = false;
  const client = world.anotherClient({
    ...patience,
    attemptTimeoutSeconds: 60,
    baseCredentials: () => {
      asked = true;
      return never();
    },
  });
  const waiting = assert.rejects(client.session(ask), {
    code: "base_credentials_missing",
    step: "assume-role-with-tag",
    message: /not there within 60 seconds/,
  });
  await time.until(() => asked);
  time.pass(60);
  await waiting;
});

/** A store that never saves, and how often it was asked to. */
function hangingStore() {
  const asked = { save: 0 };
  const save = () => {
    asked.save += 1;
    return never();
  };
  return { asked, store: { ...memoryRefreshTokenStore(), save } };
}

test("a refresh token store that never saves costs no user anything", async (t) => {
  const { store, asked } = hangingStore();
  const world = await startWorld(
    t,
    { ...patience, refreshTokens: store, attemptTimeoutSeconds: 60 },
    granting,
  );
  const time = holdTime(t);
  const waiting = world.client.session(ask);
  await time.until(() => asked.save === 1 && world.aws.count("assume-role-with-context") === 1);
  await time.settle();
  time.pass(60);
  assert.ok((await waiting).credentials);
  const failures = world.events.filter(({ outcome }) => outcome === "error").map(({ code }) => code);
  assert.deepEqual(failures, ["refresh_token_store_failed"]);
});

test("a refresh token store that never saves holds up nobody", async (t) => {
  const { store, asked } = hangingStore();
  const options = { refreshTokens: store, limiter: { exchangesPerSecond: 1 } };
  const world = await startWorld(t, options, granting);
  // Two places, three people: all come through though no save has ended.
  const people = ["ann", "ben", "cem"].map((user) => world.client.session({ connection: acme, user }));
  const ends = people.map((person) => assert.rejects(person, { code: "client_closed" }));
  while (world.aws.count("assume-role-with-context") < 3) await new Promise(setImmediate);
  assert.equal(asked.save, 3);
  world.client.destroy();
  await Promise.all(ends);
});

test("neither the deadline nor destroy() waits for a store that never saves", async (t) => {
  const { store, asked } = hangingStore();
  const world = await startWorld(t, { ...patience, refreshTokens: store }, granting);
  const time = holdTime(t);
  const late = world.client.session(ask);
  await time.until(() => asked.save === 1 && world.aws.count("assume-role-with-context") === 1);
  // Its answer is on the way; the deadline is for what comes after it.
  await time.until(() => world.events.some(({ step }) => step === "assume-role-with-context"));
  await time.settle();
  time.pass(patience.deadlineSeconds);
  assert.ok((await late).credentials, "they were there when the time was over");
  const waiting = assert.rejects(world.client.session({ ...ask, user: "bob" }), { code: "client_closed" });
  await time.until(() => world.aws.count("assume-role-with-context") === 2);
  world.client.destroy();
  await waiting;
});

test("a user forgotten while the store is still saving leaves nothing there", async (t) => {
  const kept = memoryRefreshTokenStore();
  const key = { tenantId: "acme", user: "alice", idcApplicationArn: acme.idcApplicationArn };
  const gate = Promise.withResolvers<void>();
  let asked = false;
  const slow = {
    ...kept,
    save: async (...words: Parameters<typeof kept.save>) => {
      asked = true;
      await gate.promise;
      await kept.save(...words);
    },
  };
  const options = { ...patience, refreshTokens: slow, attemptTimeoutSeconds: 60 };
  const world = await startWorld(t, options, granting);
  const time = holdTime(t);
  const session = world.client.session(ask);
  await time.until(() => asked && world.events.some(({ step }) => step === "assume-role-with-context"));
  await time.settle();
  time.pass(60);
  await session;
  await world.client.forget(acme, "alice");
  gate.resolve();
  await time.settle();
  assert.equal(await kept.load(key), undefined);
});

test("a store that hangs when it is to forget fails the caller in time, who must know", async (t) => {
  const hanging = { ...memoryRefreshTokenStore(), delete: never };
  const world = await startWorld(t, { refreshTokens: hanging, attemptTimeoutSeconds: 0.1 });
  await assert.rejects(world.client.forget(acme, "alice"), { code: "refresh_token_store_failed" });
});

const searching = (world: Awaited<ReturnType<typeof startWorld>>) =>
  collect(world.accessor().search({ user: "alice", queryText: "q" }));

for (const operation of [
  "assume-role-with-tag",
  "create-token-with-iam",
  "assume-role-with-context",
  "search",
] as const) {
  test(`a search given up names the step that hung: ${operation}`, async (t) => {
    const world = await startWorld(t, patience);
    const time = holdTime(t);
    world.aws.script = (request) => (request.operation === operation ? { drop: "never" } : undefined);
    const waiting = assert.rejects(searching(world), {
      code: "deadline_exceeded",
      step: operation === "search" ? "search-relevant-content" : operation,
    });
    await time.until(() => world.aws.count(operation) === 1);
    time.pass(patience.deadlineSeconds);
    await waiting;
  });
}

for (const [what, hang, error] of [
  [
    "the store",
    (load: () => Promise<never>) => ({ refreshTokens: { ...memoryRefreshTokenStore(), load } }),
    { code: "deadline_exceeded", message: /waiting for the refresh token store/ },
  ],
  [
    "the token source",
    (idTokenSource: () => Promise<never>) => ({ idTokenSource }),
    { code: "deadline_exceeded", step: "id-token", message: /waiting for the token source/ },
  ],
] as const) {
  test(`a search given up names ${what} it waited for`, async (t) => {
    let asked = false;
    const hanging = () => {
      asked = true;
      return never();
    };
    const world = await startWorld(t, { ...patience, ...hang(hanging) });
    const time = holdTime(t);
    const waiting = assert.rejects(searching(world), error);
    await time.until(() => asked);
    time.pass(patience.deadlineSeconds);
    await waiting;
  });
}
