// Owns what the log says of traces that cannot be handed over: once when it begins, once when it is over, with how many spans were
// lost. A collector that is gone for a night writes two lines.
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import type { Log } from "../log.ts";
import { errorTypeOf } from "../tracing/active_span.ts";

/** Puts itself before an exporter and tells how it fares. @param url where it sends to; the log names the host */
export function tellOfExports(exporter: SpanExporter, url: string, log: Log): SpanExporter {
  const { host } = new URL(url);
  let lost = 0;
  return {
    export(batch, done) {
      exporter.export(batch, (result) => {
        if (result.error === undefined && result.code === 0) {
          if (lost > 0) log.info({ host, lost }, "traces are handed over again");
          lost = 0;
        } else {
          if (lost === 0)
            log.warn(
              { host, fault: faultOf(result.error) },
              "traces cannot be handed over; requests go on, spans are lost",
            );
          lost += batch.length;
        }
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}

// What a collector answers is not ours to repeat.
function faultOf(error: unknown): string {
  const status: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return typeof status === "number" ? `status ${status}` : errorTypeOf(error);
}
