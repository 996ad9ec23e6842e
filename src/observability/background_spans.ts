// Owns traces of what no request asks for: mails, logouts, upkeep. Each begins a trace, in that of the instance whose connection it
// works by, as recorder.ts tells what is counted.
import { type Database, stateOf } from "../db/connect.ts";
import { followSpan, outsideSpans, type Span } from "../tracing/active_span.ts";
import type { SpanAttributes, SpanKind } from "../tracing/span_table.ts";
import type { Tracing } from "../tracing/tracing.ts";

const tracings = new WeakMap<object, Tracing>();

/** Has what is done in the background by a pool's connections traced from now on. */
export function traceBackground(db: Database, tracing: Tracing): void {
  tracings.set(stateOf(db), tracing);
}

/** Does work as a trace of its own; where nothing is traced it is just done. */
export function inBackgroundSpan<Result>(
  db: Database,
  [kind, name]: readonly [SpanKind, string],
  attributes: SpanAttributes,
  work: (span: Span | undefined) => Promise<Result>,
): Promise<Result> {
  const span = tracings.get(stateOf(db))?.begin(kind, name, attributes);
  return span === undefined ? outsideSpans(() => work(undefined)) : followSpan(span, work);
}
