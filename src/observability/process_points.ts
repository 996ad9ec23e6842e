// Owns what is measured of the process itself: processor, memory, and how late it comes to its timers.
import { linesLost } from "../log_destination.ts";
import { at, type Point } from "./metric_table.ts";
import type { Recorder } from "./recorder.ts";

/** How the process stands. */
export function processPoints(): Point[] {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return [
    at("process_cpu_seconds_total", (user + system) / 1e6, {}),
    at("tti_log_lines_lost_total", linesLost(), {}),
    at("process_resident_memory_bytes", rss, {}),
    at("process_start_time_seconds", Math.round(performance.timeOrigin / 1000), {}),
    at("nodejs_heap_used_bytes", heapUsed, {}),
  ];
}

const lookMs = 250;

/**
 * Looks how late timers come.
 * @returns ends it
 */
export function watchEventLoop(record: Recorder): () => void {
  let dueMs = performance.now() + lookMs;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    record(at("tti_event_loop_delay_seconds", Math.max(0, nowMs - dueMs) / 1000, {}));
    dueMs = nowMs + lookMs;
  }, lookMs);
  timer.unref();
  return () => clearInterval(timer);
}
