// Owns what every address of the portal has in common: the tenant of the path, which must be one that the browser's
// session administers, else there is no such page; forms of our own pages only; post, redirect, get; the frame of a page.
import type Router from "@koa/router";
import type { RouterContext } from "@koa/router";
import { OperationError } from "../errors.ts";
import { readUploadedForm, type UploadLimits } from "../input/uploaded_form.ts";
import type { Log } from "../log.ts";
import { highestLevel, levelRequired, reaches } from "../login_levels.ts";
import { accountSignInUrl, accountSignOutUrl } from "../provider/clients/account_client.ts";
import type { BackgroundWork } from "../provider/edge/background_work.ts";
import { assertOwnForm, type FormLimits, readForm } from "../provider/edge/form.ts";
import { leaveOutcome, takeOutcome } from "../provider/edge/form_outcome.ts";
import type { ProviderHost } from "../provider/library/provider_host.ts";
import { findSignedIn, type SignedInPerson } from "../provider/self_service/signed_in.ts";
import type { Voucher } from "../provider/sessions/voucher.ts";
import type { Place } from "../provider/subjects/places.ts";
import { lookOf } from "../provider/tenants/look.ts";
import { addressIn } from "../provider/tenants/person_in_tenant.ts";
import type { Tenant } from "../provider/tenants/tenant_store.ts";
import { seeOther } from "../see_other.ts";
import { withLook } from "../views/frame.ts";
import type { Banner, Head } from "../views/parts.ts";
import type { PortalPage } from "../views/portal_pages.ts";
import { pageHeaders, renderPage } from "../views/render.ts";
import { type Call, type CallBase, callsBy } from "./calls.ts";
import { readAdministered } from "./right.ts";

/** What the portal needs. */
export interface PortalDeps extends CallBase {
  host: ProviderHost;
  issuer: string;
  log: Log;
  background: BackgroundWork;
}

/** One request by an administrator of its tenant. */
export interface Visit {
  ctx: RouterContext;
  tenant: Tenant;
  /** Who asks. */
  accountId: string;
  /** Their address here. */
  email: string | undefined;
  /** The login by which they may. */
  voucher: Voucher | undefined;
  now: Date;
  /** The tenant's pages begin with it. */
  base: string;
  call: Call;
  /** A parameter of the path. */
  param(name: string): string;
  /** Shows a page, with status 200 unless it tells faults. */
  show(page: ShownPage, status?: number): void;
  /** Goes on to another page of the tenant, which says what was done. */
  goOn(path: string, did?: Did): void;
}

/** A posted form. */
export interface PostVisit extends Visit {
  form: ReadonlyMap<string, string>;
}

/** A page without what the edge knows. */
export type ShownPage = Pick<PortalPage, "errors" | "confirm" | "steps" | "sections" | "banner"> & {
  head: Head;
  /** The tab it belongs to; a page further in has none. */
  tab?: Tab;
};

const tabs = {
  people: "People",
  domains: "Domains",
  presence: "Presence",
  "sign-in": "Sign-in",
  looks: "Looks",
  accessors: "Data accessors",
  setup: "Set-up at AWS",
  checks: "Checks",
  activity: "Activity",
};
/** The portal's tabs, by their address. */
export type Tab = keyof typeof tabs;

const news = {
  member_added: "The person belongs to your organization now.",
  member_invited: "The invitation is on its way. The person belongs to your organization.",
  role_changed: "The person has the other role now.",
  member_removed: "The person belongs to your organization no longer; what they held for it has ended.",
  domain_claimed: "The domain is claimed. Set the record below, then prove it.",
  domain_proven: "The domain is proven.",
  domain_removed: "The domain is removed.",
  looks_saved: "It is saved. Your people see it with their next page.",
  sign_in_saved: "The rules are saved, and count from now on.",
  presence_saved: "The policy is saved, and counts from now on.",
  closing_saved: "Saved. It counts from now on.",
  accessor_entered: "The data accessor is entered.",
  accessor_forgotten: "The data accessor is forgotten.",
  details_entered: "The details are entered. Test them now.",
} as const;
/** What was done, as the next page tells it. */
export type Did = keyof typeof news;

/** Where the outcome of a form waits. */
export const outcomeForm = "portal";

/** Adds addresses below a tenant to a router. */
export function createPortalEdge(router: Router, deps: PortalDeps) {
  return {
    /** A page. */
    get(path: string, show: (visit: Visit) => Promise<void>): void {
      router.get(`/portal/:tenant${path}`, async (ctx) => {
        const visit = await visitOf(ctx, deps);
        if (visit !== undefined) await show(visit);
      });
    },
    /** A form of that page; `limits` where it is a large one. */
    post(path: string, act: (visit: PostVisit) => Promise<void>, limits?: FormLimits): void {
      router.post(`/portal/:tenant${path}`, async (ctx) => {
        assertOwnForm(ctx.req, new URL(deps.issuer).origin);
        const form = await readForm(ctx.req, limits);
        const visit = await visitOf(ctx, deps);
        if (visit !== undefined) await act({ ...visit, form });
      });
    },
    /** A form that brings a file; one that is too large is told to what answers the form, and nothing of it is read. */
    postFile(
      path: string,
      act: (visit: PostVisit, tooLarge?: OperationError) => Promise<void>,
      limits: UploadLimits,
    ): void {
      router.post(`/portal/:tenant${path}`, async (ctx) => {
        assertOwnForm(ctx.req, new URL(deps.issuer).origin);
        const visit = await visitOf(ctx, deps);
        if (visit === undefined) return;
        const form = await readUploadedForm(ctx.req, limits).catch((error: unknown) => {
          if (error instanceof OperationError && error.field === limits.file) return error;
          throw error;
        });
        if (form instanceof OperationError) await act({ ...visit, form: new Map() }, form);
        else await act({ ...visit, form });
      });
    },
  };
}

/** Sends a browser on that nobody is signed in with. */
export function goSignIn(ctx: RouterContext, issuer: string): void {
  seeOther(ctx, accountSignInUrl(issuer, "portal"));
}

/**
 * Sends a browser on whose person lacks a second factor for what they administer: what was signed in stays, and the factor is
 * asked for. Whose factor is gone signs in anew, because what the session says it has proven is not asked for twice.
 */
function goStepUp(
  ctx: RouterContext,
  issuer: string,
  { vouchers }: SignedInPerson,
  lacking: readonly Place[],
): void {
  const level = highestLevel(["mfa", ...lacking.map(({ tenant }) => levelRequired[tenant.requiredFactor])]);
  const anew = vouchers.some((one) => one.method === "password" && reaches(one.level, level));
  seeOther(ctx, accountSignInUrl(issuer, "portal", { anew, level }));
}

// Whether a tenant exists is told to nobody who does not administer it.
async function visitOf(ctx: RouterContext, deps: PortalDeps): Promise<Visit | undefined> {
  const person = await findSignedIn(deps, ctx.req, ctx.res);
  if (person === undefined) {
    goSignIn(ctx, deps.issuer);
    return undefined;
  }
  const param = (name: string): string => String(ctx.params[name] ?? "");
  const { open, lacking } = await readAdministered(deps, person);
  const isAsked = ({ tenant }: Place) => tenant.id === param("tenant");
  const place = open.find(isAsked);
  if (place === undefined && lacking.some(isAsked)) {
    goStepUp(ctx, deps.issuer, person, lacking.filter(isAsked));
    return undefined;
  }
  if (place === undefined) throw noSuchPage();
  const { tenant } = place;
  const base = `/portal/${encodeURIComponent(tenant.id)}`;
  const right = { session: person.session, tenantId: tenant.id };
  const outcomes = { cookies: ctx.cookies, issuer: deps.issuer };
  const look = await lookOf(deps.db, tenant);
  return {
    ctx,
    tenant,
    accountId: person.account.id,
    email: addressIn(person.account, place.membership) ?? undefined,
    voucher: place.voucher,
    now: deps.clock(),
    base,
    param,
    call: callsBy(deps, right),
    show({ tab, ...page }, status = page.errors === undefined ? 200 : 400) {
      const did =
        page.banner === undefined && ctx.method === "GET"
          ? takeOutcome(outcomes, outcomeForm)?.["did"]
          : undefined;
      showHtml(
        ctx,
        status,
        withLook(look, () =>
          renderPage("portal/page", {
            ...page,
            banner: page.banner ?? newsOf(did),
            of: tenant.name,
            home: base,
            signOutUrl: accountSignOutUrl(deps.issuer),
            ...(tab === undefined ? {} : { tabs: tabsAt(base, tab) }),
          }),
        ),
      );
    },
    goOn(path, did) {
      if (did !== undefined) leaveOutcome(outcomes, outcomeForm, { did });
      seeOther(ctx, `${base}${path}`);
    },
  };
}

/** The answer to whatever is not there, or not theirs: the same in both cases. */
export function noSuchPage(): OperationError {
  return new OperationError("not_found", "There is no such page.", {
    fix: "Open the portal anew and go on from there.",
  });
}

/** Sends a page under the headers of every page. */
export function showHtml(ctx: RouterContext, status: number, html: string): void {
  ctx.status = status;
  ctx.set({ ...pageHeaders() });
  ctx.body = html;
}

/** What the page says was done. A planted outcome names one of our sentences, or none. */
export function newsOf(did: string | undefined): Banner | undefined {
  if (did === undefined || !Object.hasOwn(news, did)) return undefined;
  return { tone: "ok", text: news[did as Did] };
}

function tabsAt(base: string, current: Tab) {
  return {
    label: "Organization",
    tabs: Object.entries(tabs).map(([tab, label]) => ({
      label,
      url: `${base}/${tab}`,
      current: tab === current,
    })),
  };
}
