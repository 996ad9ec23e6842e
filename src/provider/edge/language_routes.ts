// Owns the address that takes a person's choice of a language, from the foot of any page, and leads back to that page with
// what had been typed there. A password that came along is looked at by nobody.
import type { IncomingMessage, ServerResponse } from "node:http";
import type Router from "@koa/router";
import { OperationError } from "../../errors.ts";
import { uriOf } from "../../input/web_address.ts";
import { seeOther } from "../../see_other.ts";
import { linkable } from "../../views/page_links.ts";
import { isLanguage, type Language } from "../../views/words/languages.ts";
import { assertOwnForm, readForm } from "./form.ts";
import { leaveOutcome, type OutcomePlace, takeOutcome } from "./form_outcome.ts";
import { keepChosenLanguage } from "./page_language.ts";

const typedForm = "typed";

/** What taking a choice needs. */
export interface LanguageRoutesDeps {
  issuer: string;
  /** Keeps the choice for whoever is signed in at the browser, if anybody is. */
  keepFor(request: IncomingMessage, response: ServerResponse, language: Language): Promise<void>;
}

/** Adds it to a router. */
export function addLanguageRoutes(router: Router, { issuer, keepFor }: LanguageRoutesDeps): void {
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
    const { path, query } = pageOf(page, origin);
    const place = { cookies: ctx.cookies, issuer };
    keepChosenLanguage(place, language, path);
    await keepFor(ctx.req, ctx.res, language);
    const [email, userCode] = [form.get("email"), form.get("user_code")];
    if (email || userCode) leaveOutcome(place, typedForm, { path, email, userCode });
    seeOther(ctx, `${path}${query}`);
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

// Path and query of a page of this origin, without the wish of an application that the person's own now stands before. Judged
// as the URL parser leaves it: `/x/..//host` is another host's.
function pageOf(page: string, origin: string): { path: string; query: string } {
  const url = page.startsWith("/") ? uriOf(`${origin}${page}`) : undefined;
  if (url === undefined || url.origin !== origin || linkable(url.pathname) === undefined) {
    return { path: "/", query: "" };
  }
  if (url.searchParams.has("ui_locales")) url.searchParams.delete("ui_locales");
  return { path: url.pathname, query: url.search };
}
