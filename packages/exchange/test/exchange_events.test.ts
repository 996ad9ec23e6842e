// What the exchange tells about itself: one event per step, with duration, cache state and request id.

import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { test } from "node:test";
import { type ExchangeEvent, exchangeChannelName } from "../src/index.ts";
import { acme } from "./support/connections.ts";
import { oauthError } from "./support/stub_aws.ts";
import { collect, startWorld } from "./support/world.ts";

test("a search tells its steps in order, then the cache hits", async (t) => {
  const world = await startWorld(t);
  const accessor = world.accessor();
  await collect(accessor.search({ user: "alice", queryText: "what nobody else may read" }));
  assert.doesNotMatch(JSON.stringify(world.events), /nobody else/, "an event carries no query");
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

test("a listener that rejects, and subscribers that throw or reject, hurt nobody and keep nobody from hearing", async (t) => {
  const fault = () => Promise.reject(new Error("log server is down"));
  const world = await startWorld(t, { onEvent: fault });
  const heard: unknown[] = [];
  const subscribers = [
    () => {
      throw new Error("a subscriber's fault");
    },
    fault,
    (event: unknown) => void heard.push(event),
  ];
  for (const each of subscribers) subscribe(exchangeChannelName, each);
  t.after(() => {
    for (const each of subscribers) unsubscribe(exchangeChannelName, each);
  });
  const uncaught: unknown[] = [];
  const note = (error: unknown) => void uncaught.push(error);
  process.on("uncaughtException", note);
  process.on("unhandledRejection", note);
  t.after(() => {
    process.off("uncaughtException", note);
    process.off("unhandledRejection", note);
  });
  await world.client.session({ connection: acme, user: "alice" });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(uncaught, []);
  assert.equal(heard.length, 5);
});

test("no listener changes what the next one hears", async (t) => {
  const heard: ExchangeEvent[] = [];
  const world = await startWorld(t, { onEvent: (event) => void heard.push(event) });
  const forger = (event: unknown) => Reflect.set(event as object, "user", "mallory");
  subscribe(exchangeChannelName, forger);
  t.after(() => unsubscribe(exchangeChannelName, forger));
  await world.client.session({ connection: acme, user: "alice" });
  assert.deepEqual([...new Set(heard.map(({ user }) => user))], ["alice"]);
});
