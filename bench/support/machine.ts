// The machine a run was made on: a figure without it says nothing.
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { postgresVersion } from "./postgres_version.ts";

export interface Machine {
  cpu: string;
  cores: number;
  memoryGiB: number;
  node: string;
  postgres: string;
  /** Load averages over a minute when the run began and when it ended. */
  load: { before: number; after: number };
}

/** The load average over a minute. */
export const loadNow = (): number => Number((loadavg()[0] ?? 0).toFixed(2));

/** Describes this machine, and how busy it was. */
export function describeMachine(load: Machine["load"]): Machine {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    postgres: postgresVersion(),
    load,
  };
}
