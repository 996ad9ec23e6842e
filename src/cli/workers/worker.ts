// Owns one worker's process: it serves as a whole provider does, by the orders of the primary process, and tells it that it lives.
import cluster from "node:cluster";
import { readConfig } from "../../config.ts";
import { captureConsole, type Log, openLog } from "../../log.ts";
import { mergeTexts } from "../../observability/merged_text.ts";
import { deleteInstance } from "../../provider/keys/key_store.ts";
import type { RunningServer } from "../../running_server.ts";
import { startServer } from "../../server.ts";
import { untilCrashed } from "../crash.ts";
import { offerFirstStart } from "../first_start.ts";
import { giveBackStartMemory } from "../start_memory.ts";
import { endsWithin } from "../stop_signal.ts";
import { Terminal } from "../terminal.ts";
import { productVersion } from "../version.ts";
import { failedStart } from "./failed_start.ts";
import type { MetricsPart, Order, Report } from "./messages.ts";

const aliveEveryMs = 1_000;
/** How long a scrape waits for the primary, in milliseconds: it answers before. */
const scrapeLimitMs = 6_000;

type Ending = "stop" | "retire" | "orphaned" | "crashed";

/**
 * Serves until the primary says otherwise, or is gone.
 * @param words options of the command that started the primary
 * @returns the exit code
 */
export async function runWorker(words: readonly string[]): Promise<number> {
  // Whoever ends the instance tells the primary, or every process: the primary knows which it is. Ctrl-C reaches all of them.
  process.on("SIGTERM", () => void tell({ report: "signalled" }));
  process.on("SIGINT", () => undefined);
  const alive = setInterval(() => void tell({ report: "alive" }), aliveEveryMs);
  const ending = Promise.withResolvers<Ending>();
  const place = Promise.withResolvers<{ worker: number; size: number }>();
  const abort = new AbortController();
  const end = (how: Ending) => {
    abort.abort();
    ending.resolve(how);
  };
  const scrapes = createScrapes();
  let onDuty = false;
  let running: RunningServer | undefined;
  let log: Log | undefined;
  const obey = async (order: Order): Promise<void> => {
    if (order.order === "serve") place.resolve(order);
    else if (order.order === "stop" || order.order === "retire") {
      onDuty = false;
      end(order.order);
    } else if (order.order === "duty") onDuty = true;
    else if (order.order === "measured") scrapes.answer(order.id, order.parts);
    else if (running === undefined || log === undefined) return;
    else if (order.order === "measure")
      await tell({ report: "measured", id: order.id, text: (await running.measure()) ?? "" });
    else if (order.order === "forget") await forget(running, order.instanceId, log);
    else {
      const terminal = new Terminal(process, words.includes("--json"));
      await offerFirstStart(running, { config: readConfig(undefined, "production"), log, terminal });
    }
  };
  process.on("message", (order) => {
    obey(order as Order).catch((err) => log?.error({ err }, "an order of the primary process failed"));
  });
  cluster.worker?.on("disconnect", () => {
    // Without this Node.js ends the process in the middle of what it serves.
    if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true;
    log?.fatal("the primary process is gone; this worker ends what is under way, and itself");
    end("orphaned");
  });
  await tell({ report: "hello" });
  try {
    const given = await Promise.race([place.promise, ending.promise]);
    if (typeof given === "string") return 0;
    return await serveAs(given.worker, given.size);
  } finally {
    clearInterval(alive);
  }

  async function serveAs(worker: number, size: number): Promise<number> {
    try {
      const config = readConfig(undefined, "production");
      log = openLog({ level: config.logLevel, worker });
      captureConsole(log);
      const crashed = untilCrashed(log).then(() => "crashed" as const);
      void crashed.then(end);
      const limitMs = config.shutdownLimitSeconds * 1000;
      const crew = { size, onDuty: () => onDuty, scrapeAll: () => scrapes.ask() };
      const options = { log, version: productVersion(), signal: abort.signal, crew };
      const starting = startServer(config, options);
      const started = await Promise.race([starting, ending.promise]);
      if (started === "crashed") return 1;
      if (typeof started === "string") {
        const given = starting.then((server) => server.close()).catch(() => 0);
        return (await endsWithin(limitMs, given)) && started !== "orphaned" ? 0 : 1;
      }
      running = started;
      const { issuer, localUrl, adminUrl, keyRing } = started;
      const addresses = { issuer, localUrl, adminUrl };
      await tell({ report: "serving", addresses, instanceId: keyRing.instanceId });
      giveBackStartMemory(log);
      const how = await ending.promise;
      if (how === "crashed") return 1;
      let cutOff = 0;
      const closing = started.close({ alone: how !== "stop" }).then((count) => {
        cutOff = count;
      });
      const inTime = await Promise.race([endsWithin(limitMs, closing), crashed]);
      if (inTime === "crashed") return 1;
      if (!inTime) log.fatal({ limitSeconds: config.shutdownLimitSeconds }, "worker did not stop in time");
      return inTime && cutOff === 0 && how !== "orphaned" ? 0 : 1;
    } catch (error) {
      if (abort.signal.aborted) return 0;
      await tell({ report: "failed", failure: failedStart(error) });
      return 1;
    }
  }
}

/** Tells the primary, if it is there; resolves once it is sent. */
function tell(report: Report): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(report, undefined, undefined, () => resolve());
  });
}

// A process that is gone keeps nobody waiting: what signs with a new key waits for every instance that is taken for alive.
async function forget({ db }: RunningServer, instanceId: string, log: Log): Promise<void> {
  await deleteInstance(db, instanceId);
  log.info({ instance: instanceId }, "the keys of a worker that is gone are waited for no longer");
}

/** Asks for the metrics of all processes; whoever asks meanwhile gets the same answer. */
function createScrapes() {
  const waiting = new Map<number, (text: string) => void>();
  let last = 0;
  let underWay: Promise<string> | undefined;
  const askOnce = async (): Promise<string> => {
    last += 1;
    const id = last;
    let timer: NodeJS.Timeout | undefined;
    const answer = new Promise<string>((resolve, reject) => {
      waiting.set(id, resolve);
      timer = setTimeout(() => reject(new Error("the primary process did not answer")), scrapeLimitMs);
    });
    await tell({ report: "scrape", id });
    return answer.finally(() => {
      clearTimeout(timer);
      waiting.delete(id);
    });
  };
  return {
    ask(): Promise<string> {
      underWay ??= askOnce().finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
    answer(id: number, parts: readonly MetricsPart[]): void {
      waiting.get(id)?.(mergeTexts(parts));
    },
  };
}
