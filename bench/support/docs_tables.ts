// Owns what of docs/performance.md a run writes: the tables between two marks, each with its machine, day and command. What the run
// did not measure stays as it was.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Run } from "../run.ts";
import {
  costTable,
  machineWords,
  markdownTable,
  measurementTable,
  type Table,
  targetTable,
} from "./tables.ts";
import { judgeAll } from "./targets.ts";

const page = fileURLToPath(new URL("../../docs/performance.md", import.meta.url));
const open = (name: string) => `<!-- measured: ${name} -->`;
const close = "<!-- end of what was measured -->";

/**
 * Replaces the text between a pair of marks.
 * @throws Error if the page lacks them
 */
export function replaceMarked(text: string, name: string, content: string): string {
  const start = text.indexOf(open(name));
  const end = text.indexOf(close, start);
  if (start < 0 || end < 0)
    throw new Error(`docs/performance.md has no place for ${name}: ${open(name)} … ${close}`);
  return `${text.slice(0, start + open(name).length)}\n\n${content}\n\n${text.slice(end)}`;
}

/** The places of a page. */
export function markedNames(text: string): string[] {
  return [...text.matchAll(/<!-- measured: ([\w-]+) -->/g)].map(([, name = ""]) => name);
}

/** Writes into the page what a run found. */
export function writeDocs(run: Run): void {
  writeFileSync(page, fillDocs(readFileSync(page, "utf8"), run));
}

/** The page with what a run found. Pure. */
export function fillDocs(text: string, run: Run): string {
  const machine = machineWords(run.machine).replace("\n", "; ");
  const places = markedNames(text);
  let filled = text;
  for (const name of places) {
    const tables = name === "targets" ? [targetsOf(run)] : tablesOf(run, name);
    const rows = tables.filter((table) => table !== undefined);
    if (rows.length === 0) continue;
    const head = `\`npm run bench -- ${name}\`, ${run.at.slice(0, 10)}. ${machine}.`;
    filled = replaceMarked(filled, name, [head, ...rows.map(markdownTable)].join("\n\n"));
  }
  return filled;
}

// Whole or not at all: a run of some benchmarks says nothing of the other targets.
const targetsOf = ({ measurements }: Run): Table | undefined =>
  judgeAll(measurements).every(({ holds }) => holds !== undefined) ? targetTable(measurements) : undefined;

function tablesOf(run: Run, bench: string): (Table | undefined)[] {
  const costs = run.costs.filter((one) => one.bench === bench);
  const measurements = run.measurements.filter((one) => one.bench === bench);
  return [
    costs.length > 0 ? costTable(costs) : undefined,
    measurements.length > 0 ? measurementTable(measurements) : undefined,
  ];
}
