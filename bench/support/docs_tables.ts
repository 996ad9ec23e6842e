// Owns what of docs/performance.md a run writes: the tables between two marks, each with its machine, day and command. What the run
// did not measure stays as it was.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Run } from "../run.ts";
import { costTable, machineWords, markdownTable, measurementTable, targetTable } from "./tables.ts";

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

/** Writes into the page what a run found. @param words of its command line, which the page names */
export function writeDocs(run: Run, words: readonly string[]): void {
  writeFileSync(page, fillDocs(readFileSync(page, "utf8"), run, words, new Date()));
}

/** The page with what a run found. Pure. */
export function fillDocs(text: string, run: Run, words: readonly string[], at: Date): string {
  const command = ["npm run bench --", ...words.filter((word) => word !== "--write-docs")].join(" ");
  const head = `\`${command}\`, ${at.toISOString().slice(0, 10)}. ${machineWords(run.machine).replace("\n", "; ")}.`;
  const places = markedNames(text);
  let filled = text;
  for (const name of places) {
    const tables =
      name === "targets"
        ? [run.measurements.some(({ of }) => of) && targetTable(run.measurements)]
        : tablesOf(run, name);
    const rows = tables.filter((table) => table !== false);
    if (rows.length > 0)
      filled = replaceMarked(filled, name, [head, ...rows.map(markdownTable)].join("\n\n"));
  }
  return filled;
}

function tablesOf(run: Run, bench: string) {
  const costs = run.costs.filter((one) => one.bench === bench);
  const measurements = run.measurements.filter((one) => one.bench === bench);
  return [costs.length > 0 && costTable(costs), measurements.length > 0 && measurementTable(measurements)];
}
