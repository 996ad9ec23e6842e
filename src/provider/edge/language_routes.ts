// Owns the address that takes a person's choice of a language, from the foot of any page, and leads back to that page with
// what had been typed there. A password that came along is looked at by nobody.
import type Router from "@koa/router";
import { OperationError } from "../../errors.ts";
import { seeOther } from "../../see_other.ts";
import { linkable } from "../../views/pages.ts";
import { isLanguage } from "../../views/words/languages.ts";
import { assertOwnForm, readForm } from "./form.ts";
import { leaveOutcome, type OutcomePlace, takeOutcome } from "./form_outcome.ts";
import { keepChosenLanguage } from "./page_language.ts";

const typedForm = "typed";

/** Adds it to a router. */
export function addLanguageRoutes(router: Router, { issuer }: { issuer: string }): void {
  const { origin } = new URL(issuer);
  router.post("/language", async (ctx) => {
    assertOwnForm(ctx.req, origin);
    const form = await readForm(ctx.req);
    const [language, page = "/"] = form.get("language")?.split(" ", 2) ?? [];
    if (!isLanguage(language)) {
      throw new OperationError("invalid_input", "language must be the code of a language that there is.", {
        field: "language",
      });
    }
    const back = pageOf(page, origin);
    const place = { cookies: ctx.cookies, issuer };
    keepChosenLanguage(place, language, back.pathname);
    const { pathname: path } = back;
    const [email, userCode] = [form.get("email"), form.get("user_code")];
    if (email || userCode) leaveOutcome(place, typedForm, { path, email, userCode });
    seeOther(ctx, `${path}${back.search}`);
  });
}

/**
 * What had been typed on a page when a language was chosen there; it is told once.
 * @param path of the page that is opened
 */
export function takeTyped(
  place: OutcomePlace,
  path: string,
): { email?: string | undefined; userCode?: string | undefined } | undefined {
  const outcome = takeOutcome(place, typedForm);
  if (outcome === undefined || outcome["path"] !== path) return undefined;
  return { email: outcome["email"], userCode: outcome["userCode"] };
}

// A page of this origin, without the wish of an application that the person's own now stands before.
function pageOf(page: string, origin: string): URL {
  const url = URL.canParse(page, origin) ? new URL(page, origin) : undefined;
  if (url === undefined || url.origin !== origin || !page.startsWith("/") || linkable(page) === undefined) {
    return new URL("/", origin);
  }
  if (url.searchParams.has("ui_locales")) url.searchParams.delete("ui_locales");
  return url;
}
