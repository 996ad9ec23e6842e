// `tti serve` as an operator starts it, from source as a clone does, or built as the package is: how soon it serves, and what its
// processes take.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { bareEnvironment } from "../../test/support/surroundings.ts";
import { poolOfThreads } from "./child.ts";
import { awsClientId } from "./installation.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** `source`: a clone; `built`: what the package installs, after `npm run build`. */
export type Form = "source" | "built";

/** The issuer of what is started: https, as in life, behind a proxy that ends TLS. */
export const servedIssuer = "https://id.example";
/** What such a proxy adds. */
export const proxyHeaders = { "x-forwarded-proto": "https", "x-forwarded-for": "198.51.100.1" } as const;

const wordsOf = (form: Form): string[] =>
  form === "source" ? [`${root}bin/tti.mjs`] : ["--conditions=tti-built", `${root}dist/src/cli/main.js`];

/** The settings of an installation on a store. @param store where it is: TTI_DATA_DIR or DATABASE_URL */
export function servedEnvironment(store: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return {
    ...bareEnvironment(),
    TTI_ISSUER: servedIssuer,
    TTI_TRUSTED_PROXIES: "1",
    TTI_SECRETS: randomBytes(32).toString("base64"),
    TTI_CLIENT_ID: awsClientId,
    TTI_LOG_LEVEL: "warn",
    PORT: "0",
    TTI_ADMIN_PORT: "0",
    // As bin/tti.mjs sets it, which the built form is started without.
    ...poolOfThreads,
    ...store,
  };
}

/** A running `tti serve`. */
export interface Serving {
  localUrl: string;
  pid: number;
  /** The processes it started: its workers. */
  workers(): number[];
  residentBytes(): number;
  stop(): Promise<void>;
}

/** Compiles the program and its packages, for the built form. */
export async function buildProgram(): Promise<void> {
  await promisify(execFile)(process.execPath, [`${root}scripts/build.mjs`], { cwd: root });
}

/** Runs `tti migrate up` to its end. */
export async function migrateStore(environment: NodeJS.ProcessEnv, form: Form): Promise<void> {
  await promisify(execFile)(process.execPath, [...wordsOf(form), "migrate", "up"], { env: environment });
}

/** Starts `tti serve`, and waits until it says that it serves. @throws Error if it ends before */
export async function startServe(
  environment: NodeJS.ProcessEnv,
  form: Form,
  words: readonly string[] = [],
): Promise<Serving> {
  const child = spawn(process.execPath, [...wordsOf(form), "serve", ...words], {
    env: environment,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = once(child, "exit");
  const localUrl = await Promise.race([
    addressOf(child),
    ended.then(() => Promise.reject(new Error("tti serve ended"))),
  ]);
  const pid = child.pid ?? 0;
  return {
    localUrl,
    pid,
    workers: () => childrenOf(pid),
    residentBytes: () => residentBytesOf(pid),
    async stop() {
      process.off("exit", kill);
      child.kill("SIGTERM");
      await ended;
    },
  };
}

// The stream stays open: who reads it to an end closes it under the program's next line.
function addressOf({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let said = "";
    stdout?.on("data", (chunk: Buffer) => {
      said += chunk;
      const [, port] = /at http:\/\/localhost:(\d+)/.exec(said) ?? [];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
    });
  });
}

// proc_pid_stat(5): the fourth field is the parent; the name before it may hold spaces.
function childrenOf(pid: number): number[] {
  const parentOf = (child: string): number => {
    try {
      return Number(/^.*\) \S (\d+)/s.exec(readFileSync(`/proc/${child}/stat`, "utf8"))?.[1]);
    } catch {
      return 0;
    }
  };
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number);
}

function residentBytesOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
}
