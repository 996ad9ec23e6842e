// Owns /portal: where administrators of an organization look after it. Their organization and nothing else.
import type Router from "@koa/router";
import { accountSignInUrl, accountSignOutUrl } from "../provider/clients/account_client.ts";
import { listSecondFactors } from "../provider/factors/second_factor_store.ts";
import { findSignedIn, type SignedInPerson } from "../provider/self_service/signed_in.ts";
import type { Place } from "../provider/subjects/places.ts";
import { shutInWords } from "../provider/subjects/shut_words.ts";
import type { Tenant } from "../provider/tenants/tenant_store.ts";
import { seeOther } from "../see_other.ts";
import type { PortalSection } from "../views/portal_pages.ts";
import { renderPage } from "../views/render.ts";
import { wordsIn } from "../views/words/languages.ts";
import { addAccessRoutes } from "./access_routes.ts";
import { addActivityRoutes } from "./activity_routes.ts";
import { addCheckRoutes } from "./check_routes.ts";
import { addDomainRoutes } from "./domain_routes.ts";
import { createPortalEdge, goSignIn, type PortalDeps, showHtml } from "./edge_routes.ts";
import { addLookRoutes } from "./look_routes.ts";
import { addMemberRoutes } from "./member_routes.ts";
import { addPeopleRoutes } from "./people_routes.ts";
import { readAdministered } from "./right.ts";
import { addSetupRoutes } from "./setup_admin_routes.ts";
import { addSignInRuleRoutes } from "./sign_in_rule_routes.ts";

const none: PortalSection = {
  id: "none",
  title: "Portal",
  empty: {
    strong: "You administer no organization",
    text: "Ask an administrator of yours, or the people who run the service, to give you that role.",
    action: { label: "Your account", url: "/account" },
  },
};

const choiceOf = (tenants: readonly Tenant[]): PortalSection => ({
  id: "organizations",
  title: "Organizations you administer",
  table: {
    caption: "Organizations you administer",
    columns: [{ label: "Organization" }],
    rows: tenants.map(({ id, name }) => [{ text: name, url: `/portal/${encodeURIComponent(id)}/people` }]),
  },
});

// The organizations that the person administers and that are shut to this sign-in: why, and what opens each.
async function shutTo(
  { account, shut }: SignedInPerson,
  { db, issuer }: PortalDeps,
): Promise<PortalSection[]> {
  const administered = shut
    .filter(({ membership, voucher }) => membership.role === "admin" && voucher === undefined)
    // What refuses a token there does not shut the portal: it is where some of that is mended.
    .map((place) => ({ ...place, refusal: undefined }));
  if (administered.length === 0) return [];
  const hasPasskey = (await listSecondFactors(db, account.id)).passkeys > 0;
  const signInUrl = accountSignInUrl(issuer, "portal", { anew: true });
  return administered.flatMap((place) => {
    const told = shutInWords(place, { hasPasskey, signInUrl, words: wordsIn("en") });
    if (told === undefined) return [];
    const { id, name } = place.tenant;
    const { why, way } = told;
    return {
      id: `shut-${id}`,
      title: name,
      empty: {
        strong: "You administer it, and it is shut to this sign-in",
        text: why,
        ...(way ? { action: way } : {}),
      },
    };
  });
}

/** Adds the portal's addresses to a router. */
export function addPortalRoutes(router: Router, deps: PortalDeps): void {
  router.get("/portal", async (ctx) => {
    const person = await findSignedIn(deps, ctx.req, ctx.res);
    if (person === undefined) return goSignIn(ctx, deps.issuer);
    const { open, lacking } = await readAdministered(deps, person);
    const isShut = ({ tenant }: Place) => !person.places.some((one) => one.tenant.id === tenant.id);
    // Whose second factor is lacking for the portal is asked for it there; what an organization requires is told here.
    const tenants = [...open, ...lacking.filter((place) => !isShut(place))].map(({ tenant }) => tenant);
    const shut = await shutTo(person, deps);
    const [only, ...others] = tenants;
    if (only !== undefined && others.length === 0 && shut.length === 0) {
      return seeOther(ctx, `/portal/${encodeURIComponent(only.id)}/people`);
    }
    const page = {
      home: "/portal",
      signOutUrl: accountSignOutUrl(deps.issuer),
      head: {
        title:
          only === undefined && shut.length === 0
            ? "No organization to look after"
            : "Choose an organization",
      },
      sections: [
        ...(only === undefined ? [] : [choiceOf(tenants)]),
        ...shut,
        ...(only === undefined && shut.length === 0 ? [none] : []),
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
  addSignInRuleRoutes(edge);
  addSetupRoutes(edge, deps);
  addCheckRoutes(edge);
  addActivityRoutes(edge, deps);
}
