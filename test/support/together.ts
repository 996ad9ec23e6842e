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
  // One after the other: a module that two files wait for would go on as a part of the first one's suite.
  let read: Promise<unknown> = Promise.resolve();
  for (const file of files) {
    describe(file, () => {
      before(() => watchFile(file));
      const mine = read.catch(() => undefined).then(() => import(pathToFileURL(file).href));
      read = mine;
      return mine;
    });
  }
}
