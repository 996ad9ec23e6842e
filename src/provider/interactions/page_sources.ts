// Owns the pages oidc-provider shows by itself, in our words: the logout question, its end, and errors.
import type { Configuration, KoaContextWithOIDC } from "oidc-provider";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { answerOf, errorPage } from "../../http_errors.ts";
import { firstLanguage } from "../../input/language_tags.ts";
import { currentFrame, speak, wearLook, withFrame } from "../../views/frame.ts";
import { pageHeaders, renderPage } from "../../views/render.ts";
import { languages } from "../../views/words/languages.ts";
import { accountClientId } from "../clients/account_client.ts";
import { lookOfApplication } from "../clients/application_look.ts";
import { applicationWay } from "../clients/application_way.ts";
import { requestIdOf } from "../edge/pinned_request.ts";
import { endSessionNow } from "../library/internals.ts";
import { createDevicePages, type DevicePages } from "./device_pages.ts";
import { endsWithoutQuestion } from "./logout_request.ts";

type Logout = NonNullable<NonNullable<Configuration["features"]>["rpInitiatedLogout"]>;

/** The page sources oidc-provider's settings name. */
export interface PageSources {
  logout: NonNullable<Logout["logoutSource"]>;
  loggedOut: NonNullable<Logout["postLogoutSuccessSource"]>;
  error: NonNullable<Configuration["renderError"]>;
  device: DevicePages;
}

/** Makes the page sources. */
export function createPageSources({ db }: { db: Database }): PageSources {
  // Of the application that asks, where the library knows one.
  const dress = async ({ oidc: { client } }: KoaContextWithOIDC) =>
    wearLook(client && (await lookOfApplication(db, client)));
  return {
    device: createDevicePages(dress),
    async logout(ctx) {
      if (endsWithoutQuestion(ctx)) return endSessionNow(ctx);
      await dress(ctx);
      const secret = ctx.oidc.session?.state?.["secret"];
      show(
        ctx,
        200,
        renderPage("logout", {
          action: ctx.oidc.urlFor("end_session_confirm"),
          xsrf: typeof secret === "string" ? secret : "",
          // Who signs out at the pages of the account has left no application.
          clientName: ctx.oidc.client?.clientId === accountClientId ? undefined : nameOf(ctx),
        }),
      );
    },
    async loggedOut(ctx) {
      await dress(ctx);
      show(ctx, 200, renderPage("logged_out", { clientName: nameOf(ctx) }));
    },
    async error(ctx, out, error) {
      // Trouble of ours that is no word of the protocol: the store does not answer.
      const trouble = error instanceof OperationError ? answerOf(error) : undefined;
      if (trouble !== undefined) ctx.status = trouble.status;
      // The request may have come where its address does not say it: pushed, or in a form.
      const asked = firstLanguage(String(ctx.oidc.params?.["ui_locales"] ?? ""), languages);
      if (asked !== undefined) speak(asked);
      const client = ctx.oidc.client;
      // What is wrong may be the store.
      await dress(ctx).catch(() => undefined);
      const application = client && applicationWay(client);
      const told = trouble ?? { code: out.error, message: out.error_description };
      const draw = () => errorPage(told, requestIdOf(ctx.req));
      const frame = currentFrame();
      const from = application && { findApplication: async () => application };
      const page = await (frame && from ? withFrame({ ...frame, ...from }, draw) : draw());
      show(ctx, ctx.status, page);
    },
  };
}

function nameOf(ctx: KoaContextWithOIDC): string | undefined {
  const client = ctx.oidc.client;
  // The account is no application one could have left.
  return client?.clientId === accountClientId ? undefined : (client?.clientName ?? client?.clientId);
}

function show(ctx: KoaContextWithOIDC, status: number, html: string): void {
  ctx.status = status;
  ctx.set({ ...pageHeaders() });
  ctx.body = html;
}
