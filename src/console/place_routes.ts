// Owns serving a place of the console: who is signed in, whether their role opens it, its page, and its form.
import type Router from "@koa/router";
import type { RouterContext } from "@koa/router";
import { contextForAdministrator } from "../admin/administrator_context.ts";
import { administratorSignedIn } from "../admin/administrators/administrator_store.ts";
import { inWordsOf } from "../admin/operations/input_faults.ts";
import { OperationError } from "../errors.ts";
import { logFailure } from "../http_errors.ts";
import { onceEach, parseFormText } from "../input/form_text.ts";
import { readUploadedForm } from "../input/uploaded_form.ts";
import { assertOwnForm, ForeignForm, readForm } from "../provider/edge/form.ts";
import { seeOther } from "../see_other.ts";
import { addToFrame, type OpenConsoleDeps, showPage } from "./answer_routes.ts";
import { administersNothing } from "./console_error.ts";
import { readCookie, setCookie } from "./edge/cookies.ts";
import { newsText } from "./news.ts";
import { may, type Place, type Visit } from "./place.ts";
import { navigationAt } from "./sections.ts";
import { readSignedIn } from "./sign_in/console_session.ts";
import { csrfTokenOf, isOwnToken } from "./sign_in/csrf.ts";
import { beginAt } from "./sign_in/sign_in_routes.ts";

// How long the news of a form waits for the page it leads to, in seconds.
const newsSeconds = 60;

// What stands in the address of a list is called otherwise by its operation.
const inAddress: Readonly<Record<string, string>> = { sort: "order", descending: "order", cursor: "after" };

/** Adds a place to a router. */
export function addPlace(router: Router, place: Place, deps: OpenConsoleDeps): void {
  const { adminUrl } = deps;
  router.get(place.path, async (ctx) => {
    const visit = await enter(ctx, place, deps);
    if (visit === undefined) return;
    const page = await place.show(visit).catch((error: unknown) => {
      throw inWordsOf(error, ([member]) => inAddress[String(member)]);
    });
    const news = newsText(readCookie(ctx.get("cookie"), adminUrl, "told"));
    if (news !== undefined) ctx.append("Set-Cookie", setCookie(adminUrl, "told", "", 0));
    const banners = news === undefined ? [] : [{ tone: "ok", text: news } as const];
    showPage(ctx, 200, { ...page, banners: [...banners, ...(page.banners ?? [])] });
  });
  const { act } = place;
  if (act === undefined) return;
  router.post(place.path, async (ctx) => {
    assertOwnForm(ctx.req, adminUrl);
    const visit = await enter(ctx, place, deps);
    if (visit === undefined) return;
    const form = await readSent(ctx, place);
    if (form instanceof OperationError)
      return showPage(ctx, form.status, await place.show(visit, { form: new Map(), error: form }));
    assertOwnToken(ctx, form.get("csrf"), deps);
    try {
      const done = await act(visit, form);
      if ("page" in done) return showPage(ctx, 200, done.page);
      if (done.news !== undefined) {
        ctx.append("Set-Cookie", setCookie(adminUrl, "told", done.news, newsSeconds));
      }
      seeOther(ctx, done.to);
    } catch (error) {
      if (!(error instanceof OperationError) || !isForTheForm(error)) throw error;
      logFailure(deps.log, ctx.req, error);
      showPage(ctx, error.status, await place.show(visit, { form, error }));
    }
  });
}

// A file that is too large is the fault of its field: the form is shown again, and nothing of what was sent is there.
function readSent(
  ctx: RouterContext,
  { limits, upload }: Place,
): Promise<ReadonlyMap<string, string> | OperationError> {
  if (upload === undefined) return readForm(ctx.req, limits);
  return readUploadedForm(ctx.req, upload).catch((error: unknown) => {
    if (error instanceof OperationError && error.field === upload.file) return error;
    throw error;
  });
}

// What the form can say itself, because it is of what was typed or of what stands: not who asks, nor what broke.
const isForTheForm = ({ status, code }: OperationError): boolean =>
  status < 500 && code !== "unauthenticated" && code !== "forbidden";

/**
 * Lets a request in, or sends it to the sign-in. Nothing of it is read before.
 * @returns undefined: it was answered
 * @throws OperationError forbidden: the role does not open this place, or there is none
 */
async function enter(ctx: RouterContext, place: Place, deps: OpenConsoleDeps): Promise<Visit | undefined> {
  const id = readCookie(ctx.get("cookie"), deps.adminUrl, "session");
  const now = deps.clock();
  const signedIn = id === undefined ? undefined : await readSignedIn(deps, id, now.getTime());
  if (id === undefined || signedIn === undefined) {
    // A form is never sent again by itself: whoever signs in anew sees the first page.
    beginAt(ctx, deps, { to: ctx.method === "GET" ? (ctx.req.url ?? "") : "/console" });
    return undefined;
  }
  const { account, sessionUid } = signedIn;
  const signIn = { accountId: account.id, sessionUid, factor: deps.consoleFactor };
  const role = await administratorSignedIn(deps.db, signIn, now);
  ctx.state["actor"] = `account:${account.id}`;
  addToFrame(ctx, {
    person: account.email ?? account.name ?? account.id,
    signOut: { url: "/console/sign-out", csrfToken: csrfTokenOf(id) },
    nav: navigationAt(place.section),
  });
  if (role === undefined) throw administersNothing();
  const visit: Visit = {
    context: contextForAdministrator(deps, signIn),
    accountId: account.id,
    role,
    params: ctx.params as Record<string, string>,
    query: onceEach(parseFormText(ctx.querystring)),
    now,
    installation: deps.installation,
  };
  if (may(visit, place.operation)) return visit;
  throw new OperationError("forbidden", `An ${role} may not do this.`, {
    fix: "Ask an administrator whose role allows it.",
  });
}

function assertOwnToken(ctx: RouterContext, token: string | undefined, deps: OpenConsoleDeps): void {
  const id = readCookie(ctx.get("cookie"), deps.adminUrl, "session");
  if (id !== undefined && isOwnToken(id, token)) return;
  throw new ForeignForm("This form is not of this sign-in.", "Open the page again, and send it from there.");
}
