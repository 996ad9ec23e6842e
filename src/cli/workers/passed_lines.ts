// Owns what workers write: their lines leave by the primary's own writer, whole and one after the other, where several processes
// that write to one pipe would tear each other's long lines. What is no line of a log (Node.js's last words when memory is short)
// becomes one.
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Log } from "../../log.ts";
import { standardError } from "../../log_destination.ts";

/** Passes on what a worker's process writes on standard output and standard error. */
export function passOn({ stdout, stderr, pid }: ChildProcess, log: Log): void {
  stdout?.pipe(process.stdout, { end: false });
  if (stderr === null) return;
  createInterface({ input: stderr, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
    if (isObject(line)) standardError().write(`${line}\n`);
    else if (line !== "") log.error({ from: "worker", pid }, line);
  });
}

// Not parsed: there may be thousands a second, and whatever the log writes is one.
const isObject = (line: string): boolean => line.startsWith("{") && line.endsWith("}");
