// Owns the last words of a run: the files that took longest, so that a slow one is seen when it becomes slow.

import { relative } from "node:path";
import type { TestEvent } from "node:test/reporters";

const shown = 12;

/** A reporter of node's test runner. */
// biome-ignore lint/style/noDefaultExport: node takes a reporter only so.
export default async function* slowestFiles(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const files: { file: string; seconds: number }[] = [];
  for await (const event of events) {
    if (event.type !== "test:summary" || event.data.file === undefined) continue;
    files.push({ file: relative(process.cwd(), event.data.file), seconds: event.data.duration_ms / 1000 });
  }
  const slowest = files.toSorted((one, other) => other.seconds - one.seconds).slice(0, shown);
  const total = files.reduce((sum, { seconds }) => sum + seconds, 0);
  yield `\nSlowest of ${files.length} files (${total.toFixed(0)} s in all):\n`;
  for (const { file, seconds } of slowest) yield `${seconds.toFixed(1).padStart(7)} s  ${file}\n`;
}
