// What the exchange tells about itself: one event per step, with duration, cache state and request id.

import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { test } from "node:test";
import { type ExchangeEvent, exchangeChannelName } from "../../src/exchange/index.ts";
import { acme } from "./support/connections.ts";
import { oauthError } from "./support/stub_aws.ts";
import { collect, startWorld } from "./support/world.ts";

test("a search tells its steps in order, then the cache hits", async (t) => {
  const world = await startWorld(t);
  const accessor = world.accessor();
  await collect(accessor.search({ user: "alice", queryText: "q" }));
  assert.deepEqual(
    world.events.map(({ step, outcome, cache, awsRequestId }) => [step, outcome, cache, awsRequestId]),
    [
      ["id-token", "ok", undefined, undefined],
      ["assume-role-with-tag", "ok", undefined, "req-ASIATAG1"],
      ["create-token-with-iam", "ok", undefined, "req-token-1"],
      ["assume-role-with-context", "ok", undefined, "req-ASIACONTEXT1"],
      ["credentials", "ok", "miss", undefined],
      ["search-relevant-content", "ok", undefined, "req-search-1"],
    ],
  );
  for (const event of world.events) {
    assert.ok(event.durationMs > 0);
    assert.deepEqual([event.tenantId, event.user], ["acme", "alice"]);
  }
  world.events.length = 0;
  await collect(accessor.search({ user: "alice", queryText: "q" }));
  assert.deepEqual(
    world.events.map(({ step, cache }) => [step, cache]),
    [
      ["credentials", "hit"],
      ["search-relevant-content", undefined],
    ],
  );
});

test("concurrent callers are told as coalesced", async (t) => {
  const world = await startWorld(t);
  await Promise.all([1, 2, 3].map(() => world.client.session({ connection: acme, user: "alice" })));
  const states = world.events.filter(({ step }) => step === "credentials").map(({ cache }) => cache);
  assert.deepEqual(states, ["miss", "coalesced", "coalesced"]);
});

test("a failed step and its repetition are told with code, grant and attempt", async (t) => {
  const world = await startWorld(t);
  world.aws.script = ({ operation }, count) =>
    operation === "create-token-with-iam" && count === 1
      ? oauthError("SlowDownException", "slow_down", "")
      : undefined;
  await world.client.session({ connection: acme, user: "alice" });
  const told = world.events.filter(({ step }) => step === "create-token-with-iam");
  assert.deepEqual(
    told.map(({ outcome, code, grant, attempt, awsRequestId }) => [
      outcome,
      code,
      grant,
      attempt,
      awsRequestId,
    ]),
    [
      ["error", "slow_down", "jwt-bearer", 1, "req-oauth"],
      ["ok", undefined, "jwt-bearer", 2, "req-token-2"],
    ],
  );
});

test("the diagnostics channel carries the same events, without a hook", async (t) => {
  const heard: ExchangeEvent[] = [];
  const listen = (event: unknown) => void heard.push(event as ExchangeEvent);
  subscribe(exchangeChannelName, listen);
  t.after(() => unsubscribe(exchangeChannelName, listen));
  const world = await startWorld(t);
  await world.client.session({ connection: acme, user: "alice" });
  assert.deepEqual(heard, world.events);
});

test("a hook that throws changes nothing", async (t) => {
  const world = await startWorld(t);
  const client = world.anotherClient({
    onEvent: () => {
      throw new Error("hook");
    },
  });
  assert.ok((await client.session({ connection: acme, user: "alice" })).credentials);
});
