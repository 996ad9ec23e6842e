// Owns the metrics of what waits in an instance, and of what it turns away because more is asked than it can serve.
import { type CutReason, cutReasons } from "../overload/cut_reasons.ts";
import { shedReasons } from "../overload/fair_queue.ts";
import { type QueueName, queues } from "../overload/queues.ts";
import type { MetricEntry } from "./metric_entry.ts";

const labels = { queue: Object.keys(queues) as QueueName[] };

/** How an instance bears what is asked of it. */
export const metricsOfLoad = {
  tti_queue_running: {
    type: "gauge",
    help: "What of a queue is being done now.",
    labels,
    of: "instance",
  },
  tti_queue_length: {
    type: "gauge",
    help: "What waits in a queue for its turn.",
    labels,
    of: "instance",
  },
  tti_queue_oldest_seconds: {
    type: "gauge",
    help: "How long the oldest in a queue has waited for its turn; 0 where nothing waits.",
    unit: "seconds",
    labels,
    of: "instance",
  },
  tti_shed_total: {
    type: "counter",
    help: "What was not done, by queue: full (more waited than may), late (its turn would have come too late, or did), left (whoever asked had gone).",
    labels: { ...labels, reason: shedReasons },
    of: "instance",
  },
  tti_open_connections: {
    type: "gauge",
    help: "Connections that are open to a port.",
    labels: { port: ["public", "admin"] },
    of: "instance",
  },
  tti_connections_cut_total: {
    type: "counter",
    help: "Connections that were ended from this side, by port and why.",
    labels: { port: ["public", "admin"], reason: Object.keys(cutReasons) as CutReason[] },
    of: "instance",
  },
} as const satisfies Record<string, MetricEntry>;
