// The search engine of one sandbox: one index per (application, index), searched as one user.
// It joins the pure parts: admit → who may see → match → rank → cut a page. It knows no HTTP and no AWS session.

import { type LocalPrincipals, type SearchUser, STRICT_ACCESS_LISTS } from "./access.ts";
import {
  ADMITTED_FILTER_LIMITS,
  DEFAULT_ATTRIBUTE_FILTER_LIMITS,
  parseAttributeFilter,
} from "./attribute_filter.ts";
import type { ScoreConfidence } from "./confidence.ts";
import {
  attributesOf,
  type DocumentAttribute,
  parseSearchDocument,
  type SearchDocument,
  type SearchDocumentInput,
} from "./document.ts";
import { MOST_TERMS } from "./inverted_index.ts";
import { bindingOf, openPageToken, sealPageToken } from "./page_token.ts";
import { createPassageIndex, type PassageIndex, passageText } from "./passage_index.ts";
import { type RankedPassage, rankPassages } from "./rank.ts";
import { refuseField } from "./search_error.ts";
import type { SearchSettings } from "./settings.ts";
import { queryTerms } from "./terms.ts";
import { createGate, type SearchExplanation } from "./visibility.ts";

/** Results per page when the caller names none. AWS does not publish its default. */
const DEFAULT_MAX_RESULTS = 10;

/** What holds without switches. */
const STRICT_SETTINGS: SearchSettings = {
  pageTokenTtlSeconds: 3600,
  attributeFilterLimits: DEFAULT_ATTRIBUTE_FILTER_LIMITS,
  accessList: STRICT_ACCESS_LISTS,
};

export interface SearchEngineOptions {
  /** Signs paging tokens; one per sandbox. */
  readonly secret: string;
  readonly clock: () => Date;
  /** Asked at each search. Default: the strict ones. */
  readonly settings?: () => SearchSettings;
}

export interface SearchRequest {
  readonly applicationId: string;
  readonly indexId: string;
  readonly queryText: string;
  readonly user: SearchUser;
  /** Names and ids of the user's groups. */
  readonly groups: readonly string[];
  /** Names and groups the user has for the documents of some data sources. */
  readonly locals?: readonly LocalPrincipals[] | undefined;
  /** The caller's AttributeFilter, as it came off the wire. */
  readonly attributeFilter?: unknown;
  /** Further filters every result must pass: those of the data accessor's action configuration. */
  readonly filters?: readonly unknown[];
  /** 1 to 100. */
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

/** A document attribute of a result. */
export interface RelevantContentAttribute {
  name: string;
  value: Exclude<DocumentAttribute["value"], { dateValue: number }> | { dateValue: Date };
}

/** One result, in the shape of Q Business's RelevantContent; dates are `Date`, as SDKs have them. */
export interface RelevantContent {
  content: string;
  documentId: string;
  documentTitle?: string;
  documentUri?: string;
  documentAttributes?: RelevantContentAttribute[];
  scoreAttributes: { scoreConfidence: ScoreConfidence };
}

export interface SearchResult {
  relevantContent: RelevantContent[];
  nextToken?: string;
  /** For the request log; never part of the AWS answer. */
  explanation: SearchExplanation & { readonly documents: number };
}

/** An engine's documents as JSON-safe data. */
export interface SearchSnapshot {
  version: 1;
  indexes: { applicationId: string; indexId: string; documents: SearchDocument[] }[];
}

export interface SearchEngine {
  /** Admits a document and indexes it in place of the one with the same id. @throws SearchValidationError */
  put(applicationId: string, indexId: string, document: SearchDocumentInput): void;
  /** Removes a document; false if there was none. */
  delete(applicationId: string, indexId: string, documentId: string): boolean;
  /** Removes an index with all its documents. */
  deleteIndex(applicationId: string, indexId: string): void;
  find(applicationId: string, indexId: string, documentId: string): SearchDocument | undefined;
  /** The documents of an index, in the order they were first put. */
  list(applicationId: string, indexId: string): SearchDocument[];
  /**
   * Searches as one user. A document reaches the result only if its access list, every accessor filter and the
   * caller's filter let it. An index nobody has put a document into is empty, not an error.
   * @throws SearchValidationError for a blank query, maxResults out of 1–100, a malformed filter, a bad token.
   */
  search(request: SearchRequest): SearchResult;
  /**
   * Reads some of the documents that were put and not searched yet, so that the first search need not read them all.
   *
   * @param most how many documents of each index
   * @returns whether there are more
   */
  read(most: number): boolean;
  /** How long the contents of all documents are together, in bytes of UTF-8. */
  bytes(): number;
  /** Everything the engine holds, for `--state`. Paging tokens survive only with the same secret. */
  export(): SearchSnapshot;
  /** Replaces everything the engine holds. @throws SearchValidationError, and then nothing has changed. */
  import(snapshot: SearchSnapshot): void;
}

/** Creates an empty search engine. */
export function createSearchEngine(options: SearchEngineOptions): SearchEngine {
  const { secret, clock, settings = () => STRICT_SETTINGS } = options;
  let indexes = new Map<string, { applicationId: string; indexId: string; index: PassageIndex }>();

  const find = (applicationId: string, indexId: string) =>
    indexes.get(JSON.stringify([applicationId, indexId]))?.index;

  return {
    put(applicationId, indexId, input) {
      const document = parseSearchDocument(input);
      const key = JSON.stringify([applicationId, indexId]);
      const held = indexes.get(key) ?? { applicationId, indexId, index: createPassageIndex() };
      held.index.put(document);
      indexes.set(key, held);
    },
    delete: (applicationId, indexId, documentId) => find(applicationId, indexId)?.delete(documentId) ?? false,
    deleteIndex(applicationId, indexId) {
      indexes.delete(JSON.stringify([applicationId, indexId]));
    },
    find: (applicationId, indexId, documentId) => find(applicationId, indexId)?.find(documentId),
    list: (applicationId, indexId) => find(applicationId, indexId)?.documents() ?? [],

    search(request) {
      const { attributeFilterLimits, accessList, pageTokenTtlSeconds } = settings();
      const terms = parseQuery(request.queryText);
      const maxResults = parseMaxResults(request.maxResults);
      const filter =
        request.attributeFilter === undefined || request.attributeFilter === null
          ? undefined
          : parseAttributeFilter(request.attributeFilter, "attributeFilter", attributeFilterLimits);
      const accessorFilters = (request.filters ?? []).map((value) =>
        parseAttributeFilter(value, "filterConfiguration.documentAttributeFilter", ADMITTED_FILTER_LIMITS),
      );
      const { applicationId, indexId, queryText, user } = request;
      const groups = [...request.groups].sort();
      const binding = bindingOf({
        applicationId,
        indexId,
        queryText,
        user: user.userId,
        groups,
        filter,
        accessorFilters,
        locals: request.locals,
      });
      const offset =
        request.nextToken === undefined ? 0 : openPageToken(secret, binding, request.nextToken, clock());

      const index = find(applicationId, indexId) ?? createPassageIndex();
      const gate = createGate(user, groups, accessorFilters, filter, accessList, request.locals);
      const matches = index.match(terms, gate.admits);
      const end = offset + maxResults;
      const ranked = rankPassages(matches, terms, end);
      const result: SearchResult = {
        relevantContent: ranked.slice(offset).map(toRelevantContent),
        explanation: { documents: index.size(), ...gate.explanation() },
      };
      if (end < matches.passages.length) {
        const expiresAtMs = clock().getTime() + pageTokenTtlSeconds * 1000;
        result.nextToken = sealPageToken(secret, binding, { offset: end, expiresAtMs });
      }
      return result;
    },

    read: (most) => [...indexes.values()].map(({ index }) => index.read(most)).some((more) => more),

    bytes: () => [...indexes.values()].reduce((sum, { index }) => sum + index.bytes(), 0),

    export: () => ({
      version: 1,
      indexes: [...indexes.values()].map(({ applicationId, indexId, index }) => ({
        applicationId,
        indexId,
        documents: index.documents(),
      })),
    }),
    import(snapshot) {
      if (snapshot.version !== 1)
        refuseField("version", "must be 1; this state was written by another version");
      const next: typeof indexes = new Map();
      for (const { applicationId, indexId, documents } of snapshot.indexes) {
        const index = createPassageIndex();
        for (const document of documents) index.put(parseSearchDocument(document));
        next.set(JSON.stringify([applicationId, indexId]), { applicationId, indexId, index });
      }
      indexes = next;
    },
  };
}

function parseQuery(queryText: unknown): string[] {
  if (typeof queryText !== "string" || queryText.trim() === "") {
    return refuseField("queryText", "must not be blank; give the words to search for");
  }
  // AWS publishes no limit; this one bounds the work.
  return queryTerms(queryText).slice(0, MOST_TERMS);
}

function parseMaxResults(maxResults: number | undefined): number {
  if (maxResults === undefined) return DEFAULT_MAX_RESULTS;
  if (!Number.isInteger(maxResults) || maxResults < 1 || maxResults > 100) {
    return refuseField("maxResults", "must be a whole number from 1 to 100");
  }
  return maxResults;
}

function toRelevantContent({ match, scoreConfidence }: RankedPassage): RelevantContent {
  const { document } = match;
  const attributes = attributesOf(document).map(({ name, value }): RelevantContentAttribute => {
    return { name, value: "dateValue" in value ? { dateValue: new Date(value.dateValue * 1000) } : value };
  });
  return {
    content: passageText(document, match.number),
    documentId: document.documentId,
    ...(document.title === undefined ? {} : { documentTitle: document.title }),
    ...(document.uri === undefined ? {} : { documentUri: document.uri }),
    ...(attributes.length === 0 ? {} : { documentAttributes: attributes }),
    scoreAttributes: { scoreConfidence },
  };
}
