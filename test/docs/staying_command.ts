// Owns commands that stay, run within the process of a reader's machine: each is over for its reader when it says that it
// serves, and ends when the same command is typed anew, as one restarts a server.
import { Readable, Writable } from "node:stream";
import { runCli } from "../../src/cli/run_cli.ts";
import type { Outcome } from "../support/terminal.ts";
import type { Surroundings } from "../support/typed.ts";

type Run = (words: readonly string[], surroundings: Surroundings) => Promise<Outcome>;
/** Both streams in their order, as a screen shows them. */
type Left = Pick<Outcome, "exitCode" | "stdout" | "stderr">;

/** What each says at last, once it serves. */
const saysAtLast: Readonly<Record<string, RegExp>> = {
  serve: /^Serving .*\n/m,
  dev: /Stop with Ctrl-C/,
  sandbox: /Stop with Ctrl-C/,
};

const running = new Map<string, () => Promise<unknown>>();

/**
 * Starts a command and waits until it serves, or ends.
 * @param run runs a command to its end; one at a time, for environment and folder are the process's
 */
export async function startToStay(words: readonly string[], where: Surroundings, run: Run): Promise<Left> {
  const [name = ""] = words;
  await running.get(name)?.();
  running.delete(name);
  // What the AWS SDK reads at each call stays, as it does in a process.
  for (const [setting, value] of Object.entries(where.environment))
    if (setting.startsWith("AWS_")) process.env[setting] = value;
  const before = process.listeners("SIGTERM");
  const written = { stdout: "", stderr: "" };
  let look = (): void => undefined;
  const screen = () =>
    new Writable({
      write(chunk: unknown, _encoding, done) {
        written.stdout += String(chunk);
        look();
        done();
      },
    });
  const [environment, folder] = [process.env, process.cwd()];
  process.chdir(where.folder);
  process.env = { ...where.environment };
  try {
    const ended = runCli([...words], { stdin: Readable.from([""]), stdout: screen(), stderr: screen() });
    const serves = (async () => {
      await new Promise<void>((resolve) => {
        look = () => saysAtLast[name]?.test(written.stdout) && resolve();
        look();
      });
      return undefined;
    })();
    const exitCode = await Promise.race([ended, serves]);
    if (exitCode !== undefined) return { exitCode, ...written };
    const listeners = process.listeners("SIGTERM").filter((one) => !before.includes(one));
    running.set(name, async () => {
      for (const stop of listeners) stop("SIGTERM");
      await ended;
    });
  } finally {
    process.env = environment;
    process.chdir(folder);
  }
  if (name === "serve") await untilOwnerIsKnown(written, where, run);
  return { exitCode: 0, ...written };
}

// It looks for an owner after it has said that it serves, and prints the link to the first one's page.
async function untilOwnerIsKnown(written: { stdout: string }, where: Surroundings, run: Run): Promise<void> {
  const { stdout } = await run(["admin", "list", "--json"], where);
  const owned = /"role": *"owner"/.test(stdout);
  for (let tries = 0; !owned && !written.stdout.includes("/console/first") && tries < 600; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
}
