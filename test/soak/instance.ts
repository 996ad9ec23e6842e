// Owns one instance as an operator has it: a process of `tti serve`, of this version or of the release before, with what it
// logs, what it holds, and the ways it ends.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bareEnvironment } from "../support/surroundings.ts";

/** A program that is `tti`. */
export interface Release {
  name: string;
  program: string;
}

const root = join(import.meta.dirname, "..", "..");

/** This checkout. */
export const thisRelease: Release = { name: "this version", program: join(root, "bin", "tti.mjs") };

/** A running instance. */
export interface Instance {
  /** Which one it is, by name and start: a process that comes after another is another. */
  id: string;
  release: Release;
  url: string;
  adminUrl: string;
  running(): boolean;
  /** What it holds in memory; undefined once it is gone. */
  residentBytes(): number | undefined;
  /** Lines of its log of level error and above. */
  errors: readonly Record<string, unknown>[];
  kill(): Promise<void>;
  /** SIGTERM. @returns its exit code */
  stop(): Promise<number | null>;
}

/** How it is started. */
export interface StartOptions {
  id: string;
  release: Release;
  environment: Readonly<Record<string, string>>;
  /** A module that it loads first. */
  preload?: string;
}

/**
 * Starts an instance and waits until it says that it serves.
 * @throws Error with what it said when it ends before
 */
export async function startInstance({ id, release, environment, preload }: StartOptions): Promise<Instance> {
  const first = preload === undefined ? [] : ["--import", preload];
  const child = spawn(process.execPath, [...first, release.program, "serve", "--json"], {
    env: { ...bareEnvironment(), ...environment, PORT: "0", TTI_ADMIN_PORT: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const killWithUs = () => child.kill("SIGKILL");
  process.once("exit", killWithUs);
  const ended = once(child, "exit").finally(() => process.off("exit", killWithUs));
  const errors: Record<string, unknown>[] = [];
  let said = "";
  readLines(child, (line) => {
    said = `${said}\n${line}`.slice(-4000);
    if (!/"level":"(error|fatal)"/.test(line)) return;
    errors.push(JSON.parse(line) as Record<string, unknown>);
  });
  const { localUrl, adminUrl } = await Promise.race([
    addressesOf(child),
    ended.then(([code]) => Promise.reject(new Error(`${id} ended with ${code}: ${said}`))),
  ]);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return {
    id,
    release,
    url: localUrl,
    adminUrl,
    running: isRunning,
    residentBytes: () => (isRunning() ? residentBytesOf(child.pid ?? 0) : undefined),
    errors,
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    async stop() {
      child.kill("SIGTERM");
      const [code] = (await ended) as [number | null];
      return code;
    },
  };
}

async function addressesOf(child: ChildProcess): Promise<{ localUrl: string; adminUrl: string }> {
  let printed = "";
  for await (const part of child.stdout ?? []) {
    printed += String(part);
    if (printed.includes("\n}\n")) break;
  }
  return JSON.parse(printed) as { localUrl: string; adminUrl: string };
}

function readLines(child: ChildProcess, take: (line: string) => void): void {
  let rest = "";
  child.stderr?.setEncoding("utf8").on("data", (part: string) => {
    const lines = `${rest}${part}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  });
}

function residentBytesOf(pid: number): number | undefined {
  try {
    if (process.platform === "linux") {
      return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
    }
    return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)]).toString()) * 1024;
  } catch {
    return undefined;
  }
}

/** Runs one command of a release to its end. @throws Error with what it said when it fails */
export function runCommand(
  release: Release,
  environment: Readonly<Record<string, string>>,
  words: readonly string[],
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [release.program, ...words], {
      env: { ...bareEnvironment(), ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      out += part;
    });
    child.stderr.setEncoding("utf8").on("data", (part: string) => {
      said += part;
    });
    child.once("close", (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`tti ${words.join(" ")} of ${release.name} ended with ${code}: ${out}${said}`));
    });
  });
}
