// Owns finding out, before anything starts, that the ports it needs are free.
import { createServer } from "node:net";
import { OperationError } from "../../errors.ts";

/** A port something will listen on, and how to choose another. */
export interface WantedPort {
  what: string;
  port: number;
  change: string;
}

/**
 * Asserts that ports of the loopback address are free; 0 always is.
 * @throws OperationError unavailable naming every port that is taken, and how to change it
 */
export async function assertPortsFree(wanted: readonly WantedPort[]): Promise<void> {
  const taken: WantedPort[] = [];
  for (const one of wanted) if (one.port !== 0 && !(await isFree(one.port))) taken.push(one);
  if (taken.length === 0) return;
  throw new OperationError(
    "unavailable",
    `Taken by another program: ${taken.map(({ what, port }) => `port ${port} (${what})`).join(", ")}.`,
    { fix: `Stop that program, or choose other ports: ${taken.map(({ change }) => change).join(", ")}` },
  );
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
