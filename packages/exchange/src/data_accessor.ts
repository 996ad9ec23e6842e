// Searching one customer's Q index as one of its users: the object an ISV holds per customer connection.

import type { AttributeFilter, RelevantContent } from "@aws-sdk/client-qbusiness";
import {
  type SearchPage,
  type SearchPageInput,
  searchRelevantContent,
} from "./aws/search_relevant_content.ts";
import { parseSearchConnection, type SearchConnection } from "./connection.ts";
import { type Deadline, withDeadline } from "./deadline.ts";
import { AwsStepError, ExchangeSettingsError } from "./errors.ts";
import { ExchangeClient } from "./exchange_client.ts";
import type { ExchangeClientOptions } from "./exchange_options.ts";
import type { ExchangedSession } from "./exchange_request.ts";
import { readAwsFailure } from "./failures/aws_failure.ts";
import { awsStepError } from "./failures/explain_failure.ts";
import { otherFixes } from "./failures/other_fixes.ts";
import { fromTrustedTokenIssuer, type TrustedTokenIssuerProvider } from "./from_trusted_token_issuer.ts";

/** What a data accessor is made of: a connection, and the options of its client or a shared client. */
export interface DataAccessorOptions extends ExchangeClientOptions {
  readonly connection: SearchConnection;
  /** Shares caches, limits and sockets with other accessors; the other options are then the client's. */
  readonly client?: ExchangeClient | undefined;
}

/** One search. */
export interface SearchRequest {
  /** The user, by the name the token source knows. */
  readonly user: string;
  /** What to search for. */
  readonly queryText: string;
  /** Q Business's filter by attributes of documents, passed on as it is. */
  readonly attributeFilter?: AttributeFilter | undefined;
  /** Results to yield at most, over all pages. */
  readonly maxResults?: number | undefined;
  /** Results asked for in one call, 1–100. Default: what AWS gives. */
  readonly pageSize?: number | undefined;
  /** Continues a search that was broken off at this token. */
  readonly nextToken?: string | undefined;
  /** Ends the search with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** AWS's limit for one page (SearchRelevantContent API reference). */
const largestPage = 100;

/** Credentials younger than this that are denied are not stale: the denial is meant. */
export const suspectAfterMs = 60_000;

/** Searches one customer's Q index as one of its users. */
export class DataAccessor {
  readonly #client: ExchangeClient;
  readonly #ownsClient: boolean;
  readonly #connection: SearchConnection;

  /** @throws ExchangeSettingsError naming every field of the connection that is wrong */
  constructor(options: DataAccessorOptions) {
    this.#connection = Object.freeze(parseSearchConnection(options.connection));
    this.#ownsClient = options.client === undefined;
    const { connection: _connection, client, ...own } = options;
    this.#client = client ?? new ExchangeClient(own);
  }

  get connection(): SearchConnection {
    return this.#connection;
  }

  /**
   * The passages the user may see, page after page, as they are asked for.
   *
   * @throws ExchangeError with step, causes and fix; the signal's reason if the caller aborts
   */
  async *search(request: SearchRequest): AsyncGenerator<RelevantContent, void, undefined> {
    for await (const page of this.pages(request)) for (const result of page.results) yield result;
  }

  /** Like {@link search}, a page at a time; `nextToken` of a page continues later with {@link SearchRequest}. */
  async *pages(request: SearchRequest): AsyncGenerator<SearchPage, void, undefined> {
    assertSearchRequest(request);
    const { queryText, attributeFilter } = request;
    let { nextToken } = request;
    let remaining = request.maxResults ?? Number.POSITIVE_INFINITY;
    do {
      const size = Math.min(remaining, request.pageSize ?? largestPage);
      const maxResults = Number.isFinite(remaining) || request.pageSize !== undefined ? size : undefined;
      const page = await this.#page(request, { queryText, attributeFilter, maxResults, nextToken });
      yield page.results.length > remaining ? { ...page, results: page.results.slice(0, remaining) } : page;
      remaining -= page.results.length;
      nextToken = page.nextToken;
    } while (nextToken !== undefined && remaining > 0);
  }

  /** The user's credentials as a provider for any other AWS SDK client. */
  credentialsFor(user: string): TrustedTokenIssuerProvider {
    return fromTrustedTokenIssuer({ connection: this.#connection, user, client: this.#client });
  }

  /** Drops everything kept for a user: at log-out, dismissal, changed rights. */
  async forget(user: string): Promise<void> {
    await this.#client.forget(this.#connection, user);
  }

  /** Closes sockets, unless the client was passed in. */
  destroy(): void {
    if (this.#ownsClient) this.#client.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  #page({ user, signal }: SearchRequest, input: SearchPageInput): Promise<SearchPage> {
    return withDeadline(this.#client.deadlineSeconds, signal, async (deadline) => {
      const session = await this.#session(user, deadline);
      try {
        return await this.#searchOnce(user, session, input, deadline);
      } catch (error) {
        if (!mayBeStale(error, this.#client.ageMs(session))) throw error;
        this.#client.reject(this.#connection, user, session);
        return await this.#searchOnce(user, await this.#session(user, deadline), input, deadline);
      }
    });
  }

  #session(user: string, deadline: Deadline): Promise<ExchangedSession> {
    const connection = this.#connection;
    // The exchange may be shared with others; where it hangs is where this search hangs.
    deadline.follow(() => this.#client.placeOf(connection, user));
    return this.#client.session({ connection, user, signal: deadline.signal });
  }

  #searchOnce(
    user: string,
    session: ExchangedSession,
    input: SearchPageInput,
    deadline: Deadline,
  ): Promise<SearchPage> {
    const connection = this.#connection;
    const { credentials, clockOffsetMs } = session;
    const about = { step: "search-relevant-content", tenantId: connection.tenantId, user } as const;
    return this.#client.events.observe(about, async () => {
      deadline.at(about.step);
      const { clients } = this.#client;
      const { qRegion } = connection;
      const client =
        clients.keptSearchClient(qRegion, credentials) ??
        (await deadline.race(clients.searchClient(qRegion, credentials, clockOffsetMs)));
      try {
        return await deadline.race(searchRelevantContent(client, connection, input, deadline.signal));
      } catch (error) {
        if (deadline.signal.aborted) throw error;
        const failure = readAwsFailure(error, [credentials.secretAccessKey, credentials.sessionToken]);
        throw awsStepError(about.step, failure, { ...connection, token: session.token });
      }
    });
  }
}

/** Whether new credentials can help: AWS says they ended, or denies ones that were once good. */
function mayBeStale(error: unknown, ageMs: number): boolean {
  if (!(error instanceof AwsStepError)) return false;
  if (error.code === "credentials_expired") return true;
  return error.code === "search_denied" && ageMs > suspectAfterMs;
}

function assertSearchRequest({ queryText, maxResults, pageSize }: SearchRequest): void {
  const faults: string[] = [];
  if (typeof queryText !== "string" || queryText.trim() === "") faults.push("queryText is empty");
  if (maxResults !== undefined && !(Number.isInteger(maxResults) && maxResults >= 1)) {
    faults.push(`maxResults is ${maxResults}, expected a whole number from 1`);
  }
  if (pageSize !== undefined && !(Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= largestPage)) {
    faults.push(`pageSize is ${pageSize}, expected a whole number from 1 to ${largestPage}`);
  }
  if (faults.length === 0) return;
  throw new ExchangeSettingsError({
    code: "search_request_invalid",
    step: "settings",
    message: `The search cannot be made: ${faults.join("; ")}.`,
    fix: otherFixes.search_request_invalid,
  });
}
