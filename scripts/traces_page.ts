// Owns docs/traces.md: the page is written from the tables of spans and attributes by `npm run docs`.

import { exportPolicy } from "../src/observability/open_traces.ts";
import { settings } from "../src/settings.ts";
import { spanAttributes, spans } from "../src/tracing/span_table.ts";

const rows = (cells: readonly (readonly string[])[]) =>
  cells.map((one) => `| ${one.join(" | ")} |`).join("\n");

/** The page, as Markdown. */
export function tracesPage(): string {
  const read = Object.values(settings)
    .map(({ name }) => name)
    .filter((name) => name.startsWith("OTEL_"))
    .map((name) => `\`${name}\``);
  const { mostKept, answerMs, lastMs } = exportPolicy;
  return `# Traces

<!-- Written from src/tracing and src/observability by \`npm run docs\` (scripts/traces_page.ts). Do not edit. -->

Where the time of one request went: a trace leads from the port over store, password and key to each call of AWS. Spans are sent to
an [OpenTelemetry](https://opentelemetry.io/docs/) collector, or whatever else takes OTLP over HTTP. Off until a setting says where
they go; then OpenTelemetry's packages are not loaded, and nothing is measured for them.

## Turn it on

1. Run a collector. [deploy/otel/collector.yaml](../deploy/otel/collector.yaml) is one to begin with: it takes spans on port 4318
   and hands them on. The network policy of the Kubernetes manifests lets instances reach that port in the namespace \`monitoring\`.
2. Give each instance \`OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318\`; if it asks for a key, \`OTEL_EXPORTER_OTLP_HEADERS\`, or
   the file that \`OTEL_EXPORTER_OTLP_HEADERS_FILE\` names.
3. With much traffic, trace a part of it: \`OTEL_TRACES_SAMPLER=parentbased_traceidratio\` and \`OTEL_TRACES_SAMPLER_ARG=0.05\`.

Read are ${read.join(", ")}: [settings](configuration.md). What else OpenTelemetry's exporter reads of the environment (compression,
certificates) holds as well.

*Proof: [what arrives, and where](../test/tracing/traces.test.ts), [settings](../test/config.test.ts)*

## From a request to its trace

Every answer carries \`X-Request-Id\`. It is \`tti.request.id\` of the request's span, \`requestId\` of its lines in the log and of its
events in the audit trail; so look for it in whichever you have at hand. Lines of a request that is traced carry \`trace_id\` and
\`span_id\`, too. A request that was not chosen has its lines, without them.

A step of an exchange has \`aws.request_id\`: CloudTrail shows the call under it, and AWS's support asks for it.

*Proof: [the log names trace and span](../test/tracing/traces.test.ts)*

## Whose trace is joined

Anybody may send a \`traceparent\` ([W3C Trace Context](https://www.w3.org/TR/trace-context/)). Joined without a question, it would let
a stranger have every request of theirs recorded, or make their requests part of somebody's trace. So:

| the caller's address | its \`traceparent\` |
|---|---|
| in \`TTI_TRACE_JOIN_NETWORKS\` | is joined: the same trace goes on, and the caller's choice to record it holds with the samplers named \`parentbased_…\` |
| any other | makes a link from a trace of our own, with ids of our own, chosen by our own rate; its \`tracestate\` is dropped |

The address is the one that the proxies you trust report (\`TTI_TRUSTED_PROXIES\`). Name the networks of your back ends. If the proxy
in front begins traces itself, and takes away what strangers send, name all: \`0.0.0.0/0,::/0\`.

Nothing is sent on: requests to servers of applications and tenants carry no \`traceparent\`, because whose servers those are somebody
else decided, and AWS does not go on with one; the id that AWS gives each request is in its span.

*Proof: [joined, linked, dropped](../test/tracing/traces.test.ts), [nothing sent on](../test/tracing/traces.test.ts)*

## What it costs

Spans are kept in a queue of ${mostKept} and sent beside the requests; a request never waits for a collector. What comes beyond the
queue is lost. A collector that cannot be reached, refuses, is too slow for what comes or takes longer than ${answerMs / 1000} seconds is told by one line of the log (level
\`warn\`), and one more when it is back, with how many spans were lost. A stop waits ${lastMs / 1000} seconds for the last ones.

*Proof: [a collector in trouble](../test/tracing/traces.test.ts)*

## What it holds, and what it never holds

Traces go to a system that other people read. So they hold what the tables below say and nothing else: no address, name or id of a
person, no token or key, no path, query, header or body, no statement's text or values, no text of a search, no message of an error
(its code instead). Applications and tenants are named by id.

*Proof: [attributes of the tables](../test/tracing/traces.test.ts), [nothing planted is found](../test/security/canaries.test.ts)*

## All spans

Whatever is recorded is one of these.

| kind | role | named | what it is |
|---|---|---|---|
${rows(Object.entries(spans).map(([kind, { role, named, help }]) => [kind, role, named, help]))}

*Proof: [whatever arrives is of these](../test/tracing/traces.test.ts)*

## All attributes

| attribute | what it says |
|---|---|
${rows(Object.entries(spanAttributes).map(([name, meaning]) => [`\`${name}\``, meaning]))}

*Proof: [whatever arrives is of these](../test/tracing/traces.test.ts)*

Resource attributes: \`service.name\` (\`OTEL_SERVICE_NAME\`), \`service.version\`, \`service.instance.id\` (another at each start), and what
\`OTEL_RESOURCE_ATTRIBUTES\` adds.

## Spans of the exchange client in an application of yours

\`tti-exchange\` brings no tracing of its own and needs none: [a few lines](../packages/exchange/docs/exchange.md#watching-it) make spans
of its events with the OpenTelemetry that your application has.
`;
}
