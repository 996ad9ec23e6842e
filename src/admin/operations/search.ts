// Owns the search of a customer's index as one of its users, as an operation: pages as they come, or all of them.
import type { SearchPage } from "tti-exchange";
import { z } from "zod";
import { readAttributeFilter } from "../../accessors/attribute_filter.ts";
import type { SearchService } from "../../accessors/search_service.ts";
import { assertPermitted, operationsIn } from "./entry.ts";
import { says } from "./input_faults.ts";
import { type OperationContext, parseArguments } from "./operation.ts";
import { assertTenantAllowed, type Caller, searchScope } from "./permissions.ts";

/** What searching works with. */
export interface SearchContext extends OperationContext {
  search: SearchService;
  caller: Caller;
  /** Aborted when whoever asked hung up: a search must not run on for nobody. */
  signal?: AbortSignal;
}

/** Results of one answer, unless the caller says otherwise. */
export const usualResults = 10;

const input = z.strictObject({
  tenantId: z.string().describe("The customer."),
  user: z.string().min(1).max(300).describe("As whom: an e-mail address or a user id, also as `id:VALUE`."),
  query: z.string().min(1).max(2000).describe("What to search for."),
  accessor: z.string().max(64).optional().describe("Which data accessor of the customer (default: default)."),
  maxResults: z.int().min(1).max(1000).optional().describe(`At most so many (default: ${usualResults}).`),
  pageSize: z.int().min(1).max(100).optional().describe("How many are asked of AWS at a time."),
  nextToken: z.string().min(1).max(800).optional().describe("Goes on after another answer."),
  attributeFilter: z
    .looseObject({})
    .transform((value, issues) => {
      const read = readAttributeFilter(value);
      if ("filter" in read) return read.filter;
      issues.addIssue({ code: "custom", path: read.path, message: says(read.fault, read.fix) });
      return z.NEVER;
    })
    .optional()
    .describe(
      "An AttributeFilter of Amazon Q Business, every member of which is known; dates as ISO 8601 or epoch seconds.",
    ),
});

/**
 * Searches, page by page.
 * @param given as the operation's input
 * @throws OperationError forbidden, invalid_input; what the search throws comes with its first page
 */
export function searchPages(
  context: Pick<SearchContext, "search" | "caller" | "signal" | "may" | "db">,
  given: unknown,
): AsyncGenerator<SearchPage> {
  const { search, caller, signal } = context;
  const { tenantId = "" } = given as { tenantId?: string };
  const assertServed = () => {
    assertTenantAllowed(caller, "search", tenantId);
  };
  assertServed();
  const wanted = parseArguments(input, given);
  return search.pages({
    clientId: caller.clientId,
    async still() {
      await assertPermitted(searchScope, context, context.db);
      assertServed();
    },
    tenantId,
    user: wanted.user,
    accessor: wanted.accessor ?? "default",
    queryText: wanted.query,
    maxResults: wanted.maxResults ?? usualResults,
    pageSize: wanted.pageSize,
    nextToken: wanted.nextToken,
    attributeFilter: wanted.attributeFilter,
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Searches a customer's index as one of its users. @throws OperationError forbidden, and what the search throws */
export const searchTenant = operationsIn<SearchContext>()({
  name: "tenant search",
  summary: "Search a customer's index as one of its users",
  permission: searchScope,
  events: ["search.made", "token.minted", "token.refused"],
  ownTransaction: "it reaches AWS, and each page is recorded before it is handed over",
  input,
  output: z.strictObject({
    results: z.array(z.looseObject({})).describe("As SearchRelevantContent answers them."),
    nextToken: z.string().optional().describe("Goes on after this answer; absent: there is no more."),
  }),
  http: [
    {
      method: "post",
      path: "/v1/tenants/:tenant/search",
      params: { tenant: "tenantId" },
      streamed: "application/x-ndjson",
    },
  ],
  async run(_db, wanted, act) {
    const results: Record<string, unknown>[] = [];
    let nextToken: string | undefined;
    for await (const page of searchPages(act, wanted)) {
      results.push(...page.results.map((result) => ({ ...result })));
      nextToken = page.nextToken;
    }
    return { results, ...(nextToken === undefined ? {} : { nextToken }) };
  },
});
