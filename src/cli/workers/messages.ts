// Owns what the primary process of an instance and its workers say to each other. Each message is JSON; neither waits for the
// other without a bound.
import type { ConfigFault } from "../../config.ts";
import type { ToldError } from "../terminal.ts";

/** Where a worker serves: the same for all of them. */
export interface ServedAddresses {
  issuer: string;
  localUrl: string;
  adminUrl: string;
}

/** Why a start failed, as one process tells another. */
export interface FailedStart extends ToldError {
  faults?: readonly ConfigFault[];
  kid?: string;
  /** What nobody foresaw is told with its stack. */
  err?: { type: string; message: string; stack: string | undefined };
}

/** The metrics of one process. */
export interface MetricsPart {
  /** The number of the worker, or `primary`. */
  worker: string;
  /** Prometheus's text. */
  text: string;
}

/** What the primary tells a worker. */
export type Order =
  /** Start, as this one of so many. */
  | { order: "serve"; worker: number; size: number }
  /** Do from now on what one worker does for all. */
  | { order: "duty" }
  /** Let the first owner in, if there is none. */
  | { order: "greet" }
  /** Leave; the others go on. */
  | { order: "retire" }
  /** The instance stops. */
  | { order: "stop" }
  /** Take an instance of the key ring off the list, whose process is gone. */
  | { order: "forget"; instanceId: string }
  | { order: "measure"; id: number }
  | { order: "measured"; id: number; parts: readonly MetricsPart[] };

/** What a worker tells the primary. */
export type Report =
  /** It runs, and takes orders. */
  | { report: "hello" }
  | { report: "alive" }
  | { report: "serving"; addresses: ServedAddresses; instanceId: string }
  | { report: "failed"; failure: FailedStart }
  /** Somebody told this process to end. */
  | { report: "signalled" }
  /** It was asked for the metrics of all. */
  | { report: "scrape"; id: number }
  | { report: "measured"; id: number; text: string };
