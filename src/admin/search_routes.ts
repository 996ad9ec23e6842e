// Owns the search route: one JSON document, or NDJSON as the pages arrive.
import type Router from "@koa/router";
import type { SearchPage } from "tti-exchange";
import { type ApiRoute, apiRoutes } from "./api_routes.ts";
import { addJsonRoute, type JsonRouteDeps } from "./json_routes.ts";
import { linesOf } from "./lines.ts";
import { searchPages, searchTenant } from "./operations/search.ts";

const [searchRoute] = apiRoutes.filter(({ operation }) => operation === searchTenant) as [ApiRoute];

/** Adds `POST /v1/tenants/:tenant/search`. */
export function addSearchRoute(router: Router, deps: JsonRouteDeps): void {
  addJsonRoute(router, searchRoute, deps, async (ctx, callers, input) => {
    const aborted = new AbortController();
    // A caller that hangs up must not leave a search running.
    ctx.res.once("close", () => aborted.abort());
    const context = { ...callers, signal: aborted.signal };
    if (ctx.accepts("application/json", "application/x-ndjson") !== "application/x-ndjson") {
      return searchTenant(context, input);
    }
    const lines = await linesOf(searchPages(context, input), (page: SearchPage) => page.results);
    ctx.type = "application/x-ndjson";
    return lines;
  });
}
