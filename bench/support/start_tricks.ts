// What a trick gains that is for the start of `tti serve` or for what it holds afterwards: processes as an operator of a clone
// starts them, with it and without it, in turns.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { median } from "./measure.ts";
import { type Pace, progress, report } from "./measurement.ts";
import { processMicroseconds } from "./processor_time.ts";
import { migrateStore, servedEnvironment, startServe } from "./serve_process.ts";
import type { Trick } from "./trick_list.ts";

/** When an instance has collected what its start left (src/cli/start_memory.ts). */
const idleMs = 3_000;

/** Measures tricks whose `of` is a start or an idle process, and reports a line for each. */
export async function measureStartTricks(
  tricks: readonly Trick[],
  importOf: (trick: Trick) => string,
  pace: Pace,
): Promise<void> {
  if (tricks.length === 0) return;
  // A start is long, and always the same.
  const rounds = Math.min(pace.rounds, 5);
  const dataDir = mkdtempSync(join(tmpdir(), "tti-bench-"));
  const environment = servedEnvironment({ TTI_DATA_DIR: dataDir });
  try {
    await migrateStore(environment, "source");
    for (const trick of tricks) {
      const without = { ...environment, NODE_OPTIONS: importOf(trick) };
      const seen = { with: [] as number[], without: [] as number[] };
      for (let round = -1; round < rounds; round += 1) {
        progress(`${trick.name}, ${round < 0 ? "warming up" : `round ${round + 1} of ${rounds}`}`);
        for (const side of ["with", "without"] as const) {
          const figure = await figureOf(trick, side === "with" ? environment : without);
          if (round >= 0) seen[side].push(figure);
        }
      }
      const told = (figure: number) =>
        trick.of === "idle memory"
          ? `${Math.round(figure / 1_048_576)} MiB`
          : `${(figure / 1e6).toFixed(2)} s of processor`;
      const [figure, baseline] = [median(seen.with), median(seen.without)];
      report({
        bench: "tricks",
        name: `${trick.of}, ${trick.name}: ${trick.what}`,
        value: told(figure),
        baseline: `${told(baseline)} without`,
        ratio: figure / baseline,
      });
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Bytes of an idle process, or microseconds of processor until it serves. */
async function figureOf({ of }: Trick, environment: NodeJS.ProcessEnv): Promise<number> {
  const serving = await startServe(environment, "source");
  try {
    if (of !== "idle memory") return processMicroseconds(serving.pid);
    await pause(idleMs);
    return serving.residentBytes();
  } finally {
    await serving.stop();
  }
}
