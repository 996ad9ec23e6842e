// How much processor time other processes take: PostgreSQL's backends of one server, and processes by their number.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { Database } from "../../src/db/connect.ts";

/** Microseconds by backend. */
export type BackendTimes = ReadonlyMap<number, number>;

/** Reads the processor time of the backends of one application name so far. Empty where there is no /proc. */
export async function readBackendTimes(db: Database, applicationName: string): Promise<BackendTimes> {
  if (process.platform !== "linux") return new Map();
  const { rows } = (await db.raw("select pid from pg_stat_activity where application_name = ?", [
    applicationName,
  ])) as { rows: { pid: number }[] };
  return new Map(rows.map(({ pid }) => [pid, processMicroseconds(pid)]));
}

/** What the backends took between two readings, microseconds. */
export function timeBetween(before: BackendTimes, after: BackendTimes): number {
  return [...after].reduce((sum, [pid, time]) => sum + time - (before.get(pid) ?? 0), 0);
}

/** Processor time of a process with all of its threads so far, microseconds; 0 if there is none, or no /proc. */
export function processMicroseconds(pid: number): number {
  try {
    const ran = readdirSync(`/proc/${pid}/task`).map((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8"),
    );
    // schedstat counts nanoseconds, and forgets threads that ended; stat counts ticks, and keeps them.
    return Math.max(
      ran.reduce((sum, line) => sum + Number(line.split(" ")[0]) / 1000, 0),
      ticksOf(pid),
    );
  } catch {
    return ticksOf(pid);
  }
}

let tick: number | undefined;
function microsecondsPerTick(): number {
  tick ??= 1_000_000 / Number(execFileSync("getconf", ["CLK_TCK"]).toString());
  return tick;
}

// proc_pid_stat(5): utime and stime are fields 14 and 15; the name before them may hold spaces.
function ticksOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) * microsecondsPerTick();
  } catch {
    return 0;
  }
}
