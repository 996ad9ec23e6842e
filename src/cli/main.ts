// The tti command's entry, and the only place that ends the process.
import { runCli } from "./run_cli.ts";

// A reader that has seen enough (`tti user list | head`) is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : 1);
});

const exitCode = await runCli(process.argv.slice(2), process);
// Whatever was written to a pipe must be out before the process ends.
process.stdout.write("", () => process.stderr.write("", () => process.exit(exitCode)));
