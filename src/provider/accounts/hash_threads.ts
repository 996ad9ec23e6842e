// Owns the threads in which passwords are hashed: of their own, so that signatures, which have libuv's, never wait behind a hash; and
// of a low priority (hash_thread.ts). They are made on use and kept.
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { ToHash, ToVerify } from "./hash_work.ts";

/** What a thread is asked. */
export type Job = ({ kind: "make" } & ToHash) | ({ kind: "verify" } & ToVerify);

/** What it answers. */
export type Answer = { value: string | boolean; error?: undefined } | { value?: undefined; error: string };

/** The threads of a process. How many work at once is its caller's to bound. */
export interface HashThreads {
  /** @throws Error if it could not be computed, or its thread ended meanwhile */
  makeHash(asked: ToHash): Promise<string>;
  /** @throws Error as above */
  matchesHash(asked: ToVerify): Promise<boolean>;
}

const program = new URL(`./hash_thread${extname(import.meta.filename)}`, import.meta.url);

interface Thread {
  worker: Worker;
  underWay: PromiseWithResolvers<string | boolean> | undefined;
}

/** Makes them; no thread begins before the first hash. @param start starts one: hash_thread.ts, unless a test says otherwise */
export function createHashThreads(start = () => new Worker(program, { env: {} })): HashThreads {
  const free = new Set<Thread>();
  const begin = (): Thread => {
    const thread: Thread = { worker: start(), underWay: undefined };
    const { worker } = thread;
    const settle = (act: (job: PromiseWithResolvers<string | boolean>) => void) => {
      const job = thread.underWay;
      thread.underWay = undefined;
      worker.unref();
      if (job !== undefined) act(job);
    };
    const lost = (error: Error) => {
      free.delete(thread);
      settle((job) => job.reject(error));
    };
    worker.on("message", ({ value, error }: Answer) => {
      free.add(thread);
      settle((job) => (error === undefined ? job.resolve(value) : job.reject(new Error(error))));
    });
    worker.on("error", lost);
    worker.on("exit", (code) => lost(new Error(`The thread that hashes passwords ended with code ${code}.`)));
    return thread;
  };
  const ask = (job: Job): Promise<string | boolean> => {
    const [idle] = free;
    const thread = idle ?? begin();
    free.delete(thread);
    thread.underWay = Promise.withResolvers();
    // The process waits for what it has asked, and for no idle thread.
    thread.worker.ref();
    thread.worker.postMessage(job);
    return thread.underWay.promise;
  };
  return {
    makeHash: async (asked) => String(await ask({ kind: "make", ...asked })),
    matchesHash: async (asked) => (await ask({ kind: "verify", ...asked })) === true,
  };
}

/** Those of this process. */
export const hashThreads = createHashThreads();
