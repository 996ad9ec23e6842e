// Queues: who runs when, who is told to come back and why, and that nothing is done for who has gone. All by counts and a
// clock that stands until it is moved.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FairQueue, type QueueOptions, type QueueTime } from "../../src/overload/fair_queue.ts";

function standingTime(): QueueTime & { pass(ms: number): void } {
  let nowMs = 1000;
  let timers: { atMs: number; run: () => void }[] = [];
  return {
    nowMs: () => nowMs,
    after(ms, run) {
      const timer = { atMs: nowMs + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    pass(ms) {
      nowMs += ms;
      const due = timers.filter(({ atMs }) => atMs <= nowMs);
      timers = timers.filter(({ atMs }) => atMs > nowMs);
      for (const { run } of due) run();
    },
  };
}

/** A queue whose work ends when the test says so. */
function openQueue(options: Partial<QueueOptions> = {}) {
  const time = standingTime();
  const queue = new FairQueue({
    ...{ places: 1, mostWaiting: 100, longestWaitMs: 5000, told: "Too many ask." },
    ...{ time, ...options },
  });
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const results = new Map<string, string>();
  const ask = (name: string, share: string[] = [name], gone?: AbortSignal) => {
    const work = () =>
      new Promise<void>((resolve) => {
        begun.push(name);
        ends.push(resolve);
      });
    void queue.run({ share, gone }, work).then(
      () => results.set(name, "served"),
      (error: { name: string; retryAfterSeconds: number }) =>
        results.set(name, `${error.name} ${error.retryAfterSeconds}`),
    );
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  /** Lets what runs take so long, and end. */
  const end = async (tookMs = 0) => {
    await settle();
    time.pass(tookMs);
    ends.shift()?.();
    await settle();
  };
  return { queue, time, begun, results, ask, end, settle };
}

describe("a queue", () => {
  it("serves in turn between shares, whoever sends the most", async () => {
    const { ask, end, begun } = openQueue();
    for (let index = 0; index < 5; index += 1) ask(`a${index}`, ["a"]);
    ask("b0", ["b"]);
    ask("c0", ["c"]);
    for (let index = 0; index < 7; index += 1) await end();
    assert.deepEqual(begun, ["a0", "a1", "b0", "c0", "a2", "a3", "a4"]);
  });

  it("serves in turn within a share, too: what one application sends is not before another's of its network", async () => {
    const { ask, end, begun } = openQueue();
    ask("first", ["net", "loop"]);
    for (let index = 0; index < 4; index += 1) ask(`loop${index}`, ["net", "loop"]);
    ask("other", ["net", "other"]);
    for (let index = 0; index < 6; index += 1) await end();
    assert.deepEqual(begun.slice(0, 4), ["first", "loop0", "other", "loop1"]);
  });

  it("tells at once who could not be served in time, by the line before them and what work takes", async () => {
    const { ask, end, settle, results, queue } = openQueue({ longestWaitMs: 3000 });
    ask("measured");
    await end(1000);
    for (let index = 0; index < 6; index += 1) ask(`a${index}`, ["a"]);
    await settle();
    // One runs and three wait, a second each.
    assert.deepEqual([...results.keys()], ["measured", "a4", "a5"]);
    assert.match(results.get("a4") ?? "", /^Overloaded \d+$/);
    assert.equal(queue.state.waiting, 3);
    // Another share comes to its turn before them.
    ask("b0", ["b"]);
    await settle();
    assert.equal(results.get("b0"), undefined);
    assert.throws(() => queue.assertRoom(["a"]), { code: "overloaded" });
    queue.assertRoom(["c"]);
  });

  it("lets nobody wait longer than it says, even where nothing moves", async () => {
    const { ask, settle, time, results, queue } = openQueue({ longestWaitMs: 3000 });
    ask("stuck");
    ask("a0");
    time.pass(2000);
    ask("b0");
    assert.equal(queue.state.oldestSeconds, 2);
    time.pass(1000);
    await settle();
    assert.deepEqual([...results.keys()], ["a0"]);
    time.pass(1999);
    await settle();
    assert.deepEqual([...results.keys()], ["a0"]);
    time.pass(1);
    await settle();
    assert.deepEqual([...results.keys()], ["a0", "b0"]);
    assert.deepEqual(queue.state.shed, { full: 0, late: 2, left: 0 });
  });

  it("full, takes somebody of a small share and gives up the newest of the largest", async () => {
    const { ask, settle, end, begun, results, queue } = openQueue({ mostWaiting: 3 });
    ask("runs", ["a"]);
    for (let index = 0; index < 4; index += 1) ask(`a${index}`, ["a"]);
    await settle();
    assert.deepEqual([...results.keys()], ["a3"]);
    ask("b0", ["b"]);
    await settle();
    assert.deepEqual([...results.keys()], ["a3", "a2"]);
    // Now a waits with two, b with one: one more of b would hold as much as a, and has to come back.
    ask("b1", ["b"]);
    await settle();
    assert.deepEqual([...results.keys()], ["a3", "a2", "b1"]);
    for (let index = 0; index < 4; index += 1) await end();
    assert.deepEqual(begun, ["runs", "a0", "b0", "a1"]);
    assert.equal(queue.state.shed.full, 3);
    assert.deepEqual([queue.state.running, queue.state.waiting], [0, 0]);
  });

  it("does nothing for who has gone, before or while they wait", async () => {
    const { ask, settle, end, begun, results, queue } = openQueue();
    const gone = new AbortController();
    ask("runs");
    ask("a0", ["a"], gone.signal);
    ask("b0", ["b"]);
    gone.abort();
    ask("a1", ["a"], gone.signal);
    await settle();
    assert.match(results.get("a0") ?? "", /^AskerGone/);
    assert.match(results.get("a1") ?? "", /^AskerGone/);
    await end();
    await end();
    assert.deepEqual(begun, ["runs", "b0"]);
    assert.equal(queue.state.shed.left, 2);
  });

  it("sends who is refused back at different times", async () => {
    const { ask, settle, end, results } = openQueue({ longestWaitMs: 2000 });
    ask("measured");
    await end(1000);
    for (let index = 0; index < 9; index += 1) ask(`a${index}`, ["a"]);
    await settle();
    const waits = new Set([...results.values()].filter((one) => one !== "served"));
    assert.ok(waits.size > 2, [...waits].join());
  });

  it("gives the place on when work fails", async () => {
    const { queue } = openQueue();
    const failing = queue.run({ share: ["a"] }, async () => Promise.reject(new Error("no")));
    const next = queue.run({ share: ["a"] }, async () => "served");
    await assert.rejects(failing, /no/);
    assert.equal(await next, "served");
  });
});
