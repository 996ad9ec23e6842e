// Owns the settings of traces: OpenTelemetry's own names, so that what an operator sets for other services holds here too.
import { none, setting } from "./setting.ts";
import { flag, fraction, integer, networks, oneOf, pairs, text, webUrl } from "./setting_values.ts";

/** How traces are chosen, as OpenTelemetry names it. */
const samplers = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

const noPairs = (): Readonly<Record<string, string>> => ({});

export const tracingSettings = {
  otlpEndpoint: setting<string | undefined>({
    name: "OTEL_EXPORTER_OTLP_ENDPOINT",
    doc: "Where traces go: the address of an OpenTelemetry collector that takes OTLP over HTTP, e.g. `http://collector:4318`. Absent, with the next one: nothing is traced ([traces.md](traces.md)).",
    fallback: none,
    parse: webUrl,
  }),
  otlpTracesEndpoint: setting<string | undefined>({
    name: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    doc: "The same, as the whole URL that spans are posted to; it goes before the one above.",
    fallback: none,
    parse: webUrl,
  }),
  otlpHeaders: setting<Readonly<Record<string, string>>>({
    name: "OTEL_EXPORTER_OTLP_HEADERS",
    doc: "What the collector asks for to let it in: `name=value` pairs, comma-separated, values percent-encoded.",
    fallback: noPairs,
    parse: pairs("secret"),
    fromFile: true,
  }),
  otlpTracesHeaders: setting<Readonly<Record<string, string>>>({
    name: "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
    doc: "The same for traces alone; they go before those above.",
    fallback: noPairs,
    parse: pairs("secret"),
    fromFile: true,
  }),
  otlpProtocol: setting<"http/protobuf">({
    name: "OTEL_EXPORTER_OTLP_PROTOCOL",
    doc: "How spans are sent: `http/protobuf`, OpenTelemetry's default, is the one there is.",
    defaultText: "`http/protobuf`",
    fallback: () => "http/protobuf",
    parse: oneOf(["http/protobuf"]),
  }),
  otelServiceName: setting<string | undefined>({
    name: "OTEL_SERVICE_NAME",
    doc: "What the service is called in traces.",
    defaultText: "`tti-provider`",
    fallback: none,
    parse: text,
  }),
  otelResourceAttributes: setting<Readonly<Record<string, string>>>({
    name: "OTEL_RESOURCE_ATTRIBUTES",
    doc: "What else each span says of where it was made: `name=value` pairs, comma-separated, e.g. `deployment.environment.name=production`.",
    fallback: noPairs,
    parse: pairs("open"),
  }),
  traceSampler: setting<(typeof samplers)[number]>({
    name: "OTEL_TRACES_SAMPLER",
    doc: `Which requests are traced: one of ${samplers.map((name) => `\`${name}\``).join(", ")}.`,
    defaultText: "`parentbased_always_on`",
    fallback: () => "parentbased_always_on",
    parse: oneOf(samplers),
  }),
  traceSamplerArg: setting<number>({
    name: "OTEL_TRACES_SAMPLER_ARG",
    doc: "Which part of all requests, for the samplers named `…traceidratio`: 0 to 1.",
    defaultText: "1",
    fallback: () => 1,
    parse: fraction,
  }),
  traceDelayMs: setting({
    name: "OTEL_BSP_SCHEDULE_DELAY",
    doc: "How long finished spans wait for others before they are sent, in milliseconds.",
    defaultText: "2000",
    fallback: () => 2_000,
    parse: integer(1, 60_000),
  }),
  tracesExporter: setting<"otlp" | "none">({
    name: "OTEL_TRACES_EXPORTER",
    doc: "`none` turns traces off although there is an endpoint.",
    defaultText: "`otlp`",
    fallback: () => "otlp",
    parse: oneOf(["otlp", "none"]),
  }),
  otelDisabled: setting({
    name: "OTEL_SDK_DISABLED",
    doc: "`true` does the same.",
    defaultText: "`false`",
    fallback: () => false,
    parse: flag,
  }),
  traceJoinNetworks: setting<readonly string[]>({
    name: "TTI_TRACE_JOIN_NETWORKS",
    doc: "CIDR ranges, comma-separated, of callers whose `traceparent` is joined: your back ends, so that their trace goes on here. Of all others it makes no more than a link ([traces.md](traces.md#whose-trace-is-joined)).",
    fallback: () => [],
    parse: networks,
  }),
};
