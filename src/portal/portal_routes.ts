// Owns /portal: where administrators of an organization look after it. Their organization and nothing else.
import type Router from "@koa/router";
import { accountSignOutUrl } from "../provider/clients/account_client.ts";
import { findSignedIn } from "../provider/self_service/signed_in.ts";
import { seeOther } from "../see_other.ts";
import { renderPage } from "../views/render.ts";
import { addAccessRoutes } from "./access_routes.ts";
import { addActivityRoutes } from "./activity_routes.ts";
import { addCheckRoutes } from "./check_routes.ts";
import { addDomainRoutes } from "./domain_routes.ts";
import { createPortalEdge, goSignIn, type PortalDeps, showHtml } from "./edge_routes.ts";
import { addLookRoutes } from "./look_routes.ts";
import { addMemberRoutes } from "./member_routes.ts";
import { addPeopleRoutes } from "./people_routes.ts";
import { isAdministered } from "./right.ts";
import { addSetupRoutes } from "./setup_admin_routes.ts";

/** Adds the portal's addresses to a router. */
export function addPortalRoutes(router: Router, deps: PortalDeps): void {
  router.get("/portal", async (ctx) => {
    const person = await findSignedIn(deps, ctx.req, ctx.res);
    if (person === undefined) return goSignIn(ctx, deps.issuer);
    const tenants = person.places.filter(isAdministered).map(({ tenant }) => tenant);
    const [only, ...others] = tenants;
    if (only !== undefined && others.length === 0) {
      return seeOther(ctx, `/portal/${encodeURIComponent(only.id)}/people`);
    }
    const page = {
      home: "/portal",
      signOutUrl: accountSignOutUrl(deps.issuer),
      head: { title: only === undefined ? "No organization to look after" : "Choose an organization" },
      sections: [
        only === undefined
          ? {
              id: "none",
              title: "Portal",
              empty: {
                strong: "You administer no organization",
                text: "Ask an administrator of yours, or the people who run the service, to give you that role.",
                action: { label: "Your account", url: "/account" },
              },
            }
          : {
              id: "organizations",
              title: "Organizations you administer",
              table: {
                caption: "Organizations you administer",
                columns: [{ label: "Organization" }],
                rows: tenants.map(({ id, name }) => [
                  { text: name, url: `/portal/${encodeURIComponent(id)}/people` },
                ]),
              },
            },
      ],
    };
    showHtml(ctx, 200, renderPage("portal/page", page));
  });

  const edge = createPortalEdge(router, deps);
  edge.get("", async (visit) => visit.goOn("/people"));
  addPeopleRoutes(edge, deps);
  addMemberRoutes(edge, deps);
  addDomainRoutes(edge);
  addAccessRoutes(edge);
  addLookRoutes(edge);
  addSetupRoutes(edge, deps);
  addCheckRoutes(edge);
  addActivityRoutes(edge, deps);
}
