// Owns the route of the trail's export: JSON Lines to its end, or a page as one JSON document to who asks for that.
import type Router from "@koa/router";
import { type ApiRoute, apiRoutes } from "./api_routes.ts";
import { addJsonRoute, type JsonRouteDeps } from "./json_routes.ts";
import { linesOf } from "./lines.ts";
import { exportAll, exportEvents } from "./operations/audit_chain.ts";

const [exportRoute] = apiRoutes.filter(({ operation }) => operation === exportEvents) as [ApiRoute];

/** Adds `GET /v1/audit-events/export`. */
export function addAuditExportRoute(router: Router, deps: JsonRouteDeps): void {
  addJsonRoute(router, exportRoute, deps, async (ctx, context, input) => {
    if (ctx.accepts("application/jsonl", "application/json") === "application/json") {
      return exportEvents(context, input);
    }
    const lines = await linesOf(exportAll(context, input), ({ events }) => events);
    ctx.type = "application/jsonl";
    return lines;
  });
}
