// Owns the addresses of the public port that belong to no flow: the front page, health, key documents, the style sheets,
// and the gate before the token endpoint.
import type Router from "@koa/router";
import type { RouterContext } from "@koa/router";
import type { Context, Next } from "koa";
import { addAssetRoutes, addScriptRoute } from "./asset_routes.ts";
import { OperationError, soonSeconds } from "./errors.ts";
import { retryHeaders } from "./http_errors.ts";
import type { Log } from "./log.ts";
import type { ProxyWatch } from "./provider/edge/proxy_watch.ts";
import { discoveryPath } from "./provider/keys/discovery_document.ts";
import type { DocumentAnswer, KeyDocuments } from "./provider/keys/key_documents.ts";
import { pageHeaders, renderPage } from "./views/render.ts";
/** One thing readiness depends on. */
export interface ReadinessCheck {
  name: "instance" | "store" | "keys";
  /** Why this instance may not be sent requests; undefined if it may. */
  whyNot(): Promise<string | undefined>;
}

/** What these addresses need. */
export interface PublicRouteDeps {
  log: Log;
  readiness: readonly ReadinessCheck[];
  /** What an operator must know of an instance that may be sent requests all the same. */
  clockWarning(): Promise<string | undefined>;
  documents: KeyDocuments;
  /** Why no token can be signed now; undefined as a rule. */
  whyCannotSign(): Promise<string | undefined>;
  /** Why nothing may be judged by this instance's clock now; undefined as a rule. */
  whyTimeIsDoubted(): Promise<string | undefined>;
}

// What says how this instance is, and what it publishes, holds whatever the time is; the token endpoint refuses in OAuth's words.
const timeless = /^\/(?:health\/(?:live|ready)|jwks|\.well-known\/.*|token)$/;

/**
 * Refuses a request whose answer would rest on a clock that was set a moment ago and agrees with nobody's: a session or a code
 * would be taken for expired, or for good.
 * @throws OperationError unavailable
 */
export async function assertTimeIsTrusted(deps: PublicRouteDeps, path: string): Promise<void> {
  if (timeless.test(path)) return;
  const reason = await deps.whyTimeIsDoubted();
  if (reason === undefined) return;
  throw new OperationError("unavailable", "The provider cannot serve this now.", {
    cause: new Error(reason),
  });
}

/** Adds them to a router. */
export function addPublicRoutes(router: Router, deps: PublicRouteDeps, proxies: ProxyWatch): void {
  router.get("/", (ctx) => {
    ctx.set({ ...pageHeaders() });
    ctx.body = renderPage("welcome", { accountUrl: "/account" });
  });
  addHealthRoutes(router, deps, proxies);
  addKeyDocumentRoutes(router, deps.documents);
  addAssetRoutes(router);
  addScriptRoute(router);
  router.post("/token", signingGate(deps));
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

/** The address of the token endpoint. */
export const tokenPath = "/token";

/**
 * The gate before the token endpoint. A code or refresh token spent on a token that then cannot be signed is lost to its owner. So
 * the request is turned away before anything is spent, and works when it is tried again.
 */
export function signingGate({ whyCannotSign, log }: Pick<PublicRouteDeps, "whyCannotSign" | "log">) {
  return async (ctx: Pick<Context, "set" | "status" | "body">, next: Next): Promise<void> => {
    const reason = await whyCannotSign();
    if (reason === undefined) return next();
    log.warn({ reason }, "token request turned away");
    ctx.set({ "Retry-After": "2", "Cache-Control": "no-store" });
    ctx.status = 503;
    ctx.body = {
      error: "temporarily_unavailable",
      error_description: "no token can be signed at the moment, try again later",
    };
  };
}

function addHealthRoutes(
  router: Router,
  { readiness: checks, clockWarning }: Pick<PublicRouteDeps, "readiness" | "clockWarning">,
  proxies: ProxyWatch,
): void {
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
    // Of a store that does not serve no time is asked: the answer would wait for it.
    const warnings = [proxies.warning(), ready ? await clockWarning() : undefined].filter(
      (warning) => warning !== undefined,
    );
    if (!ready) ctx.set(retryHeaders({ retryAfterSeconds: soonSeconds }));
    ctx.body = {
      status: ready ? "ok" : "unavailable",
      checks: Object.fromEntries(results.map(([name, whyNot]) => [name, whyNot ?? "ok"])),
      ...(warnings.length === 0 ? {} : { warnings }),
    };
  });
}
