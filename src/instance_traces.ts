// Owns whether a running instance is traced: by its settings, from before its first statement.
import { randomUUID } from "node:crypto";
import type { Database } from "./db/connect.ts";
import type { Log } from "./log.ts";
import { traceBackground } from "./observability/background_spans.ts";
import { type TracingConfig, traceSettingsOf } from "./observability/trace_settings.ts";
import type { Tracing } from "./tracing/tracing.ts";

/**
 * Begins to trace.
 * @returns undefined if no setting says where traces go: then nothing is loaded for them
 */
export async function traceInstance(
  config: TracingConfig,
  { db, log, version }: { db: Database; log: Log; version: string | undefined },
): Promise<Tracing | undefined> {
  const settings = traceSettingsOf(config, randomUUID());
  if (settings === undefined) return undefined;
  const { openTraces } = await import("./observability/open_traces.ts");
  const tracing = await openTraces(settings, { log, ...(version === undefined ? {} : { version }) });
  traceBackground(db, tracing);
  return tracing;
}
