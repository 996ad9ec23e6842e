// Owns what the ISV's own back ends may ask for on the public port: answers to login challenges, and searches.
// Their access tokens and scopes protect these routes, so a back end on another host needs no way to the admin
// port. Nothing that administers stands here: a route is public by its scope in the table, never by its path.
import Router from "@koa/router";
import type { SearchService } from "../accessors/search_service.ts";
import { adminRoutes } from "./admin_routes.ts";
import { adminScope } from "./authenticate.ts";
import { addJsonRoutes, type JsonRouteDeps } from "./json_routes.ts";
import { addSearchRoute } from "./search_routes.ts";

/** What the routes need. */
export interface BackEndRouteDeps extends JsonRouteDeps {
  search: SearchService;
}

/** The routes of the table that a back end on another host may call. */
export const backEndRoutes = adminRoutes.filter(({ scope }) => (scope ?? adminScope) !== adminScope);

/** Makes the router of the public port's `/v1`. */
export function createBackEndRouter(deps: BackEndRouteDeps): Router {
  const router = new Router();
  addJsonRoutes(router, backEndRoutes, deps);
  addSearchRoute(router, deps);
  return router;
}
