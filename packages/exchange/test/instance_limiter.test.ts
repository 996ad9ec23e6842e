// The limiter of one Identity Center instance, on a clock the test moves through mocked timers.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Deadline } from "../src/deadline.ts";
import { InstanceLimiter } from "../src/instance_limiter.ts";

/** Mocked timers and a monotonic clock that follows them. */
function startClock(t: { after(callback: () => void): void }) {
  let nowMs = 0;
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  return {
    now: () => nowMs,
    async advance(ms: number) {
      for (let step = 0; step < ms; step += 10) {
        nowMs += 10;
        mock.timers.tick(10);
        await new Promise(setImmediate);
      }
    },
  };
}

function startMany(limiter: InstanceLimiter, count: number, now: () => number) {
  const admittedAt: number[] = [];
  const deadline = new Deadline(100_000);
  for (let index = 0; index < count; index += 1) {
    void limiter.acquire(deadline).then(() => admittedAt.push(now()));
  }
  return admittedAt;
}

test("ten exchanges leave at once, and never more than ten in any second", async (t) => {
  const clock = startClock(t);
  const admittedAt = startMany(new InstanceLimiter({}, clock.now), 35, clock.now);
  await clock.advance(10);
  assert.equal(admittedAt.length, 10);
  await clock.advance(4000);
  assert.equal(admittedAt.length, 35);
  for (const at of admittedAt) {
    const inSecond = admittedAt.filter((other) => other >= at && other < at + 1000).length;
    assert.ok(inSecond <= 10, `${inSecond} in the second from ${at}`);
  }
});

test("a share of the quota is a share of the rate, also below one a second", async (t) => {
  const clock = startClock(t);
  const half = startMany(new InstanceLimiter({ share: 0.5 }, clock.now), 50, clock.now);
  const twentieth = startMany(new InstanceLimiter({ share: 0.05 }, clock.now), 50, clock.now);
  await clock.advance(4000);
  assert.ok(half.length >= 18 && half.length <= 20, `${half.length} at half`);
  assert.equal(twentieth.length, 2);
});

test("SlowDown holds everybody, longer each time in a row, and success resets it", async (t) => {
  const clock = startClock(t);
  const limiter = new InstanceLimiter({}, clock.now);
  const pauseAfter = async () => {
    const from = clock.now();
    const admitted = startMany(limiter, 1, clock.now);
    while (admitted.length === 0) await clock.advance(10);
    return clock.now() - from;
  };
  const middle = () => 0.5;
  limiter.slowDown(middle);
  limiter.slowDown(middle);
  assert.ok(Math.abs((await pauseAfter()) - 500) <= 20, "two answers to one burst count once");
  limiter.slowDown(middle);
  assert.ok(Math.abs((await pauseAfter()) - 1000) <= 20);
  limiter.succeeded();
  limiter.slowDown(middle);
  assert.ok(Math.abs((await pauseAfter()) - 500) <= 20);
});

test("a waiter that gives up costs nobody else a turn", async (t) => {
  const clock = startClock(t);
  const limiter = new InstanceLimiter({}, clock.now);
  startMany(limiter, 10, clock.now);
  const impatient = new AbortController();
  const deadline = new Deadline(100_000, impatient.signal);
  t.after(() => deadline.end());
  const gaveUp = Array.from({ length: 500 }, () =>
    limiter.acquire(deadline).catch((error: unknown) => error),
  );
  const patient = startMany(limiter, 1, clock.now);
  impatient.abort(new Error("enough"));
  assert.ok(
    (await Promise.all(gaveUp)).every((error) => error instanceof Error && error.message === "enough"),
  );
  await clock.advance(1100);
  assert.equal(patient.length, 1);
});
