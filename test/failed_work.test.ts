// What the log says of background work that failed: a store that is away without a stack, a fault of ours with it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { StoreUnavailable } from "../src/db/store_fault.ts";
import { logFailedWork } from "../src/failed_work.ts";
import type { Log } from "../src/log.ts";

test("trouble of the store is one short line at each try, anything else has its stack", () => {
  const told: unknown[][] = [];
  const log = {
    warn: (...words: unknown[]) => told.push(["warn", ...words]),
    error: (...words: unknown[]) => told.push(["error", ...words]),
  } as unknown as Log;
  logFailedWork(log, new StoreUnavailable("unreachable", "It is away.", "Start it."), "nothing was swept");
  const fault = new Error("a mistake");
  logFailedWork(log, fault, "nothing was swept");
  assert.deepEqual(told, [
    ["warn", { kind: "unreachable", reason: "It is away." }, "nothing was swept"],
    ["error", { err: fault }, "nothing was swept"],
  ]);
});
