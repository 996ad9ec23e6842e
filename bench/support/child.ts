// Servers under load run in processes of their own: what the load costs must not count as theirs.
import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { bareEnvironment } from "../../test/support/surroundings.ts";

/** As bin/tti.mjs sets it: a thread for each core's signatures, and one beside. */
export const poolOfThreads = { UV_THREADPOOL_SIZE: String(Math.max(4, availableParallelism() + 1)) } as const;

/** A program under bench/support/ that was started, and answers questions. */
export interface Child {
  /** Asks the program; the answer's form is between it and its caller. */
  ask<T>(question: string, details?: unknown): Promise<T>;
  stop(): Promise<void>;
}

interface Reply {
  answer?: unknown;
  error?: string;
}

/** Starts a program of bench/support/ by its file name. */
export function startChild(file: string, environment: Readonly<Record<string, string>> = {}): Child {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = fork(path, [], {
    env: { ...bareEnvironment(), NODE_ENV: "production", ...poolOfThreads, ...environment },
    execArgv: (environment["BENCH_NODE_OPTIONS"] ?? "").split(" ").filter((word) => word !== ""),
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  return {
    ask: <T>(question: string, details: unknown = {}) => ask<T>(child, { question, details }),
    async stop() {
      process.off("exit", kill);
      if (child.exitCode !== null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

function ask<T>(child: ChildProcess, message: { question: string; details: unknown }): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const ended = () => reject(new Error("a server of the benchmark has ended"));
    child.once("exit", ended);
    child.once("message", ({ answer, error }: Reply) => {
      child.off("exit", ended);
      if (error === undefined) resolve(answer as T);
      else reject(new Error(error));
    });
    child.send(message as object);
  });
}

/** Answers the parent's questions, one at a time, until it lets go; then ends. To be called by the program. */
export function answerParent(
  answers: Readonly<Record<string, (details: never) => Promise<unknown>>>,
  end: () => Promise<void>,
): void {
  process.on("message", ({ question, details }: { question: string; details: unknown }) => {
    const reply = (message: Reply) => process.send?.(message);
    const answer = answers[question];
    if (answer === undefined) {
      reply({ error: `no answer to ${question}` });
      return;
    }
    answer(details as never).then(
      (value) => reply({ answer: value }),
      (error: unknown) =>
        reply({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.once("disconnect", () => void end());
}
