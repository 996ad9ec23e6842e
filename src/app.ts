// Owns the public Koa app: request id, pinned host, security headers, the error edge, our own addresses, and
// the Provider for everything else.
import Router, { type RouterContext } from "@koa/router";
import Koa from "koa";
import { followRequest, matchedRouteOf } from "./access_log.ts";
import { createBackEndRouter } from "./admin/back_end_routes.ts";
import type { JsonRouteDeps } from "./admin/json_routes.ts";
import { answerInJson } from "./admin/json_routes.ts";
import { OperationError, soonSeconds } from "./errors.ts";
import { answerOf, errorBody, logFailure, logUnsent, retryHeaders, sendError } from "./http_errors.ts";
import { assertMethodIsKnown } from "./http_methods.ts";
import { assertTextTarget, parseFormText } from "./input/form_text.ts";
import type { Log } from "./log.ts";
import { providerMethods } from "./provider/assembly/provider_routes.ts";
import {
  applicationCookieMs,
  applicationCookieName,
  applicationCookieValue,
  findApplication,
} from "./provider/clients/application_way.ts";
import { pinnedAddressOf, pinRequest, requestIdOf } from "./provider/edge/pinned_request.ts";
import { guardPostedForm } from "./provider/edge/posted_form.ts";
import { addPostedRequestRoutes } from "./provider/edge/posted_request_routes.ts";
import { createProxyWatch, type ProxyWatch } from "./provider/edge/proxy_watch.ts";
import { addInteractionRoutes, type InteractionDeps } from "./provider/interactions/interaction_routes.ts";
import { discoveryPath } from "./provider/keys/discovery_document.ts";
import type { DocumentAnswer, KeyDocuments } from "./provider/keys/key_documents.ts";
import { addAccountRoutes } from "./provider/self_service/account_routes.ts";
import { describeRequest } from "./request_context.ts";
import { withFrame } from "./views/frame.ts";
import { pageHeaders, renderPage, stylesheet } from "./views/render.ts";

/** One thing readiness depends on. */
export interface ReadinessCheck {
  name: string;
  /** Why this instance may not be sent requests; undefined if it may. */
  whyNot(): Promise<string | undefined>;
}

/** What the public app needs. */
export interface PublicAppDeps extends InteractionDeps {
  log: Log;
  /** Whether answered requests are logged, too; default no. */
  accessLog?: boolean;
  /** The client registered with AWS. */
  awsClientId: string;
  trustedProxies: number;
  readiness: readonly ReadinessCheck[];
  documents: KeyDocuments;
  /** Why no token can be signed now; undefined as a rule. */
  whyCannotSign(): Promise<string | undefined>;
  /** Whose login page this is; undefined: the host says it. */
  publicName: string | undefined;
  /** Where people get help. */
  supportUrl: string | undefined;
  /** What the routes of the ISV's back ends need. */
  backEnds: JsonRouteDeps;
}

/** What a request may send at most. */
export const mostBodyBytes = 64 * 1024;
export const mostQueryCharacters = 8 * 1024;

/** Makes the public app. */
export function createPublicApp(deps: PublicAppDeps): Koa {
  const app = new Koa();
  // Believes the forwarded headers, because pinHost has replaced them by the truth.
  app.proxy = true;
  app.on("error", (error, ctx) => logUnsent(deps.log, ctx, error));

  const proxies = createProxyWatch(deps);
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
    const context = { requestId: requestIdOf(ctx.req), address: pinnedAddressOf(ctx.req) };
    const access = { log: deps.log, port: "public", enabled: deps.accessLog ?? false } as const;
    await followRequest(access, ctx.req, ctx.res, context, next);
  });

  app.use(async function securityHeaders(ctx, next) {
    ctx.set({
      "X-Request-Id": requestIdOf(ctx.req),
      "X-Content-Type-Options": "nosniff",
      "X-Frame-Options": "DENY",
      "Referrer-Policy": "no-referrer",
      // oidc-provider adds the hash of its one script (form_post) to script-src.
      "Content-Security-Policy":
        "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
      ...(deps.issuer.startsWith("https:") ? { "Strict-Transport-Security": "max-age=31536000" } : {}),
    });
    await next();
  });

  const applicationCookie = applicationCookieName(deps.issuer);
  app.use(async function pageFrame(ctx, next) {
    const named = ctx.cookies.get(applicationCookie, { signed: false });
    const application = await findApplication(deps.host.current(), named);
    const { host } = new URL(deps.issuer);
    const { supportUrl } = deps;
    await withFrame({ name: deps.publicName ?? host, host, supportUrl, application }, next);
  });

  app.use(async function errorEdge(ctx, next) {
    try {
      await next();
      describeRequest({ route: matchedRouteOf(ctx) });
    } catch (error) {
      describeRequest({ route: matchedRouteOf(ctx) });
      logFailure(deps.log, ctx.req, error);
      sendError(ctx, error, requestIdOf(ctx.req));
    }
  });

  // Callers of /v1 are programs: even its 404, and its refusal of too much, are problem documents.
  app.use(async function backEndErrors(ctx, next) {
    if (!isBackEndPath(ctx.path)) return next();
    return answerInJson(ctx, next, deps, requestIdOf(ctx.req));
  });

  app.use(async function limits(ctx, next) {
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

  const backEnds = createBackEndRouter(deps.backEnds);
  app.use(async function knownMethods(ctx, next) {
    assertMethodIsKnown(ctx, isBackEndPath(ctx.path) ? [backEnds] : [router], providerMethods);
    await next();
  });

  app.use(backEnds.routes());
  app.use(async function closeBackEnds(ctx, next) {
    // Nothing else below /v1 reaches a page or the Provider.
    if (!isBackEndPath(ctx.path)) await next();
  });

  const router = new Router();
  router.get("/", (ctx) => {
    ctx.set({ ...pageHeaders() });
    ctx.body = renderPage("welcome", { accountUrl: "/account" });
  });
  addHealthRoutes(router, deps.readiness, proxies);
  addKeyDocumentRoutes(router, deps.documents);
  addStylesheetRoute(router);
  addSigningGate(router, deps);
  addPostedRequestRoutes(router, deps);
  addInteractionRoutes(router, deps);
  addAccountRoutes(router, deps);
  app.use(router.routes());

  app.use(async function serveProvider(ctx) {
    if (ctx.path === "/auth" && ctx.method === "GET")
      rememberApplication(ctx, applicationCookie, deps.issuer);
    try {
      await guardPostedForm(ctx.req, mostBodyBytes);
    } catch (error) {
      if (!(error instanceof OperationError) || ctx.accepts("json", "html") === "html") throw error;
      // RFC 6749 section 5.2, in which the programs that post here read refusals.
      logFailure(deps.log, ctx.req, error);
      ctx.set("Cache-Control", "no-store");
      ctx.status = error.status;
      ctx.body = { error: "invalid_request", error_description: `${error.message} ${error.fix}` };
      return;
    }
    // The Provider answers on the raw response, so koa must not.
    ctx.respond = false;
    ctx.res.statusCode = 404;
    await deps.host.serve(ctx.req, ctx.res);
  });
  return app;
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

function isBackEndPath(path: string): boolean {
  return /^\/v1(\/|$)/i.test(path);
}

function addKeyDocumentRoutes(router: Router, documents: KeyDocuments): void {
  router.get("/jwks", async (ctx) => {
    sendDocument(ctx, await documents.jwks(ctx.get("If-None-Match")));
  });
  router.get(discoveryPath, async (ctx) => {
    sendDocument(ctx, await documents.discovery(ctx.get("If-None-Match")));
  });
}

function sendDocument(ctx: RouterContext, answer: DocumentAnswer): void {
  ctx.status = answer.status;
  ctx.set(answer.headers);
  ctx.body = answer.body ?? null;
  // Setting a body sets a status of its own.
  ctx.status = answer.status;
}

// A code or refresh token spent on a token that then cannot be signed is lost to its owner. So the request is
// turned away before anything is spent, and works when it is tried again.
function addSigningGate(
  router: Router,
  { whyCannotSign, log }: Pick<PublicAppDeps, "whyCannotSign" | "log">,
) {
  router.post("/token", async (ctx, next) => {
    const reason = await whyCannotSign();
    if (reason === undefined) return next();
    log.warn({ reason }, "token request turned away");
    ctx.set({ "Retry-After": "2", "Cache-Control": "no-store" });
    ctx.status = 503;
    ctx.body = {
      error: "temporarily_unavailable",
      error_description: "no token can be signed at the moment, try again later",
    };
  });
}

function addHealthRoutes(router: Router, checks: readonly ReadinessCheck[], proxies: ProxyWatch): void {
  router.get("/health/live", (ctx) => {
    ctx.set("Cache-Control", "no-store");
    ctx.body = { status: "ok" };
  });
  router.get("/health/ready", async (ctx) => {
    const results = await Promise.all(
      checks.map(async (check) => [check.name, await check.whyNot()] as const),
    );
    const ready = results.every(([, whyNot]) => whyNot === undefined);
    ctx.set("Cache-Control", "no-store");
    ctx.status = ready ? 200 : 503;
    const warning = proxies.warning();
    if (!ready) ctx.set(retryHeaders({ retryAfterSeconds: soonSeconds }));
    ctx.body = {
      status: ready ? "ok" : "unavailable",
      checks: Object.fromEntries(results.map(([name, whyNot]) => [name, whyNot ?? "ok"])),
      ...(warning === undefined ? {} : { warnings: [warning] }),
    };
  });
}

function addStylesheetRoute(router: Router): void {
  const sheet = stylesheet();
  router.get(sheet.path, (ctx) => {
    ctx.set({ "Content-Type": sheet.contentType, "Cache-Control": sheet.cacheControl, ETag: sheet.etag });
    ctx.body = sheet.body;
  });
}
