// Owns the metrics of one instance: readiness, the requests it answered, its connections to the store, its process.
import type { MetricEntry } from "./metric_entry.ts";

/** How an instance serves, and what it takes for that. */
export const metricsOfInstance = {
  tti_ready: {
    type: "gauge",
    help: "1 if this instance may be sent requests as far as the check says, as /health/ready does; 0 if not.",
    labels: { check: ["instance", "store", "keys"] },
    of: "instance",
  },
  tti_workers: {
    type: "gauge",
    help: "Processes of this instance that serve requests: as many as are wanted, and as many as do.",
    labels: { state: ["wanted", "serving"] },
    of: "instance",
  },
  tti_worker_exits_total: {
    type: "counter",
    help: "Workers that ended and were replaced, by why: crashed, hung (killed because it gave no sign of life), start_failed, renewed (told to end by itself).",
    labels: { reason: ["crashed", "hung", "start_failed", "renewed"] },
    of: "instance",
    fromZero: true,
  },
  tti_http_requests_total: {
    type: "counter",
    help: "Requests that were answered, by port and status; aborted are those whose sender went away.",
    labels: {
      port: ["public", "admin"],
      status: ["2xx", "3xx", "4xx", "429", "5xx", "503", "aborted"],
    },
    of: "instance",
    fromZero: true,
  },
  tti_http_request_duration_seconds: {
    type: "histogram",
    help: "How long requests took until their answer was out.",
    unit: "seconds",
    labels: { port: ["public", "admin"] },
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    of: "instance",
  },
  tti_store_connections: {
    type: "gauge",
    help: "Connections to the store that serve requests: used now, and idle.",
    labels: { state: ["used", "idle"] },
    of: "instance",
  },
  tti_store_connections_waiting: {
    type: "gauge",
    help: "Requests that wait for a connection to the store.",
    of: "instance",
  },
  tti_store_connections_most: {
    type: "gauge",
    help: "Most connections to the store that this instance opens for requests.",
    of: "instance",
  },
  tti_event_loop_delay_seconds: {
    type: "histogram",
    help: "How much later than asked for the process came to a timer, looked at four times a second: what holds up one request holds up all.",
    unit: "seconds",
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    of: "instance",
  },
  tti_scrape_source_up: {
    type: "gauge",
    help: "1 if what is read at a scrape could be read in time; 0: its metrics are missing from this scrape.",
    labels: { source: ["store", "readiness"] },
    of: "instance",
  },
  tti_log_lines_lost_total: {
    type: "counter",
    help: "Lines of the log that were lost, because nobody read them in time or their disk was full.",
    of: "instance",
  },
  process_cpu_seconds_total: {
    type: "counter",
    help: "Processor time of the process.",
    unit: "seconds",
    of: "instance",
  },
  process_resident_memory_bytes: {
    type: "gauge",
    help: "Memory that the process holds.",
    unit: "bytes",
    of: "instance",
  },
  process_start_time_seconds: {
    type: "gauge",
    help: "When the process started, seconds since 1970.",
    unit: "seconds",
    of: "instance",
  },
  nodejs_heap_used_bytes: {
    type: "gauge",
    help: "What of JavaScript's heap is in use.",
    unit: "bytes",
    of: "instance",
  },
} as const satisfies Record<string, MetricEntry>;
