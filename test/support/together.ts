// Owns running several test files in one process, one after the other, each as a suite of its name: its hooks are the
// suite's, so what it sets up is there before its first test and gone before the next file's.
import { before, describe } from "node:test";
import { pathToFileURL } from "node:url";
import { watchFile } from "./watchdog.ts";

/**
 * Makes the suites of some test files.
 * @param files as seen from the root, where the process stands
 */
export function runTogether(files: readonly string[]): void {
  for (const file of files) {
    describe(file, async () => {
      before(() => watchFile(file));
      await import(pathToFileURL(file).href);
    });
  }
}
