// What the log says of background work that failed: a store that is away without a stack, a fault of ours with it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { StoreUnavailable } from "../src/db/store_fault.ts";
import { logFailedWork } from "../src/failed_work.ts";
import type { Log } from "../src/log.ts";

test("trouble of the store is one short line a minute, anything else is told each time with its stack", () => {
  const told: unknown[][] = [];
  const log = {
    warn: (...words: unknown[]) => told.push(["warn", ...words]),
    error: (...words: unknown[]) => told.push(["error", ...words]),
  } as unknown as Log;
  const away = new StoreUnavailable("unreachable", "It is away.", "Start it.");
  for (const seconds of [0, 5, 59, 60]) logFailedWork(log, away, "nothing was swept", seconds * 1000);
  const fault = new Error("a mistake");
  for (const seconds of [60, 61]) logFailedWork(log, fault, "nothing was swept", seconds * 1000);
  assert.deepEqual(told, [
    ["warn", { kind: "unreachable", reason: "It is away." }, "nothing was swept"],
    ["warn", { kind: "unreachable", reason: "It is away." }, "nothing was swept"],
    ["error", { err: fault }, "nothing was swept"],
    ["error", { err: fault }, "nothing was swept"],
  ]);
});
