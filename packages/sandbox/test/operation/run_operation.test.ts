// One way to run an operation: the seed's calls are validated and authorized like those of the API (H5).
import assert from "node:assert/strict";
import { test } from "node:test";
import { AwsError } from "../../src/ground/errors.ts";
import { createRegistry, type Operation, type SharedContext } from "../../src/operation/operation.ts";
import { shortenSecret } from "../../src/operation/request_log.ts";
import { createRules } from "../../src/rules/rules.ts";
import { createSearchEngine } from "../../src/search/search_engine.ts";
import { createSeedCaller } from "../../src/seed/call.ts";
import { createIdSource, createWorld } from "../../src/state/index.ts";

const clock = () => new Date("2026-01-01T00:00:00Z");
const shared: SharedContext = {
  world: createWorld(),
  search: createSearchEngine({ secret: "s", clock }),
  ids: createIdSource("test"),
  clock,
  rules: createRules(),
};
const target = { account: "111122223333", region: "eu-west-1", path: "test" };

test("a shortened secret tells no more than a quarter of it", () => {
  for (const length of [0, 1, 4, 20, 31, 32, 400]) {
    const secret = "0123456789".repeat(40).slice(0, length);
    const [shown = ""] = shortenSecret(secret).split("…");
    assert.ok(secret.startsWith(shown) && shown.length <= Math.min(8, length / 4), `${length}: ${shown}`);
  }
});

test("the seed asks the policies for the operation's resource before it runs", async () => {
  const steps: string[] = [];
  const operation: Operation = {
    service: "iam",
    operation: "ListRoles",
    authorize: () => {
      steps.push("authorized");
      return "arn:aws:iam::111122223333:role/*";
    },
    run: () => {
      steps.push("run");
      return {};
    },
  };
  const call = createSeedCaller(createRegistry([operation]), shared, "seed");
  assert.deepEqual(await call("iam", "ListRoles", {}, target), {});
  assert.deepEqual(steps, ["authorized", "run"]);
});

test("the seed's input is held against the model, and an operation nobody registered is told", async () => {
  const call = createSeedCaller(createRegistry([]), shared, "seed");
  const refusal = (error: unknown) => error instanceof AwsError && error.rule === "sandbox.operation";
  await assert.rejects(call("iam", "ListRoles", {}, target), refusal);
  const role: Operation = { service: "iam", operation: "GetRole", authorize: "anyResource", run: () => ({}) };
  const known = createSeedCaller(createRegistry([role]), shared, "seed");
  await assert.rejects(
    known("iam", "GetRole", { RoleName: "" }, target),
    (error: unknown) => error instanceof AwsError && error.rule === "input.constraint",
  );
});
