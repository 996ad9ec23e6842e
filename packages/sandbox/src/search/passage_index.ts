// The full-text index of one (application, index) pair: documents by id, and which passages of theirs match how well.

import type { SearchDocument } from "./document.ts";
import { createInvertedIndex, type PassageMatches } from "./inverted_index.ts";
import { MAX_PASSAGE_CHARACTERS, splitPassages } from "./passages.ts";

/** Fewer passages that are gone are no reason to make the index anew. */
const WORTH_COMPACTING = 1000;

export interface PassageIndex {
  /** Adds a document, replacing the one with the same id. */
  put(document: SearchDocument): void;
  /** Removes a document; false if it was not there. */
  delete(documentId: string): boolean;
  find(documentId: string): SearchDocument | undefined;
  documents(): SearchDocument[];
  /** How many documents there are. */
  size(): number;
  /**
   * Matching passages of the documents `visible` accepts, in no particular order.
   *
   * @param terms at most {@link MOST_TERMS} of them count
   * @param visible asked once for each document that matches
   */
  match(terms: readonly string[], visible: (document: SearchDocument) => boolean): PassageMatches;
}

/** An empty index. */
export function createPassageIndex(): PassageIndex {
  const places = new Map<string, number>();
  let index = createInvertedIndex();

  function remove(documentId: string): boolean {
    const place = places.get(documentId);
    if (place === undefined) return false;
    index.remove(place);
    places.delete(documentId);
    return true;
  }

  const documents = () => [...places.values()].map((place) => index.documentAt(place));

  /** What is gone keeps its room until there is more of it than of what is left. */
  function compact(): void {
    const { held, gone } = index.passages();
    if (gone < WORTH_COMPACTING || gone < held) return;
    const kept = documents();
    index = createInvertedIndex();
    for (const document of kept) places.set(document.documentId, index.add(document));
  }

  return {
    put(document) {
      remove(document.documentId);
      compact();
      places.set(document.documentId, index.add(document));
    },
    delete(documentId) {
      const isRemoved = remove(documentId);
      compact();
      return isRemoved;
    },
    find(documentId) {
      const place = places.get(documentId);
      return place === undefined ? undefined : index.documentAt(place);
    },
    documents,
    size: () => places.size,
    match: (terms, visible) => index.match(terms, visible),
  };
}

/** The text of a passage. Documents are kept whole, passages are cut again where one is answered. */
export function passageText({ content, title = "" }: SearchDocument, number: number): string {
  return splitPassages(content)[number] ?? title.slice(0, MAX_PASSAGE_CHARACTERS);
}
