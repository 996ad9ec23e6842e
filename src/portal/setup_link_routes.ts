// Owns /setup: the onboarding as whoever holds its link reaches it. Opening the link shows a question and does nothing, for
// links are also opened by what looks at mail; the form uses it, once, and gives this browser a cookie that counts until the
// link ends. The link's secret stands in no address but its own, whose page names nobody to whoever it leads to.
import type Router from "@koa/router";
import type { RouterContext } from "@koa/router";
import { adminChange } from "../admin/administrators/roles.ts";
import { linkOver, openLink, whyNot } from "../admin/operations/onboarding_links.ts";
import type { TableContext } from "../admin/operations/table.ts";
import { OperationError } from "../errors.ts";
import {
  findHeldLink,
  findUnusedLink,
  generateSecret,
  type OnboardingLink,
} from "../onboarding/link/link_store.ts";
import { assertOwnForm, readForm } from "../provider/edge/form.ts";
import { leaveOutcome, takeOutcome } from "../provider/edge/form_outcome.ts";
import { findTenant } from "../provider/tenants/tenant_store.ts";
import { seeOther } from "../see_other.ts";
import { renderPage } from "../views/render.ts";
import { callsByLink, noBackEnd } from "./calls.ts";
import { newsOf, outcomeForm, type PortalDeps, showHtml } from "./edge_routes.ts";
import { confirmPage } from "./setup_pages.ts";
import {
  askPerson,
  pastedLimits,
  type SetupVisit,
  sendFile,
  sendZip,
  showDetails,
  showPack,
  showSetup,
  takeDetails,
  test,
} from "./setup_routes.ts";

type Form = ReadonlyMap<string, string>;

/** Adds its addresses to a router. */
export function addSetupLinkRoutes(router: Router, deps: PortalDeps): void {
  router.get("/setup/:link", async (ctx) => {
    ctx.set("Referrer-Policy", "no-referrer");
    const held = await heldBy(ctx);
    const { key } = ctx.query;
    if (key === undefined) return showSetup(await visitOf(ctx, held));
    // The address holds a secret: whoever may go on does so at one that holds none.
    if (held !== undefined) return seeOther(ctx, addressOf(held));
    const link = { id: idIn(ctx), secret: typeof key === "string" ? key : "" };
    const unused = await findUnusedLink(deps.db, link, deps.clock());
    if (unused === undefined) throw await whyNot(deps.db, link, deps.clock());
    // What tells this browser from others, should it send the form twice.
    if (cookieIn(ctx) === undefined) giveCookie(ctx, generateSecret(), unused.expiresAtMs);
    const tenant = await findTenant(deps.db, unused.tenantId);
    const page = confirmPage(`${addressOf(unused)}/open`, link.secret, tenant?.name ?? "");
    showHtml(ctx, 200, renderPage("portal/page", { ...page, of: tenant?.name, home: addressOf(unused) }));
    ctx.set("Referrer-Policy", "no-referrer");
  });

  router.post("/setup/:link/open", async (ctx) => {
    ctx.set("Referrer-Policy", "no-referrer");
    assertOwnForm(ctx.req, new URL(deps.issuer).origin);
    const form = await readForm(ctx.req);
    const held = await heldBy(ctx);
    if (held !== undefined) return seeOther(ctx, addressOf(held));
    const browser = cookieIn(ctx);
    if (browser === undefined) throw noCookie();
    // The operation's one statement asks the link itself; whoever calls has no right but that.
    const context: TableContext = {
      ...deps,
      ...{ caller: noBackEnd, actor: `onboarding:${idIn(ctx)}` },
      may: (permission) => permission === adminChange,
    };
    const opened = await openLink(context, { link: idIn(ctx), key: form.get("key") ?? "", browser });
    giveCookie(ctx, opened.session, opened.expiresAtMs);
    seeOther(ctx, `/setup/${encodeURIComponent(idIn(ctx))}`);
  });

  get("/pack", showPack);
  get("/pack.zip", sendZip);
  get("/pack/*path", (visit) => sendFile(visit, String(visit.ctx.params["path"] ?? "")));
  get("/details", showDetails);
  post("/details", takeDetails);
  get("/test", askPerson);
  post("/test", (visit, form) => test(visit, form, deps));

  function get(path: string, show: (visit: SetupVisit) => Promise<void>): void {
    router.get(`/setup/:link${path}`, async (ctx) => {
      await show(await visitOf(ctx, await heldBy(ctx)));
    });
  }

  function post(path: string, act: (visit: SetupVisit, form: Form) => Promise<void>): void {
    router.post(`/setup/:link${path}`, async (ctx) => {
      assertOwnForm(ctx.req, new URL(deps.issuer).origin);
      // Who holds nothing is not read.
      if ((await heldBy(ctx)) === undefined) throw linkOver();
      const form = await readForm(ctx.req, pastedLimits);
      await act(await visitOf(ctx, await heldBy(ctx)), form);
    });
  }

  const idIn = (ctx: RouterContext): string => String(ctx.params["link"] ?? "");

  async function heldBy(ctx: RouterContext): Promise<OnboardingLink | undefined> {
    const session = cookieIn(ctx);
    return session === undefined
      ? undefined
      : findHeldLink(deps.db, { id: idIn(ctx), session }, deps.clock());
  }

  const cookieName = (ctx: RouterContext): string =>
    `${deps.issuer.startsWith("https:") ? "__Host-" : ""}tti_setup_${idIn(ctx)}`;

  function cookieIn(ctx: RouterContext): string | undefined {
    if (!/^[\w-]{1,64}$/.test(idIn(ctx))) return undefined;
    return ctx.cookies.get(cookieName(ctx), { signed: false }) || undefined;
  }

  function giveCookie(ctx: RouterContext, value: string, untilMs: number): void {
    const secure = deps.issuer.startsWith("https:");
    const attributes = { signed: false, httpOnly: true, sameSite: "lax", secure, path: "/" } as const;
    // It outlasts a restart of the machine, and no link.
    const maxAge = untilMs - deps.clock().getTime();
    ctx.cookies.set(cookieName(ctx), value, { ...attributes, overwrite: true, maxAge });
  }

  // Of a link that is not held nothing is said that would not be said of one there never was.
  async function visitOf(ctx: RouterContext, held: OnboardingLink | undefined): Promise<SetupVisit> {
    const tenant = held && (await findTenant(deps.db, held.tenantId));
    if (held === undefined || tenant === undefined) throw linkOver();
    const at = addressOf(held);
    const session = cookieIn(ctx) ?? "";
    const outcomes = { cookies: ctx.cookies, issuer: deps.issuer };
    return {
      ...{ ctx, at, person: undefined, now: deps.clock() },
      call: callsByLink(deps, { id: held.id, session, tenantId: held.tenantId }),
      show(page, status = page.errors === undefined ? 200 : 400) {
        const did = ctx.method === "GET" ? takeOutcome(outcomes, outcomeForm)?.["did"] : undefined;
        const banner = page.banner ?? newsOf(did);
        showHtml(ctx, status, renderPage("portal/page", { ...page, banner, of: tenant.name, home: at }));
      },
      goOn(path, did) {
        if (did !== undefined) leaveOutcome(outcomes, outcomeForm, { did });
        seeOther(ctx, `${at}${path}`);
      },
    };
  }
}

const addressOf = ({ id }: OnboardingLink): string => `/setup/${encodeURIComponent(id)}`;

function noCookie(): OperationError {
  return new OperationError("onboarding_no_cookie", "The browser brought no cookie; the link was not used.");
}
