// Owns the addresses of the account: its pages one by one, and where a sign-in or a sign-out for it comes back.
import type Router from "@koa/router";
import type { RouterContext } from "@koa/router";
import { OperationError } from "../../errors.ts";
import { onceEach, parseFormText } from "../../input/form_text.ts";
import { seeOther } from "../../see_other.ts";
import { currentApplication, currentWords } from "../../views/frame.ts";
import { pageHeaders, renderPage } from "../../views/render.ts";
import {
  accountReturnPath,
  accountSignedOutPath,
  accountSignOutUrl,
  accountStayedPath,
} from "../clients/account_client.ts";
import { shownPerson } from "../tenants/person_in_tenant.ts";
import { addAccountPage } from "./account_page_routes.ts";
import { findAccountPerson } from "./account_person.ts";
import { accountClosedPath, pathAfterSignIn } from "./account_tabs.ts";
import { applicationsForm, applicationsPage } from "./applications_page.ts";
import { closeForm, closePage } from "./close_page.ts";
import { dataForm, dataPage } from "./data_page.ts";
import { donePage } from "./done_page.ts";
import { type EmailPageDeps, emailForms, emailPage } from "./email_page.ts";
import { type FactorsPageDeps, factorsForm, factorsPage } from "./factors_page.ts";
import { nameForm, namePage } from "./name_page.ts";
import { overviewPage } from "./overview_page.ts";
import { type PasskeysPageDeps, passkeysForms, passkeysPage } from "./passkeys_page.ts";
import { type PasswordPageDeps, passwordForm, passwordPage } from "./password_page.ts";
import { sessionsForm, sessionsPage } from "./sessions_page.ts";

/** Adds them to a router. */
export function addAccountRoutes(
  router: Router,
  deps: PasswordPageDeps & EmailPageDeps & PasskeysPageDeps & FactorsPageDeps,
): void {
  addAccountPage(router, deps, overviewPage(deps));
  addAccountPage(router, deps, namePage, [nameForm(deps)]);
  addAccountPage(router, deps, passwordPage(deps), [passwordForm(deps)]);
  addAccountPage(router, deps, emailPage(deps), emailForms(deps));
  addAccountPage(router, deps, applicationsPage(deps), [applicationsForm(deps)]);
  addAccountPage(router, deps, donePage(deps));
  addAccountPage(router, deps, passkeysPage(deps), passkeysForms(deps));
  addAccountPage(router, deps, factorsPage(deps), [factorsForm(deps)]);
  addAccountPage(router, deps, sessionsPage(deps), [sessionsForm(deps)]);
  addAccountPage(router, deps, dataPage, [dataForm(deps)]);
  addAccountPage(router, deps, closePage(deps), [closeForm(deps)]);

  router.get(accountReturnPath, (ctx) => {
    const answer = onceEach(parseFormText(ctx.querystring));
    if (answer.get("error") === undefined)
      return seeOther(ctx, `${deps.issuer}${pathAfterSignIn(answer.get("state"))}`);
    throw new OperationError("unauthenticated", "The sign-in was not completed.", {
      fix: "Open your account again and sign in.",
    });
  });

  router.get(accountSignedOutPath, (ctx) => {
    showHtml(ctx, renderPage("logged_out", { signInUrl: "/account" }));
  });

  router.get(accountClosedPath, (ctx) => {
    const { closedTitle: title, closed: lines } = currentWords().close;
    showHtml(ctx, renderPage("done", { title, lines, ways: [] }));
  });

  // Who was asked whether to sign out, and said no (interactions/stay_signed_in.ts).
  router.get(accountStayedPath, async (ctx) => {
    const person = await findAccountPerson(deps, ctx.req, ctx.res);
    if (person === undefined) return seeOther(ctx, `${deps.issuer}${accountSignedOutPath}`);
    const page = {
      accountEmail: shownPerson(person.account, person.memberships).email,
      application: await currentApplication(),
      accountUrl: "/account",
      signOutUrl: accountSignOutUrl(deps.issuer),
    };
    showHtml(ctx, renderPage("stayed", page));
  });
}

function showHtml(ctx: RouterContext, html: string): void {
  ctx.status = 200;
  ctx.set({ ...pageHeaders() });
  ctx.body = html;
}
