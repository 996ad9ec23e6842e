// Owns that an instance gives back what only its start needed. V8 keeps the room that reading and compiling the program took until
// there is work to make it collect; an instance that waits for its first requests would hold a quarter more for as long as it waits.
import type { Log } from "../log.ts";

/** When what the start left open has ended, and before most instances are sent much. */
const afterMs = 1_000;

/**
 * Collects once, soon after an instance began to serve: a pause of some ten milliseconds. It keeps no process alive.
 * @param collect has V8 collect all that it can, and shrink
 */
export function giveBackStartMemory(log: Log, collect = collectAll): void {
  setTimeout(() => {
    const { rss: before } = process.memoryUsage();
    collect().then(
      () => log.debug({ before, after: process.memoryUsage().rss }, "memory of the start was given back"),
      // A runtime without an inspector keeps its memory, and serves all the same.
      (err) => log.debug({ err }, "memory of the start was kept"),
    );
  }, afterMs).unref();
}

/** @see https://chromedevtools.github.io/devtools-protocol/tot/HeapProfiler/#method-collectGarbage */
async function collectAll(): Promise<void> {
  const { Session } = await import("node:inspector/promises");
  const session = new Session();
  session.connect();
  try {
    await session.post("HeapProfiler.collectGarbage");
  } finally {
    session.disconnect();
  }
}
