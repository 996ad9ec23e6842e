// Owns which files failed in a run, for the run that asks once more.
import type { TestEvent } from "node:test/reporters";

/** A reporter of node's test runner: a line for each file in which something failed, or for a process that fell. */
// biome-ignore lint/style/noDefaultExport: node takes a reporter only so.
export default async function* failedFiles(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const told = new Set<string>();
  for await (const event of events) {
    if (event.type !== "test:fail" || event.data.nesting > 0 || told.has(event.data.name)) continue;
    told.add(event.data.name);
    yield `${event.data.name}\n`;
  }
}

/** A machine may be in the way of one test of thousands; what is in the way of more is no accident. */
const mostAgain = 2;

/**
 * Judges whether a failed run is asked once more.
 * @param printed what {@link failedFiles} wrote
 * @returns the files to run again, each by itself; none where too many failed, or a process fell and its files are not known
 */
export function filesToAskAgain(printed: string): readonly string[] {
  const failed = printed.split("\n").filter((line) => line !== "");
  const known = failed.every((name) => /^(?:test|packages)\/.*\.test\.ts$/.test(name));
  return known && failed.length <= mostAgain ? failed : [];
}
