// Owns the search route: one JSON document, or NDJSON as the pages arrive.
import { Readable } from "node:stream";
import type Router from "@koa/router";
import type { SearchPage } from "tti-exchange";
import { answerOf } from "../http_errors.ts";
import { type ApiRoute, apiRoutes } from "./api_routes.ts";
import { addJsonRoute, type JsonRouteDeps } from "./json_routes.ts";
import { searchPages, searchTenant } from "./operations/search.ts";

const [searchRoute] = apiRoutes.filter(({ streamed }) => streamed) as [ApiRoute];

/** Adds `POST /v1/tenants/:tenant/search`. */
export function addSearchRoute(router: Router, deps: JsonRouteDeps): void {
  addJsonRoute(router, searchRoute, deps, async (ctx, callers, input) => {
    const aborted = new AbortController();
    // A caller that hangs up must not leave a search running.
    ctx.res.once("close", () => aborted.abort());
    const context = { ...callers, signal: aborted.signal };
    if (ctx.accepts("application/json", "application/x-ndjson") !== "application/x-ndjson") {
      return searchTenant(context, input);
    }
    const lines = await linesOf(searchPages(context, input));
    ctx.type = "application/x-ndjson";
    return lines;
  });
}

// The first page is waited for, so that a refusal still has its own status. A failure later can only be a
// last line of its own.
async function linesOf(pages: AsyncGenerator<SearchPage>): Promise<Readable> {
  const first = await pages.next();
  const lines = async function* () {
    try {
      if (first.done !== true) yield linesOfPage(first.value);
      for await (const page of pages) yield linesOfPage(page);
    } catch (error) {
      const { code, message, fix } = answerOf(error);
      yield `${JSON.stringify({ error: code, error_description: message, fix })}\n`;
    }
  };
  return Readable.from(lines());
}

function linesOfPage(page: SearchPage): string {
  return page.results.map((result) => `${JSON.stringify(result)}\n`).join("");
}
