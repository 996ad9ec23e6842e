// Owns the last words of a run: the files that took longest, so that a slow one is seen when it becomes slow.

import { relative, resolve } from "node:path";
import type { TestEvent } from "node:test/reporters";

const shown = 12;

/** A reporter of node's test runner. */
// biome-ignore lint/style/noDefaultExport: node takes a reporter only so.
export default async function* slowestFiles(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const files: { file: string; seconds: number }[] = [];
  for await (const event of events) {
    const took = tookOf(event);
    if (took !== undefined) files.push(took);
  }
  const slowest = files.toSorted((one, other) => other.seconds - one.seconds).slice(0, shown);
  const total = files.reduce((sum, { seconds }) => sum + seconds, 0);
  yield `\nSlowest of ${files.length} files (${total.toFixed(0)} s in all):\n`;
  for (const { file, seconds } of slowest) yield `${seconds.toFixed(1).padStart(7)} s  ${file}\n`;
}

/** What an event says of a whole file, which is a process's only one or a suite among those of its process. */
function tookOf(event: TestEvent): { file: string; seconds: number } | undefined {
  if (event.type !== "test:complete" || event.data.nesting > 0) return undefined;
  const { name, details } = event.data;
  if (!name.endsWith(".test.ts")) return undefined;
  return { file: relative(process.cwd(), resolve(name)), seconds: details.duration_ms / 1000 };
}
