// Many users of one customer at once: a quota shared fairly, no ID token minted long before its turn.

import assert from "node:assert/strict";
import { test } from "node:test";
import { acme, globex } from "./support/connections.ts";
import { holdTime, patience } from "./support/held_time.ts";
import { oauthError } from "./support/stub_aws.ts";
import { startWorld } from "./support/world.ts";

test("a crowd waits before its tokens are minted, not after", async (t) => {
  const world = await startWorld(t, { limiter: { exchangesPerSecond: 40 } });
  let worst = 0;
  const client = world.anotherClient({
    idTokenSource: async ({ tenantId, user }) => {
      const token = await world.issuer.mint({ tenantId, user });
      world.issuer.minted.push(token);
      worst = Math.max(worst, world.issuer.minted.length - world.aws.count("create-token-with-iam"));
      return token;
    },
  });
  const users = Array.from({ length: 120 }, (_, index) => `user-${index}`);
  // At least: a busy machine takes longer.
  const startedMs = performance.now();
  await Promise.all(users.map((user) => client.session({ connection: acme, user })));
  const seconds = (performance.now() - startedMs) / 1000;
  assert.ok(worst <= 80, `${worst} tokens were waiting`);
  assert.ok(seconds >= 2, `120 exchanges in ${seconds} s are more than 40 a second`);
  assert.equal(world.aws.count("create-token-with-iam"), 120);
});

test("a crowd at one customer does not hold up another customer, and who comes too late costs no ID token", async (t) => {
  const world = await startWorld(t, { ...patience, limiter: { exchangesPerSecond: 5 } });
  const time = holdTime(t);
  // Acme's exchanges get no further than their first call.
  const isAcmes = (parameters: Readonly<Record<string, unknown>>) =>
    parameters["Tags.member.1.Value"] === "acme";
  world.aws.script = ({ parameters }) => (isAcmes(parameters) ? { drop: "never" } : undefined);
  const crowd = Array.from({ length: 40 }, (_, index) =>
    world.client
      .session({ connection: acme, user: `user-${index}` })
      .catch((error: { code?: string }) => error.code),
  );
  const places = 2 * 5;
  await time.until(() => world.aws.seen.filter(({ parameters }) => isAcmes(parameters)).length === places);
  // Behind the crowd she would wait for ever: no time passes.
  await world.client.session({ connection: globex, user: "alice" });
  time.pass(patience.deadlineSeconds);
  const outcomes = new Set(await Promise.all(crowd));
  assert.deepEqual([...outcomes], ["deadline_exceeded"]);
  assert.equal(world.issuer.minted.length, places + 1, "Alice's, and those of acme whose turn had come");
});

test("a user AWS refuses, asked for again and again, spends few exchanges", async (t) => {
  const world = await startWorld(t);
  world.aws.script = ({ operation }) =>
    operation === "create-token-with-iam"
      ? oauthError("InvalidGrantException", "invalid_grant", "")
      : undefined;
  for (let call = 0; call < 50; call += 1) {
    await assert.rejects(world.client.session({ connection: acme, user: "alice" }), {
      code: "token_rejected",
    });
  }
  assert.equal(world.aws.count("create-token-with-iam"), 1);
});
