// Owns the span under way: what is done below it becomes its children, and the log names it. Where nothing is traced, and for
// requests that were not chosen to be, there is none, and whoever would make a child pays for one look.
import { AsyncLocalStorage } from "node:async_hooks";
import type { SpanAttributes, SpanKind } from "./span_table.ts";

/** A span that is recorded. Its methods do not throw. */
export interface Span {
  /** Ids as W3C Trace Context writes them: 32 and 16 hexadecimal digits. */
  readonly traceId: string;
  readonly spanId: string;
  set(attributes: SpanAttributes): void;
  rename(name: string): void;
  /** Marks it as failed. @param type why, as a code or a class; never a message, which may name anybody */
  fail(type: string): void;
  /** @param startedMs milliseconds since 1970 of what is told afterwards; absent: now */
  child(kind: SpanKind, name: string, attributes: SpanAttributes, startedMs?: number): Span;
  end(): void;
}

const storage = new AsyncLocalStorage<Span>();

/** The span under way; undefined where nothing is recorded. */
export const activeSpan = (): Span | undefined => storage.getStore();

/** The ids of a span as a line of the log names them (OpenTelemetry, "Trace Context in non-OTLP Log Formats"). */
export const idsOf = (span: Span | undefined): { trace_id?: string; span_id?: string } =>
  span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };

/** Runs work so that what it does becomes children of a span. */
export function runInSpan<Result>(span: Span, work: () => Result): Result {
  return storage.run(span, work);
}

/** Runs work that belongs to nobody's span, though it was begun in one. */
export function outsideSpans<Result>(work: () => Result): Result {
  return storage.exit(work);
}

/**
 * Does work as a span of its own, below the one under way; where there is none it is just done.
 * @param work is given the span, to say what it came to know; undefined where nothing is recorded
 * @throws whatever the work throws; the span then says why by its code
 */
export function inSpan<Result>(
  kind: SpanKind,
  name: string,
  attributes: SpanAttributes,
  work: (span: Span | undefined) => Promise<Result>,
): Promise<Result> {
  const parent = storage.getStore();
  return parent === undefined ? work(undefined) : followSpan(parent.child(kind, name, attributes), work);
}

/** Does work in a span that was begun for it, and ends that. */
export async function followSpan<Result>(span: Span, work: (span: Span) => Promise<Result>): Promise<Result> {
  try {
    return await storage.run(span, () => work(span));
  } catch (error) {
    span.fail(errorTypeOf(error));
    throw error;
  } finally {
    span.end();
  }
}

/** Tells of something that is over, as a child of the span under way. @param failed why it failed, as a code */
export function noteSpan(
  kind: SpanKind,
  name: string,
  attributes: SpanAttributes,
  { durationMs, failed }: { durationMs: number; failed?: string | undefined },
): void {
  const parent = storage.getStore();
  if (parent === undefined) return;
  const span = parent.child(kind, name, attributes, performance.timeOrigin + performance.now() - durationMs);
  if (failed !== undefined) span.fail(failed);
  span.end();
}

/** Why something failed, in a word that names nobody: the error's code or else its class. */
export function errorTypeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const code: unknown = Reflect.get(error, "code");
  if (typeof code === "string" && /^[\w.-]{1,64}$/.test(code)) return code;
  const name = error.name === "Error" ? error.constructor.name : error.name;
  return /^[\w.-]{1,64}$/.test(name) ? name : "Error";
}
