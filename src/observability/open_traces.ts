// Owns the traces of one instance: OpenTelemetry's SDK, given what the settings say. Its packages are loaded here, on use: an
// instance that is not traced pays nothing for them. Nothing global of theirs is set, so several instances in one process have
// their own. Spans are kept in a queue of a bounded length and handed over beside the requests: a collector that is slow or gone
// holds nobody up, and costs spans.
import type { Attributes, Link, SpanContext } from "@opentelemetry/api";
import { isIn, networksOf } from "../input/networks.ts";
import type { Log } from "../log.ts";
import type { Span } from "../tracing/active_span.ts";
import { type SpanAttributes, type SpanKind, spans } from "../tracing/span_table.ts";
import type { CallerTrace, Tracing } from "../tracing/tracing.ts";
import { tellOfExports } from "./told_exports.ts";
import type { TraceSettings } from "./trace_settings.ts";

/** How spans are kept and handed over; times in milliseconds. */
export interface ExportPolicy {
  /** How many finished spans are kept at most; what comes beyond is lost. */
  mostKept: number;
  /** How many are handed over at once. */
  mostAtOnce: number;
  /** How long a collector may take. */
  answerMs: number;
  /** How long a stop waits for the last ones. */
  lastMs: number;
}

/** The defaults. */
export const exportPolicy: ExportPolicy = {
  mostKept: 4_096,
  mostAtOnce: 512,
  answerMs: 10_000,
  lastMs: 2_000,
};

const longestValue = 256;

/** Opens them. */
export async function openTraces(
  settings: TraceSettings,
  { log, version = "0.0.0", policy = exportPolicy }: { log: Log; version?: string; policy?: ExportPolicy },
): Promise<Tracing> {
  const [api, sdk, { OTLPTraceExporter }, { W3CTraceContextPropagator }, { resourceFromAttributes }] =
    await Promise.all([
      import("@opentelemetry/api"),
      import("@opentelemetry/sdk-trace"),
      import("@opentelemetry/exporter-trace-otlp-proto"),
      import("@opentelemetry/core"),
      import("@opentelemetry/resources"),
    ]);
  const { endpoint: url, headers, sampler, ratio, joins } = settings;
  const exporter = new OTLPTraceExporter({ url, headers, timeoutMillis: policy.answerMs });
  const told = tellOfExports(exporter, url, policy.mostKept, log);
  const batches = new sdk.BatchSpanProcessor({
    exporter: told.exporter,
    maxQueueSize: policy.mostKept,
    maxExportBatchSize: policy.mostAtOnce,
    scheduledDelayMillis: settings.delayMs,
    exportTimeoutMillis: policy.answerMs + 1_000,
  });
  const chosen = () => {
    const root = sampler.endsWith("always_off")
      ? new sdk.AlwaysOffSampler()
      : sampler.endsWith("always_on")
        ? new sdk.AlwaysOnSampler()
        : new sdk.TraceIdRatioBasedSampler(ratio);
    return sampler.startsWith("parentbased_") ? new sdk.ParentBasedSampler({ root }) : root;
  };
  const provider = new sdk.TracerProvider({
    sampler: chosen(),
    resource: resourceFromAttributes({ "service.version": version, ...settings.resource }),
    spanProcessors: [told.within(batches)],
    spanLimits: { attributeValueLengthLimit: longestValue, attributeCountLimit: 32, linkCountLimit: 1 },
  });
  const tracer = provider.getTracer("tti-provider", version);
  const roles = {
    server: api.SpanKind.SERVER,
    client: api.SpanKind.CLIENT,
    consumer: api.SpanKind.CONSUMER,
    internal: api.SpanKind.INTERNAL,
  };

  interface Beginning {
    parent?: SpanContext | undefined;
    links?: Link[];
    startedMs?: number | undefined;
  }
  const begin = (kind: SpanKind, name: string, attributes: SpanAttributes, beginning: Beginning = {}) => {
    const { parent, links, startedMs } = beginning;
    const around =
      parent === undefined ? api.ROOT_CONTEXT : api.trace.setSpanContext(api.ROOT_CONTEXT, parent);
    const role = roles[spans[kind].role];
    const started = tracer.startSpan(
      name,
      {
        kind: role,
        attributes: plain(attributes),
        ...(links === undefined ? {} : { links }),
        ...(startedMs === undefined ? {} : { startTime: startedMs }),
      },
      around,
    );
    if (!started.isRecording()) return undefined;
    const { traceId, spanId } = started.spanContext();
    const span: Span = {
      traceId,
      spanId,
      set: (more) => void started.setAttributes(plain(more)),
      rename: (to) => void started.updateName(to),
      fail(type) {
        started.setAttribute("error.type", type);
        started.setStatus({ code: api.SpanStatusCode.ERROR });
      },
      child: (childKind, childName, more, childStartedMs) =>
        // Below a span that is recorded all are: none is lost from the middle of a trace.
        begin(childKind, childName, more, { parent: started.spanContext(), startedMs: childStartedMs }) ??
        unrecorded(span),
      end: () =>
        started.end(startedMs === undefined ? undefined : performance.timeOrigin + performance.now()),
    };
    return span;
  };

  const propagator = new W3CTraceContextPropagator();
  const joined = networksOf(joins);
  // Of a header that is none, or an id of zeros, nothing is taken.
  const saidBy = ({ traceparent, tracestate }: CallerTrace): SpanContext | undefined => {
    const context = propagator.extract(
      api.ROOT_CONTEXT,
      { traceparent, tracestate },
      api.defaultTextMapGetter,
    );
    return api.trace.getSpanContext(context);
  };

  return {
    beginRequest(name, attributes, caller) {
      const said = caller.traceparent === undefined ? undefined : saidBy(caller);
      if (said === undefined) return begin("request", name, attributes);
      if (caller.address !== undefined && isIn(joined, caller.address))
        return begin("request", name, attributes, { parent: said });
      const { traceId, spanId, traceFlags } = said;
      // Its ids and nothing else: what a stranger writes into tracestate goes nowhere.
      return begin("request", name, attributes, { links: [{ context: { traceId, spanId, traceFlags } }] });
    },
    begin: (kind, name, attributes) => begin(kind, name, attributes),
    async close() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, policy.lastMs);
      });
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
      clearTimeout(timer);
    },
  };
}

function unrecorded(parent: Span): Span {
  return { ...parent, set() {}, rename() {}, fail() {}, end() {} };
}

function plain(attributes: SpanAttributes): Attributes {
  const given: Attributes = {};
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) given[name] = value;
  return given;
}
