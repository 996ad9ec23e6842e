// Owns the public Koa app: request id, pinned host, security headers, the error edge, our own addresses, and
// the Provider for everything else.
import type { RequestListener } from "node:http";
import Router from "@koa/router";
import Koa from "koa";
import { type AccessLogOptions, followRequest, matchedRouteOf } from "./access_log.ts";
import { createBackEndRouter } from "./admin/back_end_routes.ts";
import type { JsonRouteDeps } from "./admin/json_routes.ts";
import { answerInJson } from "./admin/json_routes.ts";
import { answerDocuments, securityHeaders } from "./document_answers.ts";
import { type ErrorCode, OperationError } from "./errors.ts";
import { answerOf, errorBody, logFailure, logUnsent, retryHeaders, sendError } from "./http_errors.ts";
import { assertMethodIsKnown } from "./http_methods.ts";
import { assertTextTarget, parseFormText } from "./input/form_text.ts";
import type { Admission } from "./overload/admission.ts";
import { kindOf } from "./overload/asked_kind.ts";
import { addPortalRoutes } from "./portal/portal_routes.ts";
import { addSetupLinkRoutes } from "./portal/setup_link_routes.ts";
import { providerMethods } from "./provider/assembly/provider_routes.ts";
import {
  applicationCookieMs,
  applicationCookieName,
  applicationCookieValue,
  findApplication,
} from "./provider/clients/application_way.ts";
import type { BackgroundWork } from "./provider/edge/background_work.ts";
import { comesIn } from "./provider/edge/door_answer.ts";
import { addLanguageRoutes, takeTyped } from "./provider/edge/language_routes.ts";
import { languageOf } from "./provider/edge/page_language.ts";
import { pinnedAddressOf, pinRequest, requestIdOf } from "./provider/edge/pinned_request.ts";
import { guardPostedForm } from "./provider/edge/posted_form.ts";
import { addPostedRequestRoutes } from "./provider/edge/posted_request_routes.ts";
import { createProxyWatch } from "./provider/edge/proxy_watch.ts";
import { addInteractionRoutes, type InteractionDeps } from "./provider/interactions/interaction_routes.ts";
import { addLinkRoutes } from "./provider/links/link_routes.ts";
import { addLogoRoutes } from "./provider/looks/logo_routes.ts";
import { addAccountRoutes } from "./provider/self_service/account_routes.ts";
import { createLanguageKeeper } from "./provider/self_service/own_language.ts";
import {
  addPublicRoutes,
  assertTimeIsTrusted,
  type PublicRouteDeps,
  signingGate,
  tokenPath,
} from "./public_routes.ts";
import { currentRequest, describeRequest, goneOf } from "./request_context.ts";
import { withFrame } from "./views/frame.ts";

/** What the public app needs. */
export interface PublicAppDeps extends InteractionDeps, PublicRouteDeps {
  /** What the routes of the ISV's back ends need. */
  backEnds: JsonRouteDeps;
  background: BackgroundWork;
  admission: Admission;
  /** Told of every request, once it is over. */
  onAnswer?: AccessLogOptions["onAnswer"];
  /** Traces every request; absent: nobody does. */
  tracing?: AccessLogOptions["tracing"];
  /** Has the outbox look, because something was put in. */
  mailPut(): void;
}

/** What a request may send at most. */
export const mostBodyBytes = 64 * 1024;
export const mostQueryCharacters = 8 * 1024;

/** Makes the public app, the documents that are at hand before it. */
export function createPublicApp(deps: PublicAppDeps): RequestListener {
  const app = new Koa();
  // Believes the forwarded headers, because pinHost has replaced them by the truth.
  app.proxy = true;
  app.on("error", (error, ctx) => logUnsent(deps.log, ctx, error));

  const proxies = createProxyWatch(deps);
  const access: AccessLogOptions = {
    log: deps.log,
    port: "public",
    enabled: deps.accessLog,
    onAnswer: deps.onAnswer,
    tracing: deps.tracing,
  };
  app.use(async function pinHost(ctx, next) {
    proxies.look(ctx.req);
    if (!pinRequest(ctx.req, deps)) {
      ctx.status = 400;
      const refusal = new OperationError("invalid_input", "The request target must be a path.", {
        fix: "Send a path that begins with one slash, and the host in the Host header.",
      });
      ctx.body = errorBody(answerOf(refusal), "");
      return;
    }
    if (!(await comesIn(ctx, deps))) return;
    const requestId = requestIdOf(ctx.req);
    const context = { requestId, address: pinnedAddressOf(ctx.req), gone: goneOf(ctx.res) };
    await followRequest(access, ctx.req, ctx.res, context, next);
  });

  const usual = securityHeaders(deps.issuer);
  app.use(function setSecurityHeaders(ctx, next) {
    ctx.set({ "X-Request-Id": requestIdOf(ctx.req), ...usual });
    return next();
  });

  const applicationCookie = applicationCookieName(deps.issuer);
  const { host } = new URL(deps.issuer);
  app.use(async function pageFrame(ctx, next) {
    // Asked for where a page leads back to it: most requests draw none.
    const cameFrom = () =>
      findApplication(deps.host.current(), ctx.cookies.get(applicationCookie, { signed: false }));
    const { supportUrl } = deps;
    const place = { cookies: ctx.cookies, issuer: deps.issuer };
    const wishes = { uiLocales: ctx.query["ui_locales"], acceptLanguage: ctx.get("Accept-Language") };
    const language = languageOf(place, wishes);
    // Where a flow goes on by an address, that address opens once.
    const here = ctx.method === "GET" && !/^\/(?:auth|device)\//.test(ctx.path) ? ctx.url : undefined;
    const typed = here === undefined ? undefined : takeTyped(place, ctx.path);
    const page = { language, here, typed };
    const frame = { name: deps.publicName ?? host, host, supportUrl, findApplication: cameFrom, ...page };
    await withFrame(frame, next);
  });

  app.use(async function errorEdge(ctx, next) {
    try {
      await next();
      describeRequest({ route: matchedRouteOf(ctx) });
    } catch (error) {
      describeRequest({ route: matchedRouteOf(ctx) });
      logFailure(deps.log, ctx.req, error);
      await sendError(ctx, error, requestIdOf(ctx.req));
    }
  });

  // Callers of /v1 are programs: even its 404, and its refusal of too much, are problem documents.
  app.use(function backEndErrors(ctx, next) {
    if (!isBackEndPath(ctx.path)) return next();
    return answerInJson(ctx, next, deps, requestIdOf(ctx.req));
  });

  app.use(async function limits(ctx, next) {
    await assertTimeIsTrusted(deps, ctx.path);
    assertTextTarget(ctx.req.url ?? "");
    if (ctx.querystring.length > mostQueryCharacters) {
      throw new OperationError(
        "invalid_input",
        `The query is longer than ${mostQueryCharacters} characters.`,
      );
    }
    if ((ctx.request.length ?? 0) > mostBodyBytes) {
      throw new OperationError("invalid_input", `The body is larger than ${mostBodyBytes} bytes.`);
    }
    await next();
  });

  app.use(function admission(ctx, next) {
    const kind = kindOf(ctx.method, ctx.path);
    const context = currentRequest();
    if (kind === undefined || context === undefined) return next();
    return deps.admission.serve(kind, ctx.req, context, async () => {
      await next();
      return ctx.res.statusCode;
    });
  });

  const backEnds = createBackEndRouter(deps.backEnds);
  app.use(function knownMethods(ctx, next) {
    if (isOfProgram(ctx)) return next();
    assertMethodIsKnown(ctx, isBackEndPath(ctx.path) ? [backEnds] : [router], providerMethods);
    return next();
  });

  const toBackEnds = backEnds.routes();
  const serveBackEnds: Koa.Middleware = (ctx, next) => {
    if (!isBackEndPath(ctx.path)) return next();
    // Nothing else below /v1 reaches a page or the Provider.
    return toBackEnds(ctx as never, async () => {});
  };
  // As a router's own middleware says whose it is: tests walk every address.
  app.use(Object.assign(serveBackEnds, { router: backEnds }));

  const router = new Router();
  addPublicRoutes(router, deps, proxies);
  addLanguageRoutes(router, { issuer: deps.issuer, keepFor: createLanguageKeeper(deps) });
  addLogoRoutes(router, deps);
  addPostedRequestRoutes(router, deps);
  addInteractionRoutes(router, deps);
  addAccountRoutes(router, deps);
  addLinkRoutes(router, deps);
  addPortalRoutes(router, { ...deps.backEnds, ...deps });
  addSetupLinkRoutes(router, { ...deps.backEnds, ...deps });
  const [toPages, gate] = [router.routes(), signingGate(deps)];
  const serveOwn: Koa.Middleware = async (ctx, next) => {
    if (!isOfProgram(ctx)) return toPages(ctx as never, next);
    try {
      return await gate(ctx, next);
    } finally {
      describeRequest({ route: tokenPath });
    }
  };
  app.use(Object.assign(serveOwn, { router }));

  app.use(async function serveProvider(ctx) {
    if (ctx.path === "/auth" && ctx.method === "GET")
      rememberApplication(ctx, applicationCookie, deps.issuer);
    try {
      await guardPostedForm(ctx.req, mostBodyBytes);
    } catch (error) {
      if (!(error instanceof OperationError) || ctx.accepts("json", "html") === "html") throw error;
      // RFC 6749 section 5.2, in which the programs that post here read refusals.
      logFailure(deps.log, ctx.req, error);
      ctx.set({ ...retryHeaders(error), "Cache-Control": "no-store" });
      ctx.status = error.status;
      const error_description = `${error.message} ${error.fix}`;
      ctx.body = { error: oauthCodes[error.code] ?? "invalid_request", error_description };
      return;
    }
    // What brings no form of its own has nothing more to come.
    await currentRequest()?.bodyIsHere?.(Buffer.alloc(0));
    // The Provider answers on the raw response, so koa must not.
    ctx.respond = false;
    ctx.res.statusCode = 404;
    await deps.host.serve(ctx.req, ctx.res);
  });
  return answerDocuments({ ...deps, proxies, access }, app.callback());
}

// So that a page which cannot go on, minutes later and without its sign-in, still leads back.
function rememberApplication(ctx: Koa.Context, cookieName: string, issuer: string): void {
  const value = applicationCookieValue(new Map(parseFormText(ctx.querystring)).get("client_id") ?? null);
  if (value === undefined) return;
  const secure = issuer.startsWith("https:");
  ctx.cookies.set(cookieName, value, {
    signed: false,
    httpOnly: true,
    sameSite: "lax",
    secure,
    path: "/",
    maxAge: applicationCookieMs,
  });
}

const oauthCodes: Partial<Record<ErrorCode, string>> = {
  overloaded: "temporarily_unavailable",
  too_many_requests: "too_many_requests",
};

// What asks for tokens, and for no page: no route but the token endpoint's is looked for.
function isOfProgram(ctx: Koa.Context): boolean {
  return ctx.path === tokenPath && ctx.method === "POST" && !/html/i.test(ctx.headers.accept ?? "");
}

function isBackEndPath(path: string): boolean {
  return /^\/v1(\/|$)/i.test(path);
}
