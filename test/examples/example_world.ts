// Owns the world of the examples' tests: what `tti dev` starts, on free ports, with the settings and commands the
// examples' README files tell people to use, and the examples as processes of their own.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { type DevEnvironment, startDevEnvironment } from "../../src/cli/dev/dev_environment.ts";
import { readConfig } from "../../src/config.ts";
import { bareEnvironment } from "../support/surroundings.ts";
import type { TestTerminal } from "../support/terminal.ts";
import { openTypedTerminal } from "../support/typed.ts";

/** The examples' folder. */
export const examples = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "examples");

/** Everything `tti dev` runs, and a terminal beside it. */
export interface ExampleWorld {
  environment: DevEnvironment;
  terminal: TestTerminal;
  /** Runs one tti command and fails with what it said unless it succeeds. */
  tti(words: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts provider, local AWS and demo with settings of the test. */
export async function openExampleWorld(settings: Record<string, string> = {}): Promise<ExampleWorld> {
  const terminal = openTypedTerminal({ TTI_MODE: "development" });
  const config = readConfig({
    TTI_MODE: "development",
    PORT: "0",
    TTI_ADMIN_PORT: "0",
    TTI_DATA_DIR: terminal.dataDir,
    TTI_LOG_LEVEL: "fatal",
    ...settings,
  });
  const environment = await startDevEnvironment({
    config,
    sandboxPort: 0,
    demoPort: 0,
    onStep: () => undefined,
  });
  return {
    environment,
    terminal,
    async tti(words) {
      const done = await terminal.tti(words);
      assert.equal(done.exitCode, 0, done.stderr);
    },
    async close() {
      await environment.close();
      terminal.close();
    },
  };
}

/** What an example needs to find the provider. */
export function addressesOf({ environment }: ExampleWorld): Record<string, string> {
  return { TTI_ISSUER: environment.issuer };
}

/** Runs a program of an example to its end. */
export async function runExample(
  command: string,
  words: readonly string[],
  environment: Record<string, string>,
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  const child = spawn(command, words, { env: { ...bareEnvironment(), ...environment } });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const [exitCode] = (await once(child, "exit")) as [number | null];
  const [stdout, stderr] = await output;
  return { exitCode, stdout, stderr };
}

/** Starts a server of an example and waits until it says that it serves. */
export async function startExample(file: string, environment: Record<string, string>): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(examples, file)], {
    env: { ...bareEnvironment(), ...environment },
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const ended = once(child, "exit").then(() => assert.fail(`${file} ended:\n${errors}`));
  await Promise.race([once(child.stdout, "data"), ended]);
  ended.catch(() => undefined);
  return child;
}

/** A port nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
