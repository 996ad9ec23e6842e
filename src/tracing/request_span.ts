// Owns the span of a request: what it says of it, and that it ends when the answer is out or its sender has left.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { RequestContext } from "../request_context.ts";
import { idsOf, runInSpan, type Span } from "./active_span.ts";
import type { Tracing } from "./tracing.ts";

/** A request under way, traced or not. */
export interface RequestTrace {
  /** What the lines of the log name. */
  ids: ReturnType<typeof idsOf>;
  /** Serves it, so that what is done for it becomes part of its trace. */
  run<Result>(serve: () => Result): Result;
}

// Asked every few seconds by whoever watches the instance.
const untraced = /^\/(?:health\/|metrics(?:$|\?))/;

// RFC 9110, RFC 5789: whatever else a client sends as a method would name a span.
const knownMethods = new Set("CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT TRACE".split(" "));

const notTraced: RequestTrace = { ids: {}, run: (serve) => serve() };

/**
 * Begins it, if the instance is traced and this request was chosen to be.
 * @param context its id and address; whoever serves it adds route and client
 */
export function beginRequestSpan(
  { tracing, port }: { tracing?: Tracing | undefined; port: "public" | "admin" },
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
): RequestTrace {
  if (tracing === undefined || untraced.test(request.url ?? "")) return notTraced;
  const method = knownMethods.has(request.method ?? "") ? request.method : "_OTHER";
  const span = tracing.beginRequest(
    method ?? "_OTHER",
    { "http.request.method": method, "tti.request.id": context.requestId, "tti.port": port },
    {
      traceparent: oneOf(request.headers["traceparent"]),
      tracestate: oneOf(request.headers["tracestate"]),
      address: context.address,
    },
  );
  if (span === undefined) return notTraced;
  response.once("close", () => endRequestSpan(span, method ?? "_OTHER", response, context));
  return { ids: idsOf(span), run: (serve) => runInSpan(span, serve) };
}

// A header that came twice is none (W3C Trace Context section 3.2).
const oneOf = (value: string | string[] | undefined): string | undefined =>
  typeof value === "string" ? value : undefined;

function endRequestSpan(span: Span, method: string, response: ServerResponse, context: RequestContext): void {
  const { route, clientId } = context;
  const status = response.headersSent ? response.statusCode : undefined;
  if (route !== undefined) span.rename(`${method} ${route}`);
  span.set({ "http.route": route, "http.response.status_code": status, "tti.client.id": clientId });
  if (!response.writableFinished) span.fail("aborted");
  else if (status !== undefined && status >= 500) span.fail(`${status}`);
  span.end();
}
