// What becomes of workers, tried without a process and without waiting: who starts, who is replaced and when, who is on duty, and
// how all of them end.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Crew, createCrew, crewPolicy, type Hand } from "../../../src/cli/workers/crew.ts";
import type { Order } from "../../../src/cli/workers/messages.ts";
import { silentLog } from "../../../src/log.ts";

const addresses = { issuer: "https://login.example.com", localUrl: "http://a", adminUrl: "http://b" };
const crashed = { code: null, signal: "SIGSEGV" };

interface FakeHand extends Hand {
  worker: number;
  told: Order["order"][];
  forgets: string[];
  killed: boolean;
}

/** A crew whose processes and time are the test's. */
function leadCrew(size: number) {
  const hands: FakeHand[] = [];
  let timers: { atMs: number; act: () => void }[] = [];
  let nowMs = 0;
  const start = (worker: number): Hand => {
    const told: Order["order"][] = [];
    const hand: FakeHand = {
      ...{ worker, pid: 100 + hands.length, told, forgets: [], killed: false },
      send(order) {
        told.push(order.order);
        if (order.order === "forget") hand.forgets.push(order.instanceId);
      },
      kill() {
        hand.killed = true;
      },
    };
    hands.push(hand);
    return hand;
  };
  const after = (ms: number, act: () => void) => {
    const timer = { atMs: nowMs + ms, act };
    timers.push(timer);
    return () => {
      timers = timers.filter((one) => one !== timer);
    };
  };
  const policy = { ...crewPolicy, size, limitMs: 25_000 };
  const crew: Crew = createCrew({ log: silentLog, start, after }, policy);
  const hand = (index: number) => hands[index] as FakeHand;
  return {
    ...{ crew, hands, hand },
    serves(index: number) {
      crew.heard(hand(index), { report: "hello" });
      crew.heard(hand(index), { report: "serving", addresses, instanceId: `ring${index}` });
    },
    pass(ms: number) {
      nowMs += ms;
      const due = timers.filter(({ atMs }) => atMs <= nowMs);
      timers = timers.filter(({ atMs }) => atMs > nowMs);
      for (const { act } of due) act();
    },
    ticks(count: number, alive: readonly number[] = []) {
      for (let tick = 0; tick < count; tick += 1) {
        for (const index of alive) crew.heard(hand(index), { report: "alive" });
        crew.tick();
      }
    },
  };
}

/** One of two that serve. */
function twoServing() {
  const led = leadCrew(2);
  led.crew.begin();
  led.serves(0);
  led.serves(1);
  return led;
}

const whether = async (promise: Promise<unknown>): Promise<boolean> =>
  Promise.race([promise.then(() => true), new Promise<false>((resolve) => setImmediate(resolve, false))]);

/** What has happened already: nobody waits here, so that what never happens fails at once. */
async function now<Value>(promise: Promise<Value>): Promise<Value> {
  assert.ok(await whether(promise), "it has not happened");
  return promise;
}

const endOf = (crew: Crew) => now(crew.over);

test("the first worker starts alone; the others follow once it serves, and the first is on duty", async () => {
  const { crew, hands, hand, serves } = leadCrew(3);
  crew.begin();
  assert.deepEqual(
    hands.map(({ worker }) => worker),
    [1],
  );
  crew.heard(hand(0), { report: "hello" });
  assert.deepEqual(hand(0).told, ["serve"]);
  serves(0);
  assert.deepEqual(
    hands.map(({ worker }) => worker),
    [1, 2, 3],
  );
  serves(2);
  assert.equal(await whether(crew.complete), false);
  serves(1);
  assert.deepEqual(await now(crew.complete), addresses);
  assert.deepEqual(
    hands.map(({ told }) => told.includes("duty")),
    [true, false, false],
  );
  assert.deepEqual(
    crew.serving().map(({ worker }) => worker),
    [1, 2, 3],
  );
});

test("a start that fails ends all with code 1, and the reason is told once", async () => {
  const failure = { message: "The store lacks the migrations.", code: "unavailable", fix: "tti migrate up" };
  const alone = leadCrew(3);
  alone.crew.begin();
  alone.crew.heard(alone.hand(0), { report: "hello" });
  alone.crew.heard(alone.hand(0), { report: "failed", failure });
  alone.crew.ended(alone.hand(0), { code: 1, signal: null });
  assert.deepEqual(await endOf(alone.crew), { code: 1, failure });
  assert.equal(alone.hands.length, 1);

  const later = leadCrew(2);
  later.crew.begin();
  later.serves(0);
  later.crew.heard(later.hand(1), { report: "hello" });
  later.crew.ended(later.hand(1), { code: null, signal: "SIGKILL" });
  assert.deepEqual(later.hand(0).told.at(-1), "stop");
  assert.equal(await whether(later.crew.over), false);
  later.crew.ended(later.hand(0), { code: 0, signal: null });
  const { code, failure: told } = await endOf(later.crew);
  assert.equal(code, 1);
  assert.match(told?.message ?? "", /Worker 2 ended by SIGKILL while the instance started/);
});

test("a worker that crashes is replaced at once, then after growing pauses; one that served a while begins anew", () => {
  const { crew, hands, hand, pass, serves, ticks } = twoServing();
  const startsAfter = (ms: number) => {
    const before = hands.length;
    if (ms > 0) {
      pass(ms - 1);
      assert.equal(hands.length, before, `${ms}`);
    }
    pass(ms > 0 ? 1 : 0);
    assert.equal(hands.length, before + 1, `${ms}`);
  };
  crew.ended(hand(1), crashed);
  startsAfter(0);
  for (const pauseMs of [1_000, 2_000, 4_000]) {
    crew.ended(hands.at(-1) as Hand, crashed);
    startsAfter(pauseMs);
  }
  serves(hands.length - 1);
  ticks(60, [0, hands.length - 1]);
  crew.ended(hands.at(-1) as Hand, crashed);
  startsAfter(0);
  assert.deepEqual(crew.exits(), { crashed: 2, hung: 0, start_failed: 3, renewed: 0 });
});

test("what is left of a worker that crashed is put away by whoever is on duty then", () => {
  const { crew, hand, serves, pass } = twoServing();
  crew.ended(hand(0), crashed);
  assert.deepEqual([hand(1).told.slice(-2), hand(1).forgets], [["duty", "forget"], ["ring0"]]);
  // Of a crew that is gone altogether, by the first that serves again; it keeps the duty, so that no two have it.
  crew.ended(hand(1), crashed);
  pass(0);
  serves(3);
  serves(2);
  assert.deepEqual(
    [hand(3), hand(2)].map(({ worker, told, forgets }) => [worker, told.includes("duty"), forgets]),
    [
      [2, true, ["ring1"]],
      [1, false, []],
    ],
  );
});

test("a worker that gives no sign of life is killed and replaced; ticks count, so that a pause of the primary kills nobody", () => {
  const { crew, hand, hands, ticks, pass } = twoServing();
  ticks(crewPolicy.mostSilentTicks, [0]);
  assert.equal(hand(1).killed, false);
  ticks(1, [0]);
  assert.deepEqual([hand(0).killed, hand(1).killed], [false, true]);
  crew.ended(hand(1), { code: null, signal: "SIGKILL" });
  pass(0);
  assert.deepEqual([hands.length, crew.exits().hung], [3, 1]);
});

test("a worker that is told to end leaves alone, and another takes its place; the others are told nothing", () => {
  const { crew, hand, hands, pass, serves } = twoServing();
  crew.heard(hand(0), { report: "signalled" });
  pass(crewPolicy.togetherMs);
  assert.deepEqual([hand(0).told.at(-1), hands.length, hand(2).worker], ["retire", 3, 1]);
  assert.deepEqual(hand(1).told.at(-1), "duty");
  serves(2);
  crew.ended(hand(0), { code: 0, signal: null });
  assert.deepEqual([crew.exits().renewed, hands.length, hand(1).forgets], [1, 3, []]);
  // One that does not come to an end is ended.
  crew.heard(hand(1), { report: "signalled" });
  pass(crewPolicy.togetherMs);
  pass(25_000);
  assert.equal(hand(1).killed, true);
});

test("who tells every process to end has told the instance: all stop, none is replaced", async () => {
  for (const primaryFirst of [true, false]) {
    const { crew, hand, hands, pass } = twoServing();
    if (primaryFirst) crew.stop();
    for (const one of [...hands]) crew.heard(one, { report: "signalled" });
    if (!primaryFirst) crew.stop();
    pass(crewPolicy.togetherMs);
    assert.deepEqual(
      hands.map(({ told }) => told.at(-1)),
      ["stop", "stop"],
    );
    for (const one of [...hands]) crew.ended(one, { code: 0, signal: null });
    assert.deepEqual([await endOf(crew), hands.length, hand(0).killed], [{ code: 0 }, 2, false]);
  }
});

test("a stop ends at its limit, with code 1; with code 1 too if a worker did not end in order", async () => {
  const { crew, hand, pass } = twoServing();
  crew.stop();
  crew.ended(hand(0), { code: 0, signal: null });
  pass(25_000);
  assert.equal(hand(1).killed, true);
  crew.ended(hand(1), { code: null, signal: "SIGKILL" });
  assert.deepEqual(await endOf(crew), { code: 1 });

  const cutOff = twoServing();
  cutOff.crew.stop();
  cutOff.crew.ended(cutOff.hand(0), { code: 1, signal: null });
  cutOff.crew.ended(cutOff.hand(1), { code: 0, signal: null });
  assert.deepEqual(await endOf(cutOff.crew), { code: 1 });
});

test("a stop during the start and between two starts ends too, and nothing starts afterwards", async () => {
  const starting = leadCrew(2);
  starting.crew.begin();
  starting.crew.stop();
  assert.equal(starting.hand(0).killed, true);
  starting.crew.ended(starting.hand(0), { code: null, signal: "SIGKILL" });
  assert.deepEqual(await endOf(starting.crew), { code: 0 });

  const paused = twoServing();
  paused.crew.ended(paused.hand(0), crashed);
  paused.pass(0);
  paused.crew.ended(paused.hand(2), crashed);
  paused.crew.stop();
  paused.crew.ended(paused.hand(1), { code: 0, signal: null });
  paused.pass(60_000);
  assert.deepEqual([await endOf(paused.crew), paused.hands.length], [{ code: 0 }, 3]);
});
