// The process of the tti-sandbox command: its words, its streams, its signals and its exit code.
import process from "node:process";
import { createInterface } from "node:readline/promises";
import { runSandboxCommand } from "./sandbox_command.ts";

const stopped = new Promise<void>((resolve) => {
  process.once("SIGINT", () => resolve());
  process.once("SIGTERM", () => resolve());
});
async function askPerson(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new AbortController();
  // Ctrl-C while it asks is a no.
  terminal.once("SIGINT", () => ended.abort());
  try {
    return /^y(es)?$/i.test((await terminal.question(question, { signal: ended.signal })).trim());
  } catch {
    return false;
  } finally {
    terminal.close();
  }
}

process.exitCode = await runSandboxCommand(process.argv.slice(2), {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
  stopped: () => stopped,
  ...(process.stdin.isTTY && process.stderr.isTTY ? { ask: askPerson } : {}),
});
