// Slow AWS, slow sources, slow stores: everybody waits for the own ones only, and a hanging call is told by its name.

import assert from "node:assert/strict";
import { test } from "node:test";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { AwsClients } from "../src/aws/aws_clients.ts";
import { withDeadline } from "../src/deadline.ts";
import { type ExchangeError, memoryRefreshTokenStore } from "../src/index.ts";
import { acme, baseCredentials } from "./support/connections.ts";
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
  const world = await startWorld(t, { deadlineSeconds: 20 });
  const crowd = [1, 2, 3, 4].flatMap((number) =>
    Array.from({ length: 20 }, (_, index) => ({ connection: customer(number), user: `user-${index}` })),
  );
  const arrived = Promise.withResolvers<void>();
  world.aws.script = ({ operation }, count) => {
    if (operation === "assume-role-with-tag" && count === crowd.length) arrived.resolve();
    return undefined;
  };
  world.aws.hold = ({ operation }) => (operation === "assume-role-with-tag" ? arrived.promise : undefined);
  const sessions = await Promise.allSettled(crowd.map((one) => world.client.session(one)));
  const failed = sessions.flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []));
  assert.deepEqual(failed, []);
});

test("calls beyond the sockets wait outside of the SDK, whose connect limit they would fail", async (t) => {
  const world = await startWorld(t);
  world.aws.script = () => undefined;
  world.aws.hold = () => new Promise((resolve) => setTimeout(resolve, 120));
  const clients = new AwsClients({
    baseCredentials,
    overrides: world.aws.clientOptions,
    attemptTimeoutMs: 200,
    maxSockets: 1,
  });
  t.after(() => clients.destroy());
  const role = { RoleArn: acme.roleArn, RoleSessionName: "alice" };
  await Promise.all(
    Array.from({ length: 4 }, () =>
      withDeadline(10, undefined, async (deadline) => {
        const leave = await clients.places("sts", "eu-central-1").take(deadline);
        await clients.sts("eu-central-1").send(new AssumeRoleCommand(role)).finally(leave);
      }),
    ),
  );
  assert.equal(world.aws.seen.length, 4, "no call failed and was made again");
});

test("twenty people whose token source hangs do not starve the one after them", async (t) => {
  const world = await startWorld(t);
  const client = world.anotherClient({
    idTokenSource: (request) => (request.user === "healthy" ? world.issuer.source(request) : never()),
  });
  const hanging = Array.from({ length: 20 }, (_, index) =>
    client
      .session({ connection: acme, user: `hanging-${index}` })
      .catch((error: ExchangeError) => error.code),
  );
  assert.ok((await client.session({ connection: acme, user: "healthy" })).credentials);
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
  const client = world.anotherClient({ attemptTimeoutSeconds: 0.1, baseCredentials: never });
  await assert.rejects(client.session(ask), {
    code: "base_credentials_missing",
    step: "assume-role-with-tag",
    message: /not there within 0\.1 seconds/,
  });
});

test("a refresh token store that never saves costs no user anything, and holds up nobody", async (t) => {
  const hanging = { ...memoryRefreshTokenStore(), save: never };
  const options = { refreshTokens: hanging, attemptTimeoutSeconds: 0.5, limiter: { exchangesPerSecond: 1 } };
  const world = await startWorld(t, options, granting);
  // Two places, three people.
  const people = ["ann", "ben", "cem"].map((user) => world.client.session({ connection: acme, user }));
  assert.equal((await Promise.all(people)).length, 3);
  const failures = world.events.filter(({ outcome }) => outcome === "error").map(({ code }) => code);
  assert.deepEqual(
    failures,
    Array.from({ length: 3 }, () => "refresh_token_store_failed"),
  );
});

test("neither the deadline nor destroy() waits for a store that never saves", async (t) => {
  const hanging = { ...memoryRefreshTokenStore(), save: never };
  const world = await startWorld(t, { refreshTokens: hanging, deadlineSeconds: 1 }, granting);
  assert.ok((await world.client.session(ask)).credentials, "they were there when the time was over");
  const patient = world.anotherClient({ deadlineSeconds: 3000, attemptTimeoutSeconds: 3000 });
  const waiting = patient.session({ ...ask, user: "bob" });
  while (world.aws.count("assume-role-with-context") < 2) await new Promise(setImmediate);
  patient.destroy();
  await assert.rejects(waiting, { code: "client_closed" });
});

test("a user forgotten while the store is still saving leaves nothing there", async (t) => {
  const kept = memoryRefreshTokenStore();
  const key = { tenantId: "acme", user: "alice", idcApplicationArn: acme.idcApplicationArn };
  const gate = Promise.withResolvers<void>();
  const slow = {
    ...kept,
    save: async (...words: Parameters<typeof kept.save>) => {
      await gate.promise;
      await kept.save(...words);
    },
  };
  const world = await startWorld(t, { refreshTokens: slow, attemptTimeoutSeconds: 0.5 }, granting);
  await world.client.session(ask);
  await world.client.forget(acme, "alice");
  gate.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(await kept.load(key), undefined);
});

test("a store that hangs when it is to forget fails the caller in time, who must know", async (t) => {
  const hanging = { ...memoryRefreshTokenStore(), delete: never };
  const world = await startWorld(t, { refreshTokens: hanging, attemptTimeoutSeconds: 0.1 });
  await assert.rejects(world.client.forget(acme, "alice"), { code: "refresh_token_store_failed" });
});

for (const operation of [
  "assume-role-with-tag",
  "create-token-with-iam",
  "assume-role-with-context",
] as const) {
  test(`a search given up names the step that hung: ${operation}`, async (t) => {
    const world = await startWorld(t, { deadlineSeconds: 1 });
    world.aws.script = (request) => (request.operation === operation ? { drop: "never" } : undefined);
    await assert.rejects(collect(world.accessor().search({ user: "alice", queryText: "q" })), {
      code: "deadline_exceeded",
      step: operation,
    });
  });
}

test("a search given up names the store or the queue it waited for", async (t) => {
  const search = (world: Awaited<ReturnType<typeof startWorld>>) =>
    collect(world.accessor().search({ user: "alice", queryText: "q" }));
  const store = { ...memoryRefreshTokenStore(), load: never };
  await assert.rejects(search(await startWorld(t, { refreshTokens: store, deadlineSeconds: 0.5 })), {
    code: "deadline_exceeded",
    message: /waiting for the refresh token store/,
  });
  const source = await startWorld(t, { idTokenSource: never, deadlineSeconds: 0.5 });
  await assert.rejects(search(source), { step: "id-token", message: /waiting for the token source/ });
  const searching = await startWorld(t, { deadlineSeconds: 1 });
  searching.aws.script = ({ operation }) => (operation === "search" ? { drop: "never" } : undefined);
  await assert.rejects(search(searching), { step: "search-relevant-content" });
});
