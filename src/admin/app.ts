// Owns the admin port's Koa app: request id, error edge, authentication of every route, the JSON API.
// It is meant for a private network and still trusts nobody on it.
import { randomUUID } from "node:crypto";
import Router from "@koa/router";
import Koa from "koa";
import type { SearchService } from "../accessors/search_service.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/connect.ts";
import { OperationError } from "../errors.ts";
import { answerOf, errorBody, isOurFault } from "../http_errors.ts";
import type { Log } from "../log.ts";
import type { BackEndToken } from "../provider/access_tokens.ts";
import type { Passwords } from "../provider/accounts/passwords.ts";
import type { TxtResolver } from "../provider/tenants/domain_proof.ts";
import { adminRoutes, routeRequestOf } from "./admin_routes.ts";
import { adminScope, authenticateBackEnd } from "./authenticate.ts";
import { readJsonBody } from "./json_body.ts";
import { addSearchRoute } from "./search_routes.ts";

/** What the admin app needs. */
export interface AdminAppDeps {
  db: Database;
  clock: Clock;
  log: Log;
  passwords: Passwords;
  issuer: string;
  requireVerifiedDomain: boolean;
  resolveTxt: TxtResolver;
  search: SearchService;
  /** Looks up the access token of a back end at the provider that serves now. */
  findBackEndToken(token: string): Promise<BackEndToken | undefined>;
}

/** Makes the admin app. */
export function createAdminApp(deps: AdminAppDeps): Koa {
  const app = new Koa();
  app.on("error", (error) => deps.log.error({ err: error }, "response could not be sent"));

  app.use(async function answerSafely(ctx, next) {
    const requestId = randomUUID();
    ctx.set({
      "X-Request-Id": requestId,
      "X-Content-Type-Options": "nosniff",
      "Cache-Control": "no-store",
      "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    });
    try {
      await next();
      if (ctx.status === 404 && ctx.body === undefined) {
        throw new OperationError("not_found", "There is no such address in the admin API.");
      }
    } catch (error) {
      const answer = answerOf(error);
      const fields = { requestId, method: ctx.method, path: ctx.path, code: answer.code };
      if (isOurFault(error)) deps.log.error({ ...fields, err: error }, "admin request failed");
      else deps.log.info({ ...fields, reason: answer.message }, "admin request refused");
      ctx.status = answer.status;
      // RFC 6750 section 3.
      if (answer.status === 401) ctx.set("WWW-Authenticate", 'Bearer realm="tti-admin"');
      if (answer.code === "forbidden") {
        ctx.set("WWW-Authenticate", 'Bearer realm="tti-admin", error="insufficient_scope"');
      }
      ctx.body = errorBody(answer, requestId);
    }
  });

  const router = new Router();
  for (const route of adminRoutes) {
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
  addSearchRoute(router, deps);
  app.use(router.routes());
  return app;
}
