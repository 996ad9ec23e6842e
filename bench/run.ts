// Owns `npm run bench [-- word …] [--json] [--quick] [--write-docs] [--from FILE]`: every measured thing under bench/ whose name holds a word,
// each in a process of its own, and tables (or JSON) of what they found on which machine. `targets` runs those that measure a
// target; `--from` takes what an earlier run said as JSON instead of running. What takes the better part of an hour, or needs a server of somebody else, runs if it is named.
import { spawn } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readTypedWords, tellFault } from "../scripts/typed_words.ts";
import { peerOptions } from "./peers/options.ts";
import { poolOfThreads } from "./support/child.ts";
import { writeDocs } from "./support/docs_tables.ts";
import { describeMachine, loadNow, type Machine } from "./support/machine.ts";
import type { CostLine, Measurement } from "./support/measurement.ts";
import {
  costTable,
  machineWords,
  measurementTable,
  plainTable,
  quickWords,
  targetTable,
} from "./support/tables.ts";
import { targets } from "./support/targets.ts";

const folder = dirname(fileURLToPath(import.meta.url));
// Longer than any of them takes on a slow machine; a hanging one must not hang the rest.
const longestMs = 1_800_000;
/** Those that run only if they are named, how long they may take, and the options that they alone know. */
const named: Readonly<Record<string, { longestMs: number; options: readonly string[] }>> = {
  growth: { longestMs: 3 * 3_600_000, options: ["tenants", "people", "tokens", "events"] },
  peers: { longestMs: 600_000, options: peerOptions },
};
const files = globSync("*.ts", { cwd: folder })
  .filter((file) => file !== "run.ts")
  .map((file) => basename(file, ".ts"))
  .sort();
const usage = `Usage: npm run bench [-- WORD …] [OPTIONS]

Measures what one of something costs, beside baselines of the same run. docs/performance.md says how to read it.

  (no word), all     everything but ${Object.keys(named).join(" and ")}: half an hour
  targets            what measures a target, and the table of them
  WORD               the benchmarks whose names hold it, of
                     ${files.slice(0, 8).join(", ")},
                     ${files.slice(8).join(", ")}

  --quick            proves that they run; the figures mean nothing, and nothing is judged
  --json             print one JSON document
  --from FILE        tables of what an earlier run printed with --json; nothing is run
  --write-docs       fill the tables of docs/performance.md
  ${named["growth"]?.options.map((name) => `--${name} N`).join(", ")}
                     growth: the size of the store
  --issuer URL, --client ID, --secret TEXT, …
                     peers: the other provider (bench/peers/README.md)

Example:
  $ npm run bench -- mint refresh
  $ npm run -s bench -- targets --json > bench.json`;
const ownOptions = Object.values(named).flatMap(({ options }) => options);

/** What a run found. */
export interface Run {
  /** When it began, as ISO 8601 has it. */
  at: string;
  /** Its figures mean nothing. */
  quick?: boolean;
  machine: Machine;
  measurements: readonly Measurement[];
  costs: readonly CostLine[];
  failed: readonly string[];
}

/** Runs the benchmarks that are asked for. @returns the exit code: 1 if one could not be run */
export async function main(words: readonly string[]): Promise<number> {
  const typed = readTypedWords(usage, {
    args: [...words],
    allowPositionals: true,
    options: {
      json: { type: "boolean" },
      quick: { type: "boolean" },
      "write-docs": { type: "boolean" },
      from: { type: "string" },
      ...Object.fromEntries(ownOptions.map((name) => [name, { type: "string" } as const])),
    },
  });
  if (typeof typed === "number") return typed;
  const { values, positionals } = typed;
  const options: Readonly<Record<string, unknown>> = values;
  if (typeof options["from"] === "string") {
    const earlier = readRun(options["from"]);
    if (earlier === undefined)
      return tellFault(
        usage,
        `--from: ${options["from"]} holds nothing that npm run bench -- --json printed.`,
      );
    if (earlier.quick === true && values["write-docs"] === true) return tellFault(usage, quickDocs);
    print(earlier);
    if (values["write-docs"] === true) writeDocs(earlier);
    return 0;
  }
  const quick = values.quick === true;
  if (quick && values["write-docs"] === true) return tellFault(usage, quickDocs);
  const misspelt = positionals.find((word) => choose(files, [word]).length === 0);
  if (misspelt !== undefined)
    return tellFault(
      usage,
      `No benchmark's name holds "${misspelt}". There are: ${files.join(", ")}; all, targets`,
    );
  const chosen = choose(files, positionals);
  const fault = faultOfOptions(options, chosen);
  if (fault !== undefined) return tellFault(usage, fault);
  const at = new Date().toISOString();
  // Before anything runs: what cannot be told must not cost a run.
  const machine = describeMachine({ before: loadNow(), after: 0 });
  const measurements: Measurement[] = [];
  const costs: CostLine[] = [];
  const failed: string[] = [];
  for (const name of chosen) {
    process.stderr.write(`— ${name}\n`);
    const given = (named[name]?.options ?? []).flatMap((option) =>
      typeof options[option] === "string" ? [`--${option}`, options[option]] : [],
    );
    const path = join(folder, `${name}.ts`);
    const lines = await runOne(
      path,
      [...(quick ? ["--quick"] : []), ...given],
      named[name]?.longestMs ?? longestMs,
    );
    if (lines.failed) failed.push(name);
    for (const line of lines.said) {
      if ("cost" in line) costs.push(line);
      else measurements.push(quick ? unjudged(line) : line);
    }
  }
  machine.load.after = loadNow();
  const run: Run = { at, ...(quick ? { quick } : {}), machine, measurements, costs, failed };
  if (values.json === true) console.log(JSON.stringify(run, undefined, 2));
  else print(run);
  if (values["write-docs"] === true) writeDocs(run);
  if (failed.length > 0) process.stderr.write(`Could not be run to the end: ${failed.join(", ")}\n`);
  return failed.length > 0 ? 1 : 0;
}

// What would be looked over, or break off a run of hours.
function faultOfOptions(
  options: Readonly<Record<string, unknown>>,
  chosen: readonly string[],
): string | undefined {
  for (const [name, { options: known }] of Object.entries(named)) {
    const given = known.find((option) => options[option] !== undefined);
    if (given !== undefined && !chosen.includes(name))
      return `--${given} is an option of ${name}, which is not asked for.`;
  }
  const size = named["growth"]?.options.find(
    (option) => !/^[1-9]\d{0,9}$/.test(String(options[option] ?? 1)),
  );
  return size && `--${size}: ${options[size]} is no whole number above 0.`;
}

/** The benchmarks that words ask for: by what their names hold, `targets`, or `all`, which no words ask for too. Pure. */
export function choose(all: readonly string[], words: readonly string[]): string[] {
  const ofTargets = new Set<string>(Object.values(targets).map(({ bench }) => bench));
  const isAsked = (name: string) =>
    words.length === 0
      ? !(name in named)
      : words.some(
          (word) =>
            name.includes(word) ||
            (word === "all" && !(name in named)) ||
            (word === "targets" && ofTargets.has(name)),
        );
  return all.filter(isAsked);
}

async function runOne(path: string, words: readonly string[], longestMs: number) {
  const child = spawn(process.execPath, [path, ...words], {
    env: { ...process.env, ...poolOfThreads },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const late = setTimeout(() => child.kill("SIGTERM"), longestMs);
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    said += chunk;
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  clearTimeout(late);
  const lines = said.split("\n").filter((line) => line.startsWith("{"));
  return { failed: code !== 0, said: lines.map((line) => JSON.parse(line) as Measurement | CostLine) };
}

const quickDocs = "--write-docs takes no figures of --quick: they mean nothing.";

const unjudged = ({ met: _met, target: _target, ...measurement }: Measurement): Measurement => measurement;

function readRun(path: string): Run | undefined {
  try {
    const text = readFileSync(path, "utf8");
    // Before it npm says what it runs, unless it is told not to.
    const run = JSON.parse(text.slice(text.search(/^\{/m))) as Run;
    return Array.isArray(run.measurements) && Array.isArray(run.costs) ? run : undefined;
  } catch {
    return undefined;
  }
}

function print({ machine, measurements, costs, quick }: Run): void {
  if (quick === true) console.log(`${quickWords}\n`);
  console.log(machineWords(machine));
  if (costs.length > 0) console.log(`\n${plainTable(costTable(costs))}`);
  console.log(`\n${plainTable(measurementTable(measurements))}`);
  if (quick === true) console.log(`\n${quickWords}`);
  else if (measurements.some(({ of }) => of !== undefined))
    console.log(`\n${plainTable(targetTable(measurements, true))}`);
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
