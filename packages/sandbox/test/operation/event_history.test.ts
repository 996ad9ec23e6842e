// The event history is bounded, and its oldest events go first.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_TRAIL_EVENTS, recordEvent } from "../../src/operation/event_history.ts";
import { createWorld } from "../../src/state/index.ts";

test("the oldest events go when there are too many", () => {
  const world = createWorld();
  let made = 0;
  const makeId = () => `event-${++made}`;
  const caller = {
    accessKeyId: "AKIAEXAMPLE000000001",
    accountId: "111122223333",
    arn: "arn:aws:iam::111122223333:root",
    userId: "111122223333",
    user: null,
    role: null,
    session: null,
    principalTags: [],
  };
  const call = {
    requestId: "r",
    at: "2026-11-27T00:00:00.000Z",
    service: "sts" as const,
    operation: "GetCallerIdentity",
    eventSource: "sts.amazonaws.com",
    region: "us-east-1",
    caller,
    sourceIp: "127.0.0.1",
    userAgent: "test",
    input: {},
    output: {},
    error: undefined,
  };
  for (let count = 0; count < MAX_TRAIL_EVENTS + 3; count += 1) recordEvent(world, call, makeId);
  assert.equal(world.trailEvents.size, MAX_TRAIL_EVENTS);
  assert.equal([...world.trailEvents.values()][0]?.sequence, 4);
  assert.equal([...world.trailEvents.values()].at(-1)?.sequence, MAX_TRAIL_EVENTS + 3);
});
