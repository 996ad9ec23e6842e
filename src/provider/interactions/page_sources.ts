// Owns the pages oidc-provider shows by itself, in our words: the logout question, its end, and errors.
import type { Configuration, KoaContextWithOIDC } from "oidc-provider";
import { pageHeaders, renderPage } from "../../views/render.ts";
import { requestIdOf } from "../edge/pinned_request.ts";

type Logout = NonNullable<NonNullable<Configuration["features"]>["rpInitiatedLogout"]>;

/** The page sources oidc-provider's settings name. */
export interface PageSources {
  logout: NonNullable<Logout["logoutSource"]>;
  loggedOut: NonNullable<Logout["postLogoutSuccessSource"]>;
  error: NonNullable<Configuration["renderError"]>;
}

/** Makes the page sources. */
export function createPageSources(): PageSources {
  return {
    logout(ctx) {
      const secret = ctx.oidc.session?.state?.["secret"];
      show(
        ctx,
        200,
        renderPage("logout", {
          action: ctx.oidc.urlFor("end_session_confirm"),
          xsrf: typeof secret === "string" ? secret : "",
          clientName: nameOf(ctx),
        }),
      );
    },
    loggedOut(ctx) {
      show(ctx, 200, renderPage("logged_out", { clientName: nameOf(ctx) }));
    },
    error(ctx, out) {
      const fix = fixes[out.error];
      show(
        ctx,
        ctx.status,
        renderPage("error", {
          status: ctx.status,
          code: out.error,
          what: out.error_description ?? "The request could not be served.",
          ...(fix === undefined ? {} : { fix }),
          requestId: requestIdOf(ctx.req),
        }),
      );
    },
  };
}

// What a person can do; everything else is for the application's developer, whom the code will tell.
const fixes: Readonly<Record<string, string>> = {
  invalid_request:
    "Go back to the application and start again. If that does not help, its request is malformed: the message says where.",
  invalid_client:
    "The application is not registered here, or not as it says. Its developer can register it with `tti client create`.",
  invalid_redirect_uri:
    "The application asked to send you somewhere it did not register. Its developer must use a registered redirect URI, letter by letter.",
  server_error: "Try again in a moment. If it stays, tell the operator the request id.",
};

function nameOf(ctx: KoaContextWithOIDC): string | undefined {
  return ctx.oidc.client?.clientName ?? ctx.oidc.client?.clientId;
}

function show(ctx: KoaContextWithOIDC, status: number, html: string): void {
  ctx.status = status;
  ctx.set({ ...pageHeaders() });
  ctx.body = html;
}
