// Owns what traces an instance: how a trace begins, for a request or for what is done by the clock. What makes them is loaded on
// use (open_traces.ts); the rooms above know this.
import type { Span } from "./active_span.ts";
import type { SpanAttributes, SpanKind } from "./span_table.ts";

/** What a request says of the trace it belongs to (W3C Trace Context), and from where it comes. */
export interface CallerTrace {
  traceparent: string | undefined;
  tracestate: string | undefined;
  /** The caller's address, as the edge settled it. */
  address: string | undefined;
}

/** The traces of an instance. */
export interface Tracing {
  /**
   * Begins the span of a request. It joins the caller's trace if the caller is one of ours; else it begins its own, with its own
   * ids and chosen by our own rate, and links to the caller's.
   * @returns undefined: this one is not recorded
   */
  beginRequest(name: string, attributes: SpanAttributes, caller: CallerTrace): Span | undefined;
  /** Begins a trace. @returns undefined: this one is not recorded */
  begin(kind: SpanKind, name: string, attributes: SpanAttributes): Span | undefined;
  /** Hands over what is kept, within a bound. */
  close(): Promise<void>;
}
