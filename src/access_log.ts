// Owns the access log: one line for each request that was answered or given up, with what an operator asks first.
// Who is turned away for lack of room has none. It names the route's pattern, never the path: a path may hold a challenge or an address.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Log } from "./log.ts";
import { type RequestContext, runInRequest } from "./request_context.ts";
import { beginRequestSpan } from "./tracing/request_span.ts";
import type { Tracing } from "./tracing/tracing.ts";

/** How requests are logged. */
export interface AccessLogOptions {
  log: Log;
  /** Which port it is: `public` or `admin`. */
  port: "public" | "admin";
  /** Whether answered requests are logged; refusals and failures always are, each with its reason. */
  enabled: boolean;
  /** Told of every request, once it is over; absent: nobody measures. */
  onAnswer?: ((answer: AnswerMeasure) => void) | undefined;
  /** Traces it; absent: nobody does. */
  tracing?: Tracing | undefined;
}

/** What is measured of a request. */
export interface AnswerMeasure {
  port: "public" | "admin";
  /** Undefined where the sender went away before there was an answer, or the whole of it. */
  status: number | undefined;
  seconds: number;
}

/**
 * Serves a request so that everything below knows whose it is, and logs what came of it.
 * @param context its id and address; whoever serves it adds route and client
 */
export function followRequest<Result>(
  options: AccessLogOptions,
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
  serve: () => Result,
): Result {
  const begin = performance.now();
  const traced = beginRequestSpan(options, request, response, context);
  const { onAnswer, port } = options;
  if (onAnswer !== undefined) {
    response.once("close", () => {
      const status = response.writableFinished ? response.statusCode : undefined;
      onAnswer({ port, status, seconds: (performance.now() - begin) / 1000 });
    });
  }
  if (options.enabled) {
    response.once("close", () => {
      const { requestId, address, route, clientId, turnedAway } = context;
      // Anybody causes any number of them: overload/queues.ts tells how many.
      if (turnedAway === true) return;
      const level = route !== undefined && quietRoutes.has(route) ? "debug" : "info";
      options.log[level](
        {
          requestId,
          ...traced.ids,
          port: options.port,
          method: request.method,
          route: route ?? "unknown",
          status: response.headersSent ? response.statusCode : undefined,
          ms: Math.round(performance.now() - begin),
          ...(clientId === undefined ? {} : { clientId }),
          address,
          ...(response.writableFinished ? {} : { aborted: true }),
        },
        "request",
      );
    });
  }
  return traced.run(() => runInRequest(context, serve));
}

// Asked every few seconds by whoever watches the instance.
const quietRoutes = new Set(["/health/live", "/health/ready"]);

/** The pattern of the route a router found for a request; undefined where none fits, or the Provider serves it. */
export function matchedRouteOf(ctx: object): string | undefined {
  const route: unknown = Reflect.get(ctx, "_matchedRoute");
  return typeof route === "string" ? route : undefined;
}
