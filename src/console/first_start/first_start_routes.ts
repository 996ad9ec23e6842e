// Owns /console/first: the page that a one-time link opens while there is no owner, and its form, which makes the first.
// Opening the page does nothing, for links are also opened by what previews them; the form uses the link up.
import type Router from "@koa/router";
import type { RouterContext } from "@koa/router";
import { assertFirstLinkStands, contextForFirstLink } from "../../admin/first_link_context.ts";
import { createAdministrator } from "../../admin/operations/administrators.ts";
import { OperationError } from "../../errors.ts";
import { logFailure } from "../../http_errors.ts";
import { onceEach, parseFormText } from "../../input/form_text.ts";
import { assertOwnForm, readForm } from "../../provider/edge/form.ts";
import { seeOther } from "../../see_other.ts";
import { type OpenConsoleDeps, sendConsoleError, showPage } from "../answer_routes.ts";
import { given } from "../form_values.ts";
import type { Refused } from "../place.ts";
import { signInPath } from "../sign_in/sign_in_routes.ts";
import { firstStartPage, firstStartPath } from "./first_start_page.ts";

// Whoever comes too late may be the one who came in time, by a second click.
const ways = [{ label: "Sign in to the console", url: signInPath }];

/** Adds the address of the first start. */
export function addFirstStartRoutes(router: Router, deps: OpenConsoleDeps): void {
  router.get(firstStartPath, (ctx) =>
    answered(ctx, async () => {
      const secret = onceEach(parseFormText(ctx.querystring)).get("token") ?? "";
      await assertFirstLinkStands(deps, secret);
      showPage(ctx, 200, firstStartPage(secret));
    }),
  );

  router.post(firstStartPath, (ctx) =>
    answered(ctx, async () => {
      assertOwnForm(ctx.req, deps.adminUrl);
      const form = await readForm(ctx.req);
      const secret = form.get("token") ?? "";
      try {
        await createAdministrator(contextForFirstLink(deps, secret), {
          role: "owner",
          email: form.get("email")?.trim() ?? "",
          password: form.get("password") ?? "",
          ...given(form, "name"),
        });
        seeOther(ctx, signInPath);
      } catch (error) {
        await refuse(ctx, secret, { form, error });
      }
    }),
  );

  // Shows the form again with what is wrong with it, as long as the link counts.
  async function refuse(
    ctx: RouterContext,
    secret: string,
    { form, error }: { form: Refused["form"]; error: unknown },
  ): Promise<void> {
    if (!(error instanceof OperationError) || error.status >= 500) throw error;
    await assertFirstLinkStands(deps, secret);
    logFailure(deps.log, ctx.req, error);
    showPage(ctx, error.status, firstStartPage(secret, { form, error }));
  }

  async function answered(ctx: RouterContext, answer: () => Promise<void>): Promise<void> {
    // The address holds a secret: it is told to nobody, this server's own log included.
    ctx.set("Referrer-Policy", "no-referrer");
    try {
      await answer();
    } catch (error) {
      await sendConsoleError(ctx, error, deps, ways);
    }
  }
}
