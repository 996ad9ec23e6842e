// Owns the admin port's Koa app: request id, error edge, authentication of every route, the JSON API.
// It is meant for a private network and still trusts nobody on it.
import { randomUUID } from "node:crypto";
import Router from "@koa/router";
import Koa, { type Middleware } from "koa";
import { type AccessLogOptions, followRequest } from "../access_log.ts";
import { grantTypes } from "../grants_and_scopes.ts";
import { logUnsent } from "../http_errors.ts";
import { assertMethodIsKnown } from "../http_methods.ts";
import { assertTextTarget } from "../input/form_text.ts";
import type { Log } from "../log.ts";
import { goneOf } from "../request_context.ts";
import { apiRoutes } from "./api_routes.ts";
import { addAuditExportRoute } from "./audit_routes.ts";
import { addJsonRoutes, answerInJson, type JsonRouteDeps } from "./json_routes.ts";
import { addMetricsRoute, type MetricsFace } from "./metrics_routes.ts";
import { openApiDocument, scopeWords } from "./openapi.ts";
import { addSearchRoute } from "./search_routes.ts";

/** What the admin app needs. */
export interface AdminAppDeps extends JsonRouteDeps {
  log: Log;
  /** Whether answered requests are logged, too; default no. */
  accessLog?: boolean;
  /** The product's version. */
  version?: string | undefined;
  /** What else the port serves, before the API: it lets every request pass that is not its own. */
  pages?: Middleware;
  /** What the instance measures; absent: there is no such address. */
  metrics?: MetricsFace | undefined;
  /** Told of every request, once it is over. */
  onAnswer?: AccessLogOptions["onAnswer"];
  /** Traces every request; absent: nobody does. */
  tracing?: AccessLogOptions["tracing"];
}

/** Makes the admin app. */
export function createAdminApp(deps: AdminAppDeps): Koa {
  const app = new Koa();
  app.on("error", (error, ctx) => logUnsent(deps.log, ctx, error));
  app.use((ctx, next) => {
    const address = ctx.req.socket.remoteAddress;
    const context = { requestId: randomUUID(), address, gone: goneOf(ctx.res) };
    const { log, accessLog: enabled = false, onAnswer, tracing } = deps;
    const access = { log, port: "admin", enabled, onAnswer, tracing } as const;
    return followRequest(access, ctx.req, ctx.res, context, () => {
      const answer = () => answerInJson(ctx, next, deps, context.requestId);
      return deps.pages === undefined ? answer() : deps.pages(ctx, answer);
    });
  });

  app.use(async function textOnly(ctx, next) {
    assertTextTarget(ctx.req.url ?? "");
    await next();
  });

  app.use(async function knownMethods(ctx, next) {
    assertMethodIsKnown(ctx, [router]);
    await next();
  });

  const router = new Router();
  router.get("/", (ctx) => {
    ctx.body = selfDescription(deps.issuer);
  });
  // It tells a stranger no more than docs/admin-api.md does, and tools read it without a token.
  let description: ReturnType<typeof openApiDocument> | undefined;
  router.get("/v1/openapi.json", (ctx) => {
    // Written when it is first read: few processes are ever asked, and writing it is a third of what their start costs.
    description ??= openApiDocument(deps.issuer, deps.version ?? "0.0.0");
    ctx.body = description;
  });
  addJsonRoutes(router, apiRoutes, deps);
  addSearchRoute(router, deps);
  addAuditExportRoute(router, deps);
  if (deps.metrics !== undefined) addMetricsRoute(router, deps.metrics);
  app.use(router.routes());
  return app;
}

/** What the port says of itself to whoever opens its root: how to call it, and nothing about what it holds. */
function selfDescription(issuer: string): Record<string, unknown> {
  return {
    what: "the admin port of tti-provider; keep it on a private network",
    issuer,
    call: `Send "Authorization: Bearer …" with an access token from ${issuer}/token (grant_type=${grantTypes.clientCredentials}).`,
    scopes: scopeWords,
    routes: apiRoutes.map(({ method, path }) => `${method.toUpperCase()} ${path}`),
    description: "/v1/openapi.json",
    documentation: "docs/admin-api.md",
  };
}
