// Targets are judged by figures, whichever run they come from; no figure is one that holds.
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, it } from "node:test";
import { choose } from "../../bench/run.ts";
import { fillDocs, markedNames, replaceMarked } from "../../bench/support/docs_tables.ts";
import { measurementTable, plainTable, targetTable } from "../../bench/support/tables.ts";
import { judge, judgeAll, limitWords, type Target, targets } from "../../bench/support/targets.ts";

const benchmarks = globSync("*.ts", { cwd: join(import.meta.dirname, "../../bench") }).map((file) =>
  basename(file, ".ts"),
);

describe("targets of speed", () => {
  it("hold at their limit and on its good side, and not beyond it", () => {
    assert.equal(judge("mint", 1), true);
    assert.equal(judge("mint", 1.01), false);
    assert.equal(judge("workers", 1.8), true);
    assert.equal(judge("workers", 1.79), false);
    assert.equal(judge("mint", Number.NaN), false);
    assert.equal(judge("workers", Number.NaN), false);
    assert.equal(limitWords("startExisting"), "≤ 0.6 s");
  });

  it("have one limit each, and a benchmark that is there", () => {
    for (const [name, { atMost, atLeast, bench }] of Object.entries<Target>(targets)) {
      assert.equal([atMost, atLeast].filter((limit) => limit !== undefined).length, 1, name);
      assert.ok(benchmarks.includes(bench), `${name}: ${bench}`);
    }
  });

  it("are judged by the last figure of a run, in their unit; what was not measured neither holds nor fails", () => {
    const rows = judgeAll([
      { of: "idle", figure: 150, ratio: 1.4 },
      { of: "idle", figure: 119.6, ratio: 1.1 },
      { of: "mint", ratio: 1.3 },
    ]);
    const of = (name: string) => rows.find((row) => row.name === name);
    assert.deepEqual([of("idle")?.measured, of("idle")?.holds], ["120 MiB", true]);
    assert.deepEqual([of("mint")?.measured, of("mint")?.holds], ["1.3", false]);
    assert.deepEqual([of("code")?.measured, of("code")?.holds], ["not measured", undefined]);
    assert.equal(rows.length, Object.keys(targets).length);
  });

  it("are run by their word; all runs what need not be named", () => {
    const all = ["growth", "lists", "mint", "run"];
    assert.deepEqual(choose(all, ["targets"]), ["mint"]);
    assert.deepEqual(choose(all, ["all"]), ["lists", "mint", "run"]);
    assert.deepEqual(choose(all, []), ["lists", "mint", "run"]);
    assert.deepEqual(choose(all, ["gro"]), ["growth"]);
    assert.deepEqual(choose(all, ["nothing"]), []);
  });
});

const measured = { bench: "mint", name: "mint / bare", value: "2 ms", baseline: "1 ms", ratio: 2 };
const machine = {
  cpu: "A",
  cores: 2,
  memoryGiB: 4,
  node: "24",
  postgres: "18",
  load: { before: 0, after: 1 },
};

describe("tables of a run", () => {
  it("tell target and judgement", () => {
    const judged = { ...measured, of: "mint", target: 1, met: false } as const;
    assert.match(plainTable(measurementTable([judged])), /2 +≤ 1 missed$/);
    assert.match(plainTable(targetTable([judged])), /≤ 1 +2 +no$/m);
  });

  it("are written into the page between their marks, and nothing else is", () => {
    const page =
      "# A\n<!-- measured: mint -->\nold\n<!-- end of what was measured -->\nB\n<!-- measured: code -->\nkept\n<!-- end of what was measured -->\n";
    const run = { at: "1970-01-01T00:00:00.000Z", machine, measurements: [measured], costs: [], failed: [] };
    const filled = fillDocs(page, run);
    assert.deepEqual(markedNames(filled), ["mint", "code"]);
    assert.match(filled, /`npm run bench -- mint`, 1970-01-01\. A, 2 cores/);
    assert.match(filled, /\| mint \/ bare \| 2 ms \| 1 ms \| 2 \|/);
    assert.match(filled, /\nB\n[\s\S]*kept/);
    assert.doesNotMatch(filled, /old/);
    const whole = `<!-- measured: targets -->\n<!-- end of what was measured -->`;
    assert.equal(fillDocs(whole, run), whole, "some targets are not the table of all");
    const all = (Object.keys(targets) as (keyof typeof targets)[]).map((of) => ({ ...measured, of }));
    const told = fillDocs(whole, { ...run, measurements: all });
    assert.equal(told.match(/^\| .* \| (yes|no) \|$/gm)?.length, all.length);
    assert.throws(() => replaceMarked(page, "lists", ""), /no place for lists/);
  });
});
