// Owns a reader's terminal: one shell that keeps what was exported, in which the blocks of pages run in order. A block
// fails with its first command that fails, and with everything it printed.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { bareEnvironment } from "../support/surroundings.ts";
import { type Checkout, makeCheckout, root } from "./checkout.ts";
import type { PageBlock } from "./page_blocks.ts";

/** A reader's terminal. */
export interface ReaderTerminal {
  checkout: Checkout;
  /**
   * Runs a block of a page.
   * @returns what it printed, errors included
   */
  run(block: PageBlock): Promise<string>;
  /** Runs commands of the test's own. */
  say(commands: string): Promise<string>;
  /** Ends the shell and every server that was started in it. */
  close(): Promise<void>;
}

// A list (a && b) that breaks in its middle springs no trap, but its status tells.
const lastStatus = 'last=$?; [ $last = 0 ] || [ -n "$fault" ] || fault="the last one, with status $last"';
const endMark = "tti-docs-block-ended";

/**
 * Opens a terminal.
 * @param environment what the reader's machine has set
 * @param ownValues what readers replace by their own: the page's text → theirs. Nothing else is changed.
 */
export function openReaderTerminal(
  environment: Readonly<Record<string, string>>,
  ownValues: ReadonlyMap<string, string> = new Map(),
): ReaderTerminal {
  const checkout = makeCheckout();
  const surroundings = {
    cwd: checkout.folder,
    env: {
      ...bareEnvironment(),
      PATH: [checkout.programs, dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
      HOME: checkout.folder,
      NO_COLOR: "1",
      TEST_ROOT: root,
      TEST_NODE: process.execPath,
      TEST_CHECKOUT: checkout.folder,
      TEST_LOGS: checkout.logs,
      TEST_TTI: checkout.socket,
      ...environment,
    },
  };
  const shell = spawn("bash", ["--noprofile", "--norc"], surroundings);
  const standing = join(import.meta.dirname, "standing_tti.ts");
  // What it says of itself is for whoever looks for the reason of a failure.
  const log = openSync(join(checkout.logs, "tti.log"), "a");
  const tti = spawn(process.execPath, [standing, checkout.socket], {
    ...surroundings,
    stdio: ["pipe", log, log],
  });
  const ttiEnded = once(tti, "exit");
  let printed = "";
  let look = (): void => undefined;
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      look();
    });
  }
  const ended = once(shell, "exit");
  shell.stdin.write(`exec 2>&1; set -o pipefail; trap '[ -n "$fault" ] || fault=$BASH_COMMAND' ERR\n`);

  async function run(commands: string, where: string): Promise<string> {
    printed = "";
    // From a file, so that a command which reads its standard input does not read the commands after it.
    const file = join(checkout.programs, "block.sh");
    writeFileSync(file, `${commands}\n${lastStatus}\n`);
    shell.stdin.write(
      `fault=; . "${file}" </dev/null; cd "$TEST_CHECKOUT"; printf '\\n%s:%s\\n' ${endMark} "$fault"\n`,
    );
    const output = await new Promise<string>((resolve, reject) => {
      look = () => {
        if (new RegExp(`${endMark}:.*\\n`).test(printed)) resolve(printed);
      };
      look();
      void ended.then(() => reject(new Error(`${where}: the shell ended\n${printed}`)));
    });
    const [, fault = ""] = new RegExp(`${endMark}:(.*)\\n`).exec(output) ?? [];
    const told = output.slice(0, output.lastIndexOf(`${endMark}:`)).trim();
    assert.equal(fault, "", `${where}: this command failed: ${fault}\n${told}`);
    return told;
  }

  return {
    checkout,
    run(block) {
      let text = block.text;
      for (const [theirs, own] of ownValues) text = text.replaceAll(theirs, own);
      return run(text, `${block.page}, block at line ${block.line}`);
    },
    say: (commands) => run(commands, "the test's own commands"),
    async close() {
      shell.stdin.end();
      for (const file of readdirSync(checkout.logs).filter((name) => name.endsWith(".pid"))) {
        await stop(Number(readFileSync(join(checkout.logs, file), "utf8")));
      }
      shell.kill();
      // What runs in it would take its time to stop.
      tti.kill("SIGKILL");
      await Promise.all([ended, ttiEnded]);
      checkout.remove();
    },
  };
}

async function stop(pid: number): Promise<void> {
  const alive = (): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  if (alive()) process.kill(pid, "SIGTERM");
  for (let tries = 0; alive() && tries < 100; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  if (alive()) process.kill(pid, "SIGKILL");
}
