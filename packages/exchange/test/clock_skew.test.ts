// A machine whose clock is wrong: AWS's answers tell, and neither signing nor the cache suffers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { acme } from "./support/connections.ts";
import { startWorld } from "./support/world.ts";

const skewMs = 2 * 3_600_000;

test("what STS shows about the clock serves the exchange and the search, and expiry is judged by it", async (t) => {
  const world = await startWorld(t, {}, { now: () => Date.now() + skewMs });
  // AWS lives two hours ahead of this machine, and says so in every answer.
  world.aws.dateHeader = () => new Date(Date.now() + skewMs).toUTCString();
  const session = await world.client.session({ connection: acme, user: "alice" });
  assert.ok(Math.abs(session.clockOffsetMs - skewMs) < 5000);
  const lifetimeMs = session.expiresAt.getTime() - Date.now();
  assert.ok(lifetimeMs > 3_500_000 && lifetimeMs <= 3_605_000, `${lifetimeMs} ms of one hour`);
  const signedAt = world.aws.seen[1]?.signedAt ?? "";
  const expected = new Date(Date.now() + skewMs).toISOString().slice(0, 13).replace(/-/g, "");
  assert.equal(signedAt.slice(0, 11), expected.slice(0, 11), "step 2 is signed with AWS's time");
});

test("a machine far ahead of AWS does not exchange anew for every search", async (t) => {
  const world = await startWorld(t, {}, { now: () => Date.now() - skewMs });
  world.aws.dateHeader = () => new Date(Date.now() - skewMs).toUTCString();
  for (let call = 0; call < 5; call += 1) await world.client.session({ connection: acme, user: "alice" });
  assert.equal(world.aws.count("create-token-with-iam"), 1);
});
