// Owns the search route: one JSON document, or NDJSON as the pages arrive.
import { Readable } from "node:stream";
import type Router from "@koa/router";
import type { RouterContext } from "@koa/router";
import type { SearchPage } from "tti-exchange";
import { z } from "zod";
import type { SearchQuery, SearchService } from "../accessors/search_service.ts";
import { answerOf } from "../http_errors.ts";
import type { BackEndToken } from "../provider/clients/access_tokens.ts";
import { assertTenantAllowed, authenticateBackEnd, searchScope } from "./authenticate.ts";
import { readJsonBody } from "./json_body.ts";
import { parseArguments } from "./operations/operation.ts";

/** What the route needs. */
export interface SearchRouteDeps {
  search: SearchService;
  findBackEndToken(token: string): Promise<BackEndToken | undefined>;
}

const searchBody = z.strictObject({
  user: z.string().min(1).max(300),
  query: z.string().min(1).max(2000),
  accessor: z.string().max(64).optional(),
  maxResults: z.int().min(1).max(1000).optional(),
  pageSize: z.int().min(1).max(100).optional(),
  nextToken: z.string().min(1).max(800).optional(),
  attributeFilter: z.looseObject({}).optional(),
});

/** Results of one answer, unless the caller says otherwise. */
export const usualResults = 10;

/** Adds `POST /v1/tenants/:tenant/search`. */
export function addSearchRoute(router: Router, deps: SearchRouteDeps): void {
  router.post("/v1/tenants/:tenant/search", async (ctx) => {
    const caller = await authenticateBackEnd(ctx.get("authorization"), searchScope, deps.findBackEndToken);
    const tenantId = ctx.params["tenant"] ?? "";
    assertTenantAllowed(caller, "search", tenantId);
    const body = parseArguments(searchBody, await readJsonBody(ctx.req));
    const aborted = new AbortController();
    // A caller that hangs up must not leave a search running.
    ctx.res.once("close", () => aborted.abort());
    const pages = deps.search.pages({
      clientId: caller.clientId,
      tenantId,
      user: body.user,
      accessor: body.accessor ?? "default",
      queryText: body.query,
      maxResults: body.maxResults ?? usualResults,
      pageSize: body.pageSize,
      nextToken: body.nextToken,
      attributeFilter: body.attributeFilter as SearchQuery["attributeFilter"],
      signal: aborted.signal,
    });
    if (ctx.accepts("application/json", "application/x-ndjson") === "application/x-ndjson") {
      await answerLines(ctx, pages);
    } else {
      await answerDocument(ctx, pages);
    }
  });
}

async function answerDocument(ctx: RouterContext, pages: AsyncGenerator<SearchPage>): Promise<void> {
  const results: unknown[] = [];
  let nextToken: string | undefined;
  for await (const page of pages) {
    results.push(...page.results);
    nextToken = page.nextToken;
  }
  ctx.body = { results, ...(nextToken === undefined ? {} : { nextToken }) };
}

// The first page is waited for, so that a refusal still has its own status. A failure later can only be a
// last line of its own.
async function answerLines(ctx: RouterContext, pages: AsyncGenerator<SearchPage>): Promise<void> {
  const first = await pages.next();
  const lines = async function* () {
    try {
      if (first.done !== true) yield linesOf(first.value);
      for await (const page of pages) yield linesOf(page);
    } catch (error) {
      const { code, message, fix } = answerOf(error);
      yield `${JSON.stringify({ error: code, error_description: message, fix })}\n`;
    }
  };
  ctx.type = "application/x-ndjson";
  ctx.body = Readable.from(lines());
}

function linesOf(page: SearchPage): string {
  return page.results.map((result) => `${JSON.stringify(result)}\n`).join("");
}
