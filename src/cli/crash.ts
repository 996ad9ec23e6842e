// Owns what happens when something throws where nobody catches it: the process ends, as Node.js has it end, but says why in a line
// of its log. What the process holds is then in no known state, so nothing is tidied up; whatever stands, stands in the store.
import type { Log } from "../log.ts";

/**
 * Resolves when an exception or a rejected promise that nobody caught has been told in the log. Whoever waits ends the process.
 * From then on further ones are told, too, and change nothing.
 */
export function untilCrashed(log: Log): Promise<void> {
  return new Promise((resolve) => {
    process.on("uncaughtException", (err: unknown, origin) => {
      log.fatal({ err, origin }, "something failed that nobody caught; the process ends");
      resolve();
    });
  });
}
