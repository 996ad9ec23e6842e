// Owns running the tti command as a person at a terminal does: a real process, its output, its exit code.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { bareEnvironment } from "./surroundings.ts";

const program = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "bin", "tti.mjs");

/** What a command left behind. */
export interface Outcome {
  exitCode: number | null;
  stdout: string;
  stderr: string;
  /** Standard output as JSON. */
  json<T = Record<string, unknown>>(): T;
}

/** A command that keeps running. */
export interface RunningCommand {
  process: ChildProcess;
  /** Waits until standard output holds a text; rejects with all output if the command ends before. */
  printed(text: string): Promise<string>;
  /** The same of its standard error, where the log goes. */
  logged(text: string): Promise<string>;
  /** Stops it as Ctrl-C does, and waits. */
  stop(): Promise<Outcome>;
}

/** A place to run commands in: its own data directory, its own settings. */
export interface TestTerminal {
  dataDir: string;
  environment: Record<string, string>;
  /** Runs one command to its end. */
  tti(words: string, stdin?: string): Promise<Outcome>;
  /** Starts a command that stays. */
  start(words: string): RunningCommand;
  close(): void;
}

/** Opens a place. Words are split at spaces; quote with ' to keep them together. */
export function openTerminal(environment: Record<string, string> = {}): TestTerminal {
  const dataDir = mkdtempSync(join(tmpdir(), "tti-terminal-"));
  const settings = {
    ...bareEnvironment(),
    HOME: dataDir,
    TTI_DATA_DIR: dataDir,
    NO_COLOR: "1",
    ...environment,
  };
  const begin = (words: string) =>
    spawn(process.execPath, [program, ...splitWords(words)], { env: settings, cwd: dataDir });
  return {
    dataDir,
    environment: settings,
    async tti(words, stdin = "") {
      const child = begin(words);
      const ended = once(child, "exit") as Promise<[number | null]>;
      const output = Promise.all([text(child.stdout), text(child.stderr)]);
      // A command that reads nothing may be gone before the pipe is full.
      child.stdin.on("error", () => undefined);
      child.stdin.end(stdin);
      const [[stdout, stderr], [exitCode]] = await Promise.all([output, ended]);
      return outcome(exitCode, stdout, stderr);
    },
    start: (words) => watch(begin(words)),
    close: () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

function watch(child: ReturnType<typeof spawn>): RunningCommand {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = once(child, "exit") as Promise<[number | null]>;
  const until = (stream: Readable | null, wanted: string, read: () => string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = () => read().includes(wanted) && resolve(read());
      stream?.on("data", look);
      look();
      void ended.then(() => reject(new Error(`it ended first:\n${stdout}\n${stderr}`)));
    });
  return {
    process: child,
    printed: (wanted) => until(child.stdout, wanted, () => stdout),
    logged: (wanted) => until(child.stderr, wanted, () => stderr),
    async stop() {
      if (child.exitCode === null) child.kill("SIGINT");
      const [exitCode] = await ended;
      return outcome(exitCode, stdout, stderr);
    },
  };
}

/** What a command left, for those that read it. */
export function outcome(exitCode: number | null, stdout: string, stderr: string): Outcome {
  return {
    exitCode,
    stdout,
    stderr,
    json() {
      try {
        return JSON.parse(stdout);
      } catch {
        throw new Error(`no JSON document on standard output:\n${stdout}\n${stderr}`);
      }
    },
  };
}

/** Splits words at spaces; quoted ones stay together. */
export function splitWords(words: string): string[] {
  return (words.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^'(.*)'$/, "$1"));
}
