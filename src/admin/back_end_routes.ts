// Owns what the ISV's own back ends may ask for on the public port: answers to login challenges, and searches.
// Their access tokens and scopes protect these routes, so a back end on another host needs no way to the admin
// port. Nothing that administers stands here: a route is public by its permission in the table, never by its path.
import Router from "@koa/router";
import { apiRoutes } from "./api_routes.ts";
import { addJsonRoutes, type JsonRouteDeps } from "./json_routes.ts";
import { adminScope } from "./operations/permissions.ts";
import { addSearchRoute } from "./search_routes.ts";

/** The routes of the table that a back end on another host may call. */
export const backEndRoutes = apiRoutes.filter(({ permission }) => permission !== adminScope);

/** Makes the router of the public port's `/v1`. */
export function createBackEndRouter(deps: JsonRouteDeps): Router {
  const router = new Router();
  addJsonRoutes(router, backEndRoutes, deps);
  addSearchRoute(router, deps);
  return router;
}
