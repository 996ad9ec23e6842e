// How many workers there are, what they come to, and how long a start waits: pure decisions.
import assert from "node:assert/strict";
import { test } from "node:test";
import { planWorkers, restartPauseMs } from "../../../src/cli/workers/plan.ts";
import { hashesAtOnce } from "../../../src/provider/accounts/passwords.ts";

const postgres = { databaseUrl: "postgres://db.internal/tti", databasePoolSize: 10 };
const embedded = { databaseUrl: undefined, databasePoolSize: 10 };

test("there are as many as were asked for, or as processors; connections are told for all of them", () => {
  assert.deepEqual(planWorkers(1, { cores: 8 }, postgres), { workers: 1, connections: 12 });
  assert.deepEqual(planWorkers(4, { cores: 2 }, postgres), { workers: 4, connections: 48 });
  assert.deepEqual(planWorkers("auto", { cores: 8 }, { ...postgres, databasePoolSize: 3 }), {
    workers: 8,
    connections: 40,
  });
});

test("the embedded store is served by one process: more are refused, and auto is one", () => {
  assert.equal(planWorkers("auto", { cores: 8 }, embedded).workers, 1);
  assert.equal(planWorkers(1, { cores: 8 }, embedded).workers, 1);
  assert.throws(() => planWorkers(2, { cores: 8 }, embedded), {
    code: "invalid_config",
    field: "TTI_WORKERS",
    message: /2 workers were asked for.*one process/,
    fix: /DATABASE_URL/,
  });
});

test("a worker is started again at once, then after pauses that double up to a bound", () => {
  const policy = { firstPauseMs: 1_000, longestPauseMs: 30_000 };
  assert.deepEqual(
    [1, 2, 3, 4, 7, 8, 2_000].map((failures) => restartPauseMs(failures, policy)),
    [0, 1_000, 2_000, 4_000, 30_000, 30_000, 30_000],
  );
});

test("workers together hash as many passwords at once as one process would, and each at least one", () => {
  assert.equal(hashesAtOnce(8, 1), 7);
  assert.equal(hashesAtOnce(8, 2), 3);
  assert.equal(hashesAtOnce(8, 7), 1);
  assert.equal(hashesAtOnce(2, 2), 1);
  assert.equal(hashesAtOnce(1, 4), 1);
});
