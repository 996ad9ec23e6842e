// The tti command's entry, and the only place that ends the process.
import { runCli } from "./run_cli.ts";

const [first, ...rest] = process.argv.slice(2);
// How `tti serve` starts its own workers; typed, it is no command.
const isWorker = first === "serve-worker" && process.send !== undefined;

// A reader that has seen enough (`tti user list | head`) is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : 1);
});

const exitCode = isWorker
  ? await (await import("./workers/worker.ts")).runWorker(rest)
  : await runCli(process.argv.slice(2), process);
// Whatever was written to a pipe must be out before the process ends.
process.stdout.write("", () => process.stderr.write("", () => process.exit(exitCode)));
