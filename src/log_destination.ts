// Owns how lines of the log leave: whole, in order, and without ever holding the process up. Whoever reads them may be slow, stand
// still or be gone, and the disk they go to may be full: lines then wait, up to a bound, what comes beyond is counted and told once
// there is room, and requests are served meanwhile.
import { writeSync } from "node:fs";
import type { DestinationStream } from "pino";
import { systemClock } from "./clock.ts";

/** Where lines of a log go. */
export interface LineWriter extends DestinationStream {
  /** How many lines were lost, since it was opened. */
  lost(): number;
}

/** What a writer is made of; a test replaces parts. */
export interface LineWriterOptions {
  /** Bytes that wait at most. */
  mostBytes?: number;
  /** After how long it is tried again, in milliseconds. */
  againMs?: number;
  /** How long the end of the process waits for what is left, in milliseconds. */
  lastMs?: number;
}

// The reader takes no more now; the disk is full. What was not taken is kept.
const passing = new Set(["EAGAIN", "EWOULDBLOCK", "EBUSY", "EINTR", "ENOSPC", "EDQUOT", "ENOBUFS"]);

/**
 * Opens a writer.
 * @param fd a file descriptor. A pipe or a socket is to be non-blocking: `process.stderr`, once it was looked at, is
 */
export function openLineWriter(
  fd: number,
  { mostBytes = 4 * 1024 * 1024, againMs = 50, lastMs = 500 }: LineWriterOptions = {},
): LineWriter {
  const waiting: Buffer[] = [];
  let waitingBytes = 0;
  let scheduled = false;
  let gone = false;
  let lost = 0;
  let untold = 0;

  // Answers what was not taken.
  const put = (bytes: Buffer): Buffer => {
    let rest = bytes;
    while (rest.length > 0) {
      try {
        rest = rest.subarray(writeSync(fd, rest));
      } catch (error) {
        if (passing.has(String((error as NodeJS.ErrnoException).code))) return rest;
        // Nobody will read it any more (EPIPE, EBADF): there is nowhere left to say so.
        gone = true;
        return Buffer.alloc(0);
      }
    }
    return rest;
  };

  const putWaiting = (): void => {
    for (let [first] = waiting; first !== undefined; [first] = waiting) {
      const rest = put(first);
      waitingBytes -= first.length - rest.length;
      if (rest.length > 0) {
        waiting[0] = rest;
        return;
      }
      waiting.shift();
    }
    if (gone || untold === 0) return;
    const told = { level: "warn", time: systemClock().toISOString(), lost: untold };
    untold = 0;
    write(
      `${JSON.stringify({ ...told, msg: "lines of the log were lost: they were read too slowly, or the disk was full" })}\n`,
    );
  };

  const again = (afterMs: number): void => {
    if (scheduled) return;
    scheduled = true;
    setTimeout(() => {
      scheduled = false;
      const before = waitingBytes;
      putWaiting();
      // Somebody reads: more will be taken soon.
      if (waiting.length > 0) again(waitingBytes < before ? 1 : againMs);
    }, afterMs).unref();
  };

  function write(line: string): void {
    if (gone) {
      lost += 1;
      return;
    }
    const bytes = Buffer.from(line);
    if (waiting.length > 0 && waitingBytes + bytes.length > mostBytes) {
      lost += 1;
      untold += 1;
      return;
    }
    // Behind what waits, never between two halves of a line.
    const rest = waiting.length === 0 ? put(bytes) : bytes;
    if (rest.length === 0) return;
    waiting.push(rest);
    waitingBytes += rest.length;
    again(againMs);
  }

  process.once("exit", () => {
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    const untilMs = performance.now() + lastMs;
    for (putWaiting(); waiting.length > 0 && performance.now() < untilMs; putWaiting())
      Atomics.wait(sleeper, 0, 0, 10);
  });

  return { write, lost: () => lost };
}

let ofTheProcess: LineWriter | undefined;

/** The writer of standard error: one, however many logs there are. */
export function standardError(): LineWriter {
  if (ofTheProcess === undefined) {
    // Looked at, a pipe no longer blocks.
    void process.stderr.writable;
    ofTheProcess = openLineWriter(2);
  }
  return ofTheProcess;
}

/** How many lines of the log this process has lost. */
export const linesLost = (): number => ofTheProcess?.lost() ?? 0;
