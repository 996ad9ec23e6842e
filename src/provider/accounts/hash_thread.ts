// Owns one of the threads in which passwords are hashed, at a lower priority than all else of the process: a program of its own,
// which hash_threads.ts starts.
import { getPriority, setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import type { Answer, Job } from "./hash_threads.ts";
import { makeHash, matchesHash } from "./hash_work.ts";

/** How much nicer than the process: by Linux's weights (sched(7)) it gets a tenth of a core that others want as well. */
const nicer = 10;
const nicest = 19;

// On Linux priority belongs to a thread, so this is ours alone (setpriority(2), "C library/kernel differences"). Elsewhere it
// would be that of the whole process.
if (process.platform === "linux") {
  try {
    setPriority(Math.min(nicest, getPriority() + nicer));
  } catch {
    // A container may forbid the call. Then hashes are as urgent as anything else.
  }
}

const compute = async (job: Job): Promise<Answer> => {
  try {
    return { value: job.kind === "make" ? makeHash(job) : await matchesHash(job) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
};

parentPort?.on("message", async (job: Job) => parentPort?.postMessage(await compute(job)));
