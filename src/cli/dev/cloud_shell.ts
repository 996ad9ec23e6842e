// Owns running a script of the papers for the demo, as an administrator runs it in AWS CloudShell: by bash, with an `aws` that
// asks the local AWS. It runs what this installation wrote itself, and nothing that anybody sent.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AwsCommandAt, startAwsCommand } from "./aws_command.ts";

/** What a script left. */
export interface RanScript {
  /** 0: it did what it is for. */
  exitCode: number;
  /** What it printed, what went wrong last. */
  output: string;
}

/** A script that asks a local AWS ends within seconds; one that hangs is stopped. */
const longestMs = 120_000;

/**
 * Runs a script to its end.
 * @param region where CloudShell was opened: it tells the script so, as AWS_REGION
 * @returns exit code 127 where there is no bash
 */
export async function runInCloudShell(
  script: string,
  { region, ...at }: AwsCommandAt & { region: string },
): Promise<RanScript> {
  const aws = await startAwsCommand(at);
  try {
    const path = join(aws.folder, "script.sh");
    writeFileSync(path, script);
    const settings = Object.entries({ ...aws.environment, AWS_REGION: region });
    // Given as words and exported there: what else the shell knows stays as it is.
    const words = settings.map(([name, value]) => `${name}=${value}`);
    return await run(["-c", start, "cloud-shell", aws.folder, path, ...words]);
  } finally {
    await aws.close();
  }
}

const start = `export PATH="$1:$PATH"; script=$2; shift 2; export "$@"; exec bash "$script"`;

function run(words: readonly string[]): Promise<RanScript> {
  const folder = mkdtempSync(join(tmpdir(), "tti-shell-"));
  return new Promise<RanScript>((resolve) => {
    const where = { cwd: folder, timeout: longestMs, encoding: "utf8" } as const;
    execFile("bash", [...words], where, (error, stdout, stderr) => {
      if (error === null) return resolve({ exitCode: 0, output: stdout + stderr });
      if (error.code === "ENOENT") {
        return resolve({ exitCode: 127, output: "There is no bash on this machine." });
      }
      resolve({
        exitCode: typeof error.code === "number" ? error.code : 1,
        output: stdout + stderr,
      });
    });
  }).finally(() => rmSync(folder, { recursive: true, force: true }));
}
