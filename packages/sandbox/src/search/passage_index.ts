// The full-text index of one (application, index) pair: documents by id, and which passages of theirs match how well.
// A document is held at once and read when somebody asks, or sooner in turns: a start does not wait for its words.

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
  /** How long their contents are together, in bytes of UTF-8. */
  bytes(): number;
  /**
   * Reads some of the documents that were put and not read yet.
   *
   * @param most how many
   * @returns whether there are more
   */
  read(most: number): boolean;
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
  const documents = new Map<string, SearchDocument>();
  const places = new Map<string, number>();
  const unread = new Set<string>();
  let index = createInvertedIndex();
  let bytes = 0;

  function remove(documentId: string): boolean {
    const place = places.get(documentId);
    if (place !== undefined) index.remove(place);
    places.delete(documentId);
    unread.delete(documentId);
    compact();
    bytes -= bytesOf(documents.get(documentId));
    return documents.delete(documentId);
  }

  /** What is gone keeps its room until there is more of it than of what is left. */
  function compact(): void {
    const { held, gone } = index.passages();
    if (gone < WORTH_COMPACTING || gone < held) return;
    index = createInvertedIndex();
    for (const documentId of places.keys()) unread.add(documentId);
    places.clear();
  }

  function read(most: number): boolean {
    let count = 0;
    for (const documentId of unread) {
      if (count >= most) return true;
      const document = documents.get(documentId);
      if (document !== undefined) places.set(documentId, index.add(document));
      unread.delete(documentId);
      count += 1;
    }
    return false;
  }

  return {
    put(document) {
      remove(document.documentId);
      documents.set(document.documentId, document);
      bytes += bytesOf(document);
      unread.add(document.documentId);
    },
    delete: remove,
    find: (documentId) => documents.get(documentId),
    documents: () => [...documents.values()],
    size: () => documents.size,
    bytes: () => bytes,
    read,
    match(terms, visible) {
      read(Number.POSITIVE_INFINITY);
      return index.match(terms, visible);
    },
  };
}

function bytesOf(document: SearchDocument | undefined): number {
  return document === undefined ? 0 : Buffer.byteLength(document.content);
}

/** The text of a passage. Documents are kept whole, passages are cut again where one is answered. */
export function passageText({ content, title = "" }: SearchDocument, number: number): string {
  return splitPassages(content)[number] ?? title.slice(0, MAX_PASSAGE_CHARACTERS);
}
