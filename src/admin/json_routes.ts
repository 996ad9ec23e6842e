// Owns what every JSON route of ours has in common, on whichever port it stands: authentication before anything
// is read, and problem+json for every failure (RFC 9457).
import type Router from "@koa/router";
import type { Context, Next } from "koa";
import { matchedRouteOf } from "../access_log.ts";
import { countAuditEvent } from "../audit/audit_store.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/connect.ts";
import { OperationError } from "../errors.ts";
import { answerOf, type ErrorAnswer, logFailure, problemBody } from "../http_errors.ts";
import type { Log } from "../log.ts";
import type { BackEndToken } from "../provider/clients/access_tokens.ts";
import { currentRequest, describeRequest } from "../request_context.ts";
import { type AdminRoute, type RouteContext, routeRequestOf } from "./admin_routes.ts";
import { adminScope, authenticateBackEnd } from "./authenticate.ts";
import { readJsonBody } from "./json_body.ts";

/** What routes of the table work with, before there is a caller. */
export interface JsonRouteDeps extends Omit<RouteContext, "caller" | "actor"> {
  /** Looks up the access token of a back end at the provider that serves now. */
  findBackEndToken(token: string): Promise<BackEndToken | undefined>;
}

/** What answering works with. */
export interface AnswerDeps {
  db: Database;
  clock: Clock;
  log: Log;
}

// Anybody can be refused as often as they like: equal refusals of a minute are one row. A refusal stands, recorded or
// not.
async function recordRefusal(
  { db, clock, log }: AnswerDeps,
  method: string,
  { status, code: reason }: ErrorAnswer,
): Promise<void> {
  const { route = "unknown", clientId } = currentRequest() ?? {};
  const actor = clientId === undefined ? "nobody" : `client:${clientId}`;
  const details = { route: `${method} ${route}`, status, reason };
  try {
    await countAuditEvent(db, { type: "admin.refused", actor, clientId, details }, clock());
  } catch (err) {
    log.error({ err }, "a refusal could not be recorded");
  }
}

/**
 * Answers whatever a JSON route throws, and an address nobody has, as a problem document.
 * @param requestId found again in the log; the answer carries it
 * @see RFC 9457; RFC 6750 section 3 for the challenge
 */
export async function answerInJson(
  ctx: Context,
  next: Next,
  deps: AnswerDeps,
  requestId: string,
): Promise<void> {
  ctx.set({
    "X-Request-Id": requestId,
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  });
  try {
    await next();
    describeRequest({ route: matchedRouteOf(ctx) });
    if (ctx.status === 404 && ctx.body === undefined) {
      throw new OperationError("not_found", "There is no such address in this API.", {
        fix: "Check path and method: docs/admin-api.md lists every route, and on which port it answers.",
      });
    }
  } catch (error) {
    const answer = answerOf(error);
    describeRequest({ route: matchedRouteOf(ctx) });
    logFailure(deps.log, ctx.req, error);
    if (answer.status === 401 || answer.status === 403) await recordRefusal(deps, ctx.method, answer);
    ctx.status = answer.status;
    if (answer.status === 401) ctx.set("WWW-Authenticate", 'Bearer realm="tti-provider"');
    if (answer.code === "forbidden") {
      ctx.set("WWW-Authenticate", 'Bearer realm="tti-provider", error="insufficient_scope"');
    }
    ctx.body = problemBody(answer, requestId);
    ctx.type = "application/problem+json";
  }
}

/** Adds routes of the table to a router, each behind an access token with its scope. */
export function addJsonRoutes(router: Router, routes: readonly AdminRoute[], deps: JsonRouteDeps): void {
  for (const route of routes) {
    router[route.method](route.path, async (ctx) => {
      const scope = route.scope ?? adminScope;
      const caller = await authenticateBackEnd(ctx.get("authorization"), scope, deps.findBackEndToken);
      const hasBody = route.method === "post" || route.method === "patch";
      const body = hasBody ? await readJsonBody(ctx.req) : {};
      const context = { ...deps, caller, actor: `client:${caller.clientId}` };
      ctx.body = await route.run(context, routeRequestOf(ctx, body));
      ctx.status = route.status;
    });
  }
}
