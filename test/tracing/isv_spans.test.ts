// The lines of exchange.md that make spans of the exchange client's events, run as they stand there, with the OpenTelemetry an
// application has.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

test("an application makes spans of the exchange client's events as the page says", () => {
  const page = readFileSync(new URL("../../packages/exchange/docs/exchange.md", import.meta.url), "utf8");
  const [, block] = /```ts\n([^`]*?SpanKind[\s\S]*?)```/.exec(page) ?? [];
  assert.ok(block);
  const exporter = new InMemorySpanExporter();
  const trace = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const listeners: ((event: object) => void)[] = [];
  const subscribe = (name: string, listener: (event: object) => void) => {
    assert.equal(name, "tti-provider:exchange");
    listeners.push(listener);
  };
  const lines = block.replace(/^import .*$/gm, "");
  new Function("subscribe", "trace", "SpanKind", "SpanStatusCode", lines)(
    ...[subscribe, trace, SpanKind, SpanStatusCode],
  );
  const event = { tenantId: "acme", user: "ada@acme.example", durationMs: 250, awsRequestId: "id-1" };
  listeners[0]?.({ ...event, step: "assume-role-with-tag", outcome: "ok" });
  listeners[0]?.({ ...event, step: "create-token-with-iam", outcome: "error", code: "token_expired" });
  const [first, second] = exporter.getFinishedSpans();
  assert.equal(first?.name, "exchange assume-role-with-tag");
  assert.deepEqual(first.attributes, { "aws.request_id": "id-1", "app.tenant": "acme" });
  assert.deepEqual(first.duration, [0, 250_000_000]);
  assert.deepEqual([second?.status.code, second?.attributes["error.type"]], [2, "token_expired"]);
});
