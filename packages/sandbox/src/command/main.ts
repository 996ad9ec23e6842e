// The process of the tti-sandbox command: its words, its streams, its signals and its exit code.
import process from "node:process";
import { runSandboxCommand } from "./sandbox_command.ts";

const stopped = new Promise<void>((resolve) => {
  process.once("SIGINT", () => resolve());
  process.once("SIGTERM", () => resolve());
});
process.exitCode = await runSandboxCommand(process.argv.slice(2), {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
  stopped: () => stopped,
});
