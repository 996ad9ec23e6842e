// What one network may have under way, and how refusals are given: by counts of turns, in a loop that the test turns.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Log } from "../../src/log.ts";
import { admissionLimits } from "../../src/overload/admission.ts";
import {
  beginInTurn,
  Door,
  HeldRefusals,
  mostHeld,
  refusalPace,
  Turnstile,
} from "../../src/overload/door.ts";
import { FairQueue } from "../../src/overload/fair_queue.ts";
import { createShedTeller } from "../../src/overload/queues.ts";

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("refusals", () => {
  it("are given few at a time, in the order they came, however many repeat at once", async () => {
    const turns: (() => void)[] = [];
    const refusals = new HeldRefusals((run) => turns.push(run));
    let asked = 0;
    let given = 0;
    const repeat = async () => {
      while (given < 10_000) {
        asked += 1;
        await refusals.turn();
        given += 1;
      }
    };
    for (let index = 0; index < 800; index += 1) void repeat();
    for (let turn = 1; turn <= 10; turn += 1) {
      await settle();
      assert.equal(turns.length, 1);
      turns.shift()?.();
      await settle();
      assert.equal(given, turn * refusalPace.atATime);
      assert.equal(asked, 800 + given);
    }
  });
});

describe("refusals of an instance", () => {
  it("are held in bounded number, and given at once when it stops", async () => {
    let runs = 0;
    const refusals = new HeldRefusals(() => {
      runs += 1;
    });
    let given = 0;
    for (let index = 0; index < mostHeld; index += 1) void refusals.turn()?.then(() => (given += 1));
    assert.equal(refusals.turn(), undefined);
    await settle();
    assert.deepEqual([runs, given], [1, 0]);
    refusals.giveAll();
    await settle();
    assert.equal(given, mostHeld);
    await refusals.turn();
  });
});

describe("a turnstile", () => {
  it("lets few of a network begin in a turn, and a newcomer of another in its own turn, however many wait", async () => {
    const turns: (() => void)[] = [];
    const turnstile = new Turnstile((run) => turns.push(run));
    let floods = 0;
    const repeat = async () => {
      // An end: without a turnstile it would never come back to the test.
      while (floods < 10_000) {
        await turnstile.pass("flood");
        floods += 1;
      }
    };
    for (let index = 0; index < 800; index += 1) void repeat();
    for (let turn = 1; turn <= 10; turn += 1) {
      await settle();
      assert.equal(floods, turn * beginInTurn);
      let served = false;
      void turnstile.pass("other").then(() => {
        served = true;
      });
      await settle();
      assert.ok(served);
      assert.equal(turns.length, 1);
      turns.shift()?.();
    }
  });

  it("sets nothing to run once nobody comes", async () => {
    const turns: (() => void)[] = [];
    const turnstile = new Turnstile((run) => turns.push(run));
    for (let index = 0; index < 6; index += 1) void turnstile.pass("a");
    for (let turn = 0; turn < 3; turn += 1) turns.shift()?.();
    assert.equal(turns.length, 0);
  });
});

describe("a door", () => {
  it("keeps a flood of one network out of the queue, and a newcomer is served in the next turn", async () => {
    const { tokens } = admissionLimits;
    const time = { nowMs: () => 0, after: () => () => {} };
    const queue = new FairQueue({ ...tokens, told: "Too many ask.", time });
    const door = new Door(tokens);
    const ends: (() => void)[] = [];
    const begun: string[] = [];
    let refused = 0;
    const ask = (network: string) => {
      if (door.enter(network) === undefined) {
        refused += 1;
        return;
      }
      const work = () =>
        new Promise<void>((resolve) => {
          begun.push(network);
          ends.push(resolve);
        });
      void queue.run({ share: [network] }, work).catch(() => {});
    };
    for (let index = 0; index < 5000; index += 1) ask("flood");
    await settle();
    assert.deepEqual([begun.length, queue.state.waiting, refused], [32, 128, 4840]);
    for (let index = 0; index < 40; index += 1) ask("other");
    await settle();
    assert.equal(begun.filter((network) => network === "other").length, 32);
    for (let turn = 0; turn < 8; turn += 1) ends.pop()?.();
    await settle();
    assert.equal(begun.filter((network) => network === "other").length, 40);
  });

  it("forgets who has nothing under way, and tells whom it kept out most", () => {
    const door = new Door({ places: 1, mostWaiting: 0 });
    const leave = Array.from({ length: 32 }, () => door.enter("a"));
    assert.equal(door.enter("a"), undefined);
    assert.ok(door.enter("b"));
    leave[0]?.();
    assert.ok(door.enter("a"));
    for (let index = 0; index < 9; index += 1) door.enter("a");
    const lines: unknown[] = [];
    const log = { warn: (...line: unknown[]) => lines.push(line) } as unknown as Log;
    const tell = createShedTeller({}, log, { doors: [door.refused], queues: {} });
    tell();
    tell();
    const words = "one network asked for more at once than it may";
    assert.deepEqual(lines, [[{ network: "a", turnedAway: 10 }, words]]);
  });
});
