// Owns how many spans wait to be handed over, and what the log says of those that cannot be: once when it begins, once when it is
// over, with how many were lost. A collector that is gone for a night writes two lines.
import type { SpanExporter, SpanProcessor } from "@opentelemetry/sdk-trace";
import type { Log } from "../log.ts";
import { errorTypeOf } from "../tracing/active_span.ts";

/** Puts itself around an exporter and the queue before it. */
export interface ToldExports {
  exporter: SpanExporter;
  /** Lets as many spans into a queue as may wait; further ones are lost. */
  within(queue: SpanProcessor): SpanProcessor;
}

/**
 * Makes it.
 * @param url where it sends to; the log names the host
 * @param mostKept how many spans wait at most, those on their way counted in
 */
export function tellOfExports(exporter: SpanExporter, url: string, mostKept: number, log: Log): ToldExports {
  const { host } = new URL(url);
  let kept = 0;
  let lost = 0;
  const lose = (spans: number, fault: string): void => {
    if (lost === 0) log.warn({ host, fault }, "traces cannot be handed over; requests go on, spans are lost");
    lost += spans;
  };
  return {
    exporter: {
      export(batch, done) {
        exporter.export(batch, (result) => {
          kept -= batch.length;
          if (result.error !== undefined || result.code !== 0) lose(batch.length, faultOf(result.error));
          else if (lost > 0) {
            log.info({ host, lost }, "traces are handed over again");
            lost = 0;
          }
          done(result);
        });
      },
      shutdown: () => exporter.shutdown(),
      forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    },
    within: (queue) => ({
      onStart: (span, context) => queue.onStart(span, context),
      onEnd(span) {
        if (kept >= mostKept) return lose(1, "too slow");
        kept += 1;
        queue.onEnd(span);
      },
      forceFlush: () => queue.forceFlush(),
      shutdown: () => queue.shutdown(),
    }),
  };
}

// What a collector answers is not ours to repeat.
function faultOf(error: unknown): string {
  const status: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return typeof status === "number" ? `status ${status}` : errorTypeOf(error);
}
