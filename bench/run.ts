// Owns `npm run bench [-- word …] [--json] [--quick]`: every measured thing under bench/ whose name holds a word,
// each in a process of its own, and one table (or JSON) of what they found on which machine. What takes the better part of
// an hour runs if it is named, and takes options of its own.
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Measurement } from "./support/measurement.ts";
import { postgresVersion } from "./support/postgres_version.ts";

const folder = dirname(fileURLToPath(import.meta.url));
// Longer than any of them takes on a slow machine; a hanging one must not hang the rest.
const longestMs = 150_000;
/** Those that take longer by their nature, and the options that they alone know. */
const long: Readonly<Record<string, { longestMs: number; options: readonly string[] }>> = {
  growth: { longestMs: 3 * 3_600_000, options: ["tenants", "people", "tokens", "events"] },
};
const longOptions = Object.values(long).flatMap(({ options }) => options);

interface Machine {
  cpu: string;
  cores: number;
  memoryGiB: number;
  node: string;
  postgres: string;
  /** Load averages over a minute when the run began and when it ended. */
  load: { before: number; after: number };
}

/** Runs the benchmarks that are asked for. @returns the exit code: 1 if one could not be run */
export async function main(words: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      json: { type: "boolean" },
      quick: { type: "boolean" },
      ...Object.fromEntries(longOptions.map((name) => [name, { type: "string" } as const])),
    },
  });
  const options: Readonly<Record<string, unknown>> = values;
  const all = globSync("*.ts", { cwd: folder }).filter((file) => file !== "run.ts");
  const chosen = all.filter((file) =>
    positionals.length === 0
      ? values.quick === true || !(basename(file, ".ts") in long)
      : positionals.some((word) => file.includes(word)),
  );
  if (chosen.length === 0) {
    process.stderr.write(
      `No benchmark has such a name. There are: ${all.map((file) => basename(file, ".ts")).join(", ")}\n`,
    );
    return 1;
  }
  const before = loadOf();
  const measurements: Measurement[] = [];
  const failed: string[] = [];
  for (const file of chosen.sort()) {
    const name = basename(file, ".ts");
    process.stderr.write(`— ${name}\n`);
    const given = (long[name]?.options ?? []).flatMap((option) =>
      typeof options[option] === "string" ? [`--${option}`, options[option]] : [],
    );
    const words = [...(values.quick === true ? ["--quick"] : []), ...given];
    const result = await runOne(join(folder, file), words, long[name]?.longestMs ?? longestMs);
    measurements.push(...result.measurements);
    if (!result.succeeded) failed.push(name);
  }
  const machine = describeMachine({ before, after: loadOf() });
  if (values.json === true) console.log(JSON.stringify({ machine, measurements, failed }, undefined, 2));
  else printTable(machine, measurements);
  if (failed.length > 0) process.stderr.write(`Could not be run to the end: ${failed.join(", ")}\n`);
  return failed.length > 0 ? 1 : 0;
}

async function runOne(path: string, words: readonly string[], longestMs: number) {
  const child = spawn(process.execPath, [path, ...words], { stdio: ["ignore", "pipe", "inherit"] });
  const late = setTimeout(() => child.kill("SIGTERM"), longestMs);
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    said += chunk;
  });
  const succeeded = await new Promise<boolean>((resolve) =>
    child.once("close", (code) => resolve(code === 0)),
  );
  clearTimeout(late);
  const lines = said.split("\n").filter((line) => line.startsWith("{"));
  return { succeeded, measurements: lines.map((line) => JSON.parse(line) as Measurement) };
}

const loadOf = (): number => Number((loadavg()[0] ?? 0).toFixed(2));

function describeMachine(load: Machine["load"]): Machine {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    postgres: postgresVersion(),
    load,
  };
}

function printTable(machine: Machine, measurements: readonly Measurement[]): void {
  const { cpu, cores, memoryGiB, node, postgres, load } = machine;
  console.log(`${cpu}, ${cores} cores, ${memoryGiB} GiB; Node.js ${node}; PostgreSQL ${postgres}`);
  console.log(`load before and after: ${load.before}, ${load.after} (an idle machine begins near 0)\n`);
  const rows = measurements.map(({ name, value, baseline, ratio, target, met }) => [
    name,
    value,
    baseline,
    String(Number(ratio.toPrecision(3))),
    target === undefined ? "" : `${target} ${met === true ? "met" : "missed"}`,
  ]);
  const header = ["measured / baseline", "measured", "baseline", "ratio", "target"];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of [header, widths.map((width) => "-".repeat(width)), ...rows]) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
