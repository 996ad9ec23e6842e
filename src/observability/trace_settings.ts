// Owns what the settings say of traces: whether there are any, and where they go.
import type { Config } from "../config.ts";

/** Where traces go, and which. */
export interface TraceSettings {
  /** The URL spans are posted to (OTLP over HTTP, protobuf). */
  endpoint: string;
  headers: Record<string, string>;
  /** What the spans are of: service.name and what OTEL_RESOURCE_ATTRIBUTES adds. */
  resource: Record<string, string>;
  sampler: Config["traceSampler"];
  ratio: number;
  /** How long finished spans wait for others, in milliseconds. */
  delayMs: number;
  /** Networks whose callers' traces are joined. */
  joins: readonly string[];
}

/** What of the settings decides about traces. */
export type TracingConfig = Pick<
  Config,
  | "otlpEndpoint"
  | "otlpTracesEndpoint"
  | "otlpHeaders"
  | "otlpTracesHeaders"
  | "otelServiceName"
  | "otelResourceAttributes"
  | "traceSampler"
  | "traceSamplerArg"
  | "traceDelayMs"
  | "tracesExporter"
  | "otelDisabled"
  | "traceJoinNetworks"
>;

/**
 * Reads them.
 * @returns undefined: nothing is traced
 * @see OpenTelemetry Protocol Exporter, "Endpoint URLs for OTLP/HTTP": the general endpoint gets v1/traces, the one of traces
 *   is taken as it is
 */
export function traceSettingsOf(config: TracingConfig, instanceId: string): TraceSettings | undefined {
  const endpoint =
    config.otlpTracesEndpoint ??
    (config.otlpEndpoint === undefined ? undefined : `${config.otlpEndpoint.replace(/\/$/, "")}/v1/traces`);
  if (endpoint === undefined || config.otelDisabled || config.tracesExporter === "none") return undefined;
  return {
    endpoint,
    headers: { ...config.otlpHeaders, ...config.otlpTracesHeaders },
    resource: {
      "service.name": "tti-provider",
      "service.instance.id": instanceId,
      ...config.otelResourceAttributes,
      ...(config.otelServiceName === undefined ? {} : { "service.name": config.otelServiceName }),
    },
    sampler: config.traceSampler,
    ratio: config.traceSamplerArg,
    delayMs: config.traceDelayMs,
    joins: config.traceJoinNetworks,
  };
}
