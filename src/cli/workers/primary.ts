// Owns the primary process of an instance with workers: it holds the ports, hands each connection to a worker, and leads them. It
// opens no store and serves no request, so that nothing which befalls those befalls it.
import cluster, { type Worker } from "node:cluster";
import { extname, join } from "node:path";
import type { Config } from "../../config.ts";
import type { Log } from "../../log.ts";
import { untilCrashed } from "../crash.ts";
import type { Terminal } from "../terminal.ts";
import { type Crew, createCrew, crewPolicy, type Hand } from "./crew.ts";
import { WorkerDidNotStart } from "./failed_start.ts";
import { createGathering } from "./gather.ts";
import { takeBackUntaken } from "./handed_over.ts";
import type { Order, Report } from "./messages.ts";
import { passOn } from "./passed_lines.ts";
import type { WorkersPlan } from "./plan.ts";

// The first word of a worker's command line, by which main.ts knows it. No command: nobody types it.
const workerWord = "serve-worker";

/**
 * Serves with several processes until it is told to stop.
 * @returns the exit code
 * @throws WorkerDidNotStart if a worker cannot start before all of them have served
 */
export async function servePrimary(
  { workers: size, connections }: WorkersPlan,
  { config, log, terminal }: { config: Config; log: Log; terminal: Terminal },
): Promise<number> {
  log.info({ workers: size, connectionsAtMost: connections }, "workers are starting");
  cluster.schedulingPolicy = cluster.SCHED_RR;
  cluster.setupPrimary({
    exec: join(import.meta.dirname, "..", `main${extname(import.meta.filename)}`),
    args: [workerWord, ...(terminal.json ? ["--json"] : [])],
    silent: true,
  });
  const policy = { ...crewPolicy, size, limitMs: config.shutdownLimitSeconds * 1000 };
  const crew: Crew = createCrew({ log, after, start: startOne }, policy);
  const gathering = createGathering(crew, size, after);
  function startOne(): Hand {
    const worker = cluster.fork();
    const hand = handOf(worker);
    passOn(worker.process, log);
    takeBackUntaken(worker.process, () => crew.serving().some((other) => other.hand !== hand));
    worker.process.on("message", (report: Report) => {
      crew.heard(hand, report);
      gathering.heard(hand, report);
    });
    // Not before its last words have been read.
    worker.process.once("close", (code, signal) => crew.ended(hand, { code, signal }));
    worker.on("error", (err) => {
      if (worker.process.pid !== undefined) return;
      // The system gave no process: there is no end to hear of.
      log.error({ err }, "a worker could not be started");
      crew.ended(hand, { code: 1, signal: null });
    });
    return hand;
  }
  const ticking = setInterval(() => crew.tick(), policy.tickMs);
  const release = onStopSignals(crew, log);
  crew.begin();
  void crew.complete.then((addresses) => {
    const { issuer, localUrl, adminUrl } = addresses;
    log.info({ workers: size, connectionsAtMost: connections }, "all workers serve");
    terminal.result(
      { ...addresses, workers: size },
      `Serving ${issuer} at ${localUrl}; admin at ${adminUrl}; ${size} workers, at most ${connections} connections to the database`,
    );
    crew.greet();
  });
  const crashed = untilCrashed(log).then(() => ({ code: 1, failure: undefined }));
  const { code, failure } = await Promise.race([crew.over, crashed]);
  clearInterval(ticking);
  release();
  if (failure !== undefined) throw new WorkerDidNotStart(failure);
  return code;
}

function after(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms);
  return () => clearTimeout(timer);
}

function handOf(worker: Worker): Hand {
  return {
    pid: worker.process.pid,
    send(order: Order) {
      // Whoever is gone by then is told of by its end.
      if (worker.isConnected()) worker.process.send(order, () => undefined);
    },
    kill: () => void worker.process.kill("SIGKILL"),
  };
}

// The first signal stops the instance in order, a second one ends it at once, as without us.
function onStopSignals(crew: Crew, log: Log): () => void {
  const signals = ["SIGINT", "SIGTERM"] as const;
  let told = false;
  const release = () => {
    for (const signal of signals) process.off(signal, stop);
  };
  const stop = (signal: NodeJS.Signals) => {
    if (!told) {
      told = true;
      crew.stop();
      return;
    }
    log.warn({ signal }, "told to stop a second time: everything ends now");
    crew.killAll();
    release();
    process.kill(process.pid, signal);
  };
  for (const signal of signals) process.on(signal, stop);
  return release;
}
