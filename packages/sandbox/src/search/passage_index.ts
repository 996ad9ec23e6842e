// The full-text index of one (application, index) pair: the only file that knows minisearch.
// It holds documents and their passages, and answers which passages match how well.

import MiniSearch from "minisearch";
import type { SearchDocument } from "./document.ts";
import { MAX_PASSAGE_CHARACTERS, splitPassages } from "./passages.ts";
import { splitWords, termOf } from "./terms.ts";

interface Passage {
  readonly id: string;
  readonly document: SearchDocument;
  readonly number: number;
  readonly title: string;
  readonly content: string;
}

/** A passage that holds at least one term of the query. */
export interface PassageMatch {
  readonly document: SearchDocument;
  /** Position of the passage in its document, from 0. */
  readonly number: number;
  readonly content: string;
  /** BM25+ score; comparable only within one search. */
  readonly score: number;
  /** Query terms the passage (or its document's title) holds. */
  readonly exactTerms: ReadonlySet<string>;
  /** Query terms met only by a longer word or a misspelling. */
  readonly approximateTerms: ReadonlySet<string>;
}

export interface PassageIndex {
  /** Adds a document, replacing the one with the same id. */
  put(document: SearchDocument): void;
  /** Removes a document; false if it was not there. */
  delete(documentId: string): boolean;
  find(documentId: string): SearchDocument | undefined;
  documents(): SearchDocument[];
  /** Matching passages of the documents `visible` accepts, in no particular order. */
  match(terms: readonly string[], visible: (document: SearchDocument) => boolean): PassageMatch[];
}

/** An empty index. */
export function createPassageIndex(): PassageIndex {
  const passagesByDocument = new Map<string, Passage[]>();
  const passagesById = new Map<string, Passage>();
  const index = new MiniSearch<Passage>({
    fields: ["title", "content"],
    tokenize: splitWords,
    processTerm: (word) => termOf(word),
    // Passages are removed with their text at hand, so there is never anything to vacuum later.
    autoVacuum: false,
  });

  function remove(documentId: string): boolean {
    const passages = passagesByDocument.get(documentId);
    if (passages === undefined) return false;
    index.removeAll(passages);
    for (const passage of passages) passagesById.delete(passage.id);
    passagesByDocument.delete(documentId);
    return true;
  }

  return {
    put(document) {
      remove(document.documentId);
      const title = document.title ?? "";
      const texts = splitPassages(document.content);
      // A document without text is still found by its title.
      const contents = texts.length > 0 ? texts : [title.slice(0, MAX_PASSAGE_CHARACTERS)];
      const passages = contents.map((content, number) => ({
        id: `${number}:${document.documentId}`,
        document,
        number,
        title,
        content,
      }));
      passagesByDocument.set(document.documentId, passages);
      for (const passage of passages) passagesById.set(passage.id, passage);
      index.addAll(passages);
    },

    delete: remove,
    find: (documentId) => passagesByDocument.get(documentId)?.[0]?.document,
    documents: () => [...passagesByDocument.values()].flatMap(([first]) => first?.document ?? []),

    match(terms, visible) {
      const results = index.search(terms.join(" "), {
        // Terms arrive processed; splitting by space is all that is left to do.
        tokenize: (text) => text.split(" "),
        processTerm: (term) => term,
        boost: { title: 1.2 },
        prefix: (term) => term.length >= 4,
        fuzzy: (term) => (term.length >= 5 ? 1 : false),
        weights: { prefix: 0.4, fuzzy: 0.3 },
        filter: (result) => {
          const passage = passagesById.get(String(result.id));
          return passage !== undefined && visible(passage.document);
        },
      });
      return results.flatMap((result): PassageMatch[] => {
        const passage = passagesById.get(String(result.id));
        if (passage === undefined) return [];
        const inContent = Object.values(result.match).some((fields) => fields.includes("content"));
        // A title speaks for every passage, but alone it brings in only the first one.
        if (!inContent && passage.number > 0) return [];
        const held = new Set(result.terms);
        const exactTerms = new Set(result.queryTerms.filter((term) => held.has(term)));
        return [
          {
            document: passage.document,
            number: passage.number,
            content: passage.content,
            score: result.score,
            exactTerms,
            approximateTerms: new Set(result.queryTerms.filter((term) => !exactTerms.has(term))),
          },
        ];
      });
    },
  };
}
