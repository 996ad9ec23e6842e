// Owns running the tti command within the test's own process, for tests of what commands do. That a process starts,
// ends and writes as it should is what terminal.ts runs real ones for: each costs a second of a processor. A command that
// is refused must have left the store as it was (refused_commands.ts).
import { resolve } from "node:path";
import { Readable, Writable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { runCli } from "../../src/cli/run_cli.ts";
import type { Database } from "../../src/db/connect.ts";
import { lookBefore } from "./refused_commands.ts";
import { type Outcome, openTerminal, outcome, splitWords, type TestTerminal } from "./terminal.ts";

/** What a process would be given. */
export interface Surroundings {
  /** All of it: nothing of the test's own is seen. */
  environment: Readonly<Record<string, string | undefined>>;
  folder: string;
  stdin?: string;
  /** A pool of the test's own to the store of the environment, where that is PostgreSQL. */
  store?: Database;
}

// A command that never ends is named, instead of holding up all that wait their turn behind it.
const longestMs = 120_000;

// Environment and folder are the process's: one command at a time.
let before: Promise<unknown> = Promise.resolve();

/** Runs one command to its end; environment and folder are the test's own again when it is over. */
export function typed(words: readonly string[], surroundings: Surroundings): Promise<Outcome> {
  const mine = before.then(() => runTyped(words, surroundings));
  before = mine.catch(() => undefined);
  return mine;
}

/** Opens a place as openTerminal does, whose commands run in this process; what is started to stay is still another. */
export function openTypedTerminal(environment: Record<string, string> = {}, store?: Database): TestTerminal {
  const terminal = openTerminal(environment);
  return {
    ...terminal,
    tti: (words, stdin = "") =>
      typed(splitWords(words), {
        environment: terminal.environment,
        folder: terminal.dataDir,
        stdin,
        ...(store === undefined ? {} : { store }),
      }),
  };
}

async function runTyped(words: readonly string[], surroundings: Surroundings): Promise<Outcome> {
  const [environment, folder] = [process.env, process.cwd()];
  const [stdout, stderr] = [new Sink(), new Sink()];
  const over = new AbortController();
  const { DATABASE_URL: url, TTI_DATA_DIR: data = "data" } = surroundings.environment;
  const store = url === undefined ? undefined : surroundings.store;
  const before = await lookBefore(url === undefined ? resolve(surroundings.folder, data) : "", store);
  process.chdir(surroundings.folder);
  process.env = { ...surroundings.environment };
  try {
    const stdin = Readable.from([surroundings.stdin ?? ""]);
    const exitCode = await Promise.race([
      runCli([...words], { stdin, stdout, stderr }),
      tooLong(words, over.signal),
    ]);
    await before.assertSame(words, exitCode);
    return outcome(exitCode, stdout.written, stderr.written);
  } finally {
    over.abort();
    process.env = environment;
    process.chdir(folder);
  }
}

async function tooLong(words: readonly string[], over: AbortSignal): Promise<never> {
  await setTimeout(longestMs, undefined, { signal: over, ref: false }).catch(() => undefined);
  throw new Error(`tti ${words.join(" ")}: still running after ${longestMs / 1000} s`);
}

class Sink extends Writable {
  written = "";

  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    this.written += String(chunk);
    done();
  }
}
