// Reads texts for an index: which of its terms they hold, how often. One look-up for each distinct word of a text.

import type { TermDictionary } from "./term_dictionary.ts";
import { splitWords, termOf } from "./terms.ts";

/** Words whose terms are remembered; when there are more, the reader begins anew. */
const MOST_REMEMBERED = 400_000;

/** A word that is not indexed. */
const NO_TERM = -1;

/** What a text is to the index. */
export interface TextTerms {
  /** Distinct words, whether or not they are indexed. */
  readonly words: number;
  /** Number of the term → how often. */
  readonly counts: ReadonlyMap<number, number>;
}

/** @param dictionary gets a number for each term that comes up */
export function createTermReader(dictionary: TermDictionary): (text: string) => TextTerms {
  const remembered = new Map<string, number>();

  function numberOf(word: string): number {
    const known = remembered.get(word);
    if (known !== undefined) return known;
    const own = detached(word);
    const term = termOf(own);
    const number = term === undefined ? NO_TERM : dictionary.add(term);
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(own, number);
    return number;
  }

  return (text) => {
    const words = new Map<string, number>();
    for (const word of splitWords(text)) words.set(word, (words.get(word) ?? 0) + 1);
    const counts = new Map<number, number>();
    for (const [word, count] of words) {
      const number = numberOf(word);
      if (number !== NO_TERM) counts.set(number, (counts.get(number) ?? 0) + count);
    }
    return { words: words.size, counts };
  };
}

/** A copy: a word cut from a text keeps the whole text in memory. */
function detached(text: string): string {
  return Buffer.from(text, "utf16le").toString("utf16le");
}
