import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createBatcher } from "../../src/db/batch.ts";
import { StoreUnavailable } from "../../src/db/store_fault.ts";

async function waitUntil(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A run whose batches wait until they are let go. */
function heldRun() {
  const batches: string[][] = [];
  const held: (() => void)[] = [];
  return {
    batches,
    async run(items: readonly string[]): Promise<string[]> {
      batches.push([...items]);
      await new Promise<void>((resolve) => held.push(resolve));
      if (items.includes("poison")) throw new Error("poisoned");
      return items.map((item) => item.toUpperCase());
    },
    /** Lets batches go, those that follow too, until none is left. */
    async release(): Promise<void> {
      for (let turn = 0; turn < 50; turn += 1) {
        held.shift()?.();
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

describe("a batcher", () => {
  test("asks for the first at once, and for what comes meanwhile together", async () => {
    const { batches, run, release } = heldRun();
    const ask = createBatcher({ run, mostItems: 10, mostBatches: 1 });
    const answers = Promise.all(["a", "b", "c"].map(ask));
    assert.deepEqual(batches, [["a"]]);
    await release();
    assert.deepEqual(await answers, ["A", "B", "C"]);
    assert.deepEqual(batches, [["a"], ["b", "c"]]);
  });

  test("never puts two of one key into a batch, nor more than allowed", async () => {
    const { batches, run, release } = heldRun();
    const ask = createBatcher({ run, keyOf: (item: string) => item, mostItems: 2, mostBatches: 1 });
    const answers = Promise.all(["a", "b", "b", "c", "d"].map(ask));
    await release();
    assert.deepEqual(await answers, ["A", "B", "B", "C", "D"]);
    assert.deepEqual(batches, [["a"], ["b", "c"], ["b", "d"]]);
  });

  test("does not wait for a batch that hangs: the next goes beside it", async () => {
    const { batches, run, release } = heldRun();
    const ask = createBatcher({ run, mostItems: 10, mostBatches: 1, overdueMs: 20 });
    const answers = Promise.all(["a", "b", "c"].map(ask));
    await waitUntil(() => batches.length === 2);
    assert.deepEqual(batches, [["a"], ["b", "c"]]);
    await release();
    assert.deepEqual(await answers, ["A", "B", "C"]);
  });

  test("tells all of a batch that the store is unavailable, without asking it for each in turn", async () => {
    const batches: string[][] = [];
    const run = async (items: readonly string[]): Promise<string[]> => {
      batches.push([...items]);
      await new Promise((resolve) => setImmediate(resolve));
      throw new StoreUnavailable("silent", "It does not answer.", "Wait.");
    };
    const ask = createBatcher({ run, mostItems: 10, mostBatches: 1 });
    const answers = await Promise.allSettled(["a", "b", "c"].map(ask));
    assert.deepEqual(
      answers.map((answer) => answer.status === "rejected" && answer.reason.code),
      ["unavailable", "unavailable", "unavailable"],
    );
    assert.deepEqual(batches, [["a"], ["b", "c"]]);
  });

  test("does not let one caller's fault become another's", async () => {
    const { run, release } = heldRun();
    const ask = createBatcher({ run, mostItems: 10, mostBatches: 1 });
    const answers = Promise.allSettled(["a", "b", "poison", "c"].map(ask));
    await release();
    assert.deepEqual(
      (await answers).map((one) => (one.status === "fulfilled" ? one.value : String(one.reason))),
      ["A", "B", "Error: poisoned", "C"],
    );
  });
});
