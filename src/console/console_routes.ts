// Owns the console on the admin port as a whole: under which name it answers, with which headers, and what is shown when
// something cannot be. No rule of administration lives here: whatever is read or done is an operation of the table.
import Router from "@koa/router";
import type { Context, Middleware } from "koa";
import { matchedRouteOf } from "../access_log.ts";
import { addAssetRoutes } from "../asset_routes.ts";
import { OperationError } from "../errors.ts";
import { assertMethodIsKnown } from "../http_methods.ts";
import { addLogoRoutes } from "../provider/looks/logo_routes.ts";
import { describeRequest } from "../request_context.ts";
import { seeOther } from "../see_other.ts";
import { withFrame } from "../views/frame.ts";
import { pageHeaders } from "../views/render.ts";
import { type ConsoleDeps, frameOf, type OpenConsoleDeps, sendConsoleError } from "./answer_routes.ts";
import { ForeignName } from "./console_error.ts";
import { decideHost } from "./edge/origin.ts";
import { addFirstStartRoutes } from "./first_start/first_start_routes.ts";
import { addPlace } from "./place_routes.ts";
import { places } from "./places.ts";
import { addSignInRoutes } from "./sign_in/sign_in_routes.ts";

const mostQueryCharacters = 4_096;

/** Makes the console: it answers its own addresses of the admin port, and lets every other pass. */
export function createConsole(deps: ConsoleDeps): Middleware {
  const { adminUrl } = deps;
  const answer = adminUrl === undefined ? undefined : answerAt({ ...deps, adminUrl });
  return async function console(ctx, next) {
    if (!/^\/(?:console|assets)(?:\/|$)/i.test(ctx.path)) return next();
    ctx.set(headersFor(deps));
    const frame = frameOf(deps);
    ctx.state["frame"] = frame;
    await withFrame(frame, async () => {
      try {
        if (answer === undefined) throw notOpen();
        await answer(ctx);
        describeRequest({ route: matchedRouteOf(ctx) });
      } catch (error) {
        describeRequest({ route: matchedRouteOf(ctx) });
        await sendConsoleError(ctx, error, deps);
      }
    });
  };
}

function answerAt(deps: OpenConsoleDeps): (ctx: Context) => Promise<void> {
  const router = new Router();
  addAssetRoutes(router);
  addLogoRoutes(router, deps);
  addSignInRoutes(router, deps);
  addFirstStartRoutes(router, deps);
  for (const place of places) addPlace(router, place, deps);
  const serve = router.routes() as unknown as Middleware;
  return async (ctx) => {
    // A page of anybody's can have a name of its own resolve to this machine (DNS rebinding), so nothing is told under one.
    const decision = decideHost(ctx.get("host"), deps.adminUrl);
    if (decision === "refuse") throw new ForeignName();
    if (decision !== "serve") {
      // Nothing is asked of a form that was meant for another name.
      if (ctx.method !== "GET" && ctx.method !== "HEAD") throw new ForeignName();
      return seeOther(ctx, decision.goTo);
    }
    assertMethodIsKnown(ctx, [router]);
    if (ctx.querystring.length > mostQueryCharacters) {
      throw new OperationError(
        "invalid_input",
        `The query is longer than ${mostQueryCharacters} characters.`,
      );
    }
    await serve(ctx, async () => {
      throw new OperationError("not_found", "The console has nothing at this address.", {
        fix: "Go on from its first page.",
      });
    });
  };
}

// The forms of these pages lead to the console itself, and signing out to the provider.
function headersFor({ adminUrl, issuer }: ConsoleDeps): Record<string, string> {
  const headers = pageHeaders();
  const policy = headers["Content-Security-Policy"] ?? "";
  return {
    ...headers,
    "Content-Security-Policy": `${policy}; form-action 'self' ${new URL(issuer).origin}`,
    ...(adminUrl?.startsWith("https:") ? { "Strict-Transport-Security": "max-age=31536000" } : {}),
  };
}

function notOpen(): OperationError {
  return new OperationError(
    "not_found",
    "The console is not open: nobody said under which address browsers reach it.",
    {
      fix: "Set TTI_ADMIN_URL to that address, https outside of this machine, and restart.",
    },
  );
}
