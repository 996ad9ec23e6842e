// A switch of the sandbox is a question to AWS: each has a probe that asks it, or the reason why nobody can.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PROBES, UNPROBED } from "../../packages/sandbox/src/probe/probe_table.ts";
import { listRules } from "../../packages/sandbox/src/rules/rules.ts";

test("every switch has a probe, or a reason in packages/sandbox/src/probe/probe_table.ts", () => {
  const asked = [...PROBES.map(({ answers }) => answers), ...Object.keys(UNPROBED)];
  assert.equal(new Set(asked).size, asked.length, "a switch is asked twice");
  const names = listRules().map(({ name }) => name);
  assert.deepEqual([...asked].sort(), [...names].sort());
});
