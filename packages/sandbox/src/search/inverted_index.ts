// From terms to passages: adds and removes the passages of documents, and scores those that match a query by BM25+.
// What a search costs is bounded: so many expansions of a term, so many postings for them.

import type { SearchDocument } from "./document.ts";
import { MAX_PASSAGE_CHARACTERS, splitPassages } from "./passages.ts";
import { createPostings } from "./postings.ts";
import { createTermDictionary, type Expansion } from "./term_dictionary.ts";
import { createTermReader } from "./term_reader.ts";

/** Terms of a query that are looked for: a bit each. */
export const MOST_TERMS = 32;

/** Postings that one search walks for longer and misspelt terms; what would be more counts for nothing. */
const MOST_EXPANDED_POSTINGS = 300_000;

const [SHOWN, HIDDEN] = [1, 2];

/** How BM25+ counts (Lv and Zhai, "Lower-Bounding Term Frequency Normalization"). */
const BM25 = { k: 1.2, b: 0.7, d: 0.5 };
const TITLE_BOOST = 1.2;

/** A passage that holds at least one term of the query. */
export interface PassageMatch {
  readonly document: SearchDocument;
  /** Position of the passage in its document, from 0. */
  readonly number: number;
  /** Comparable only within one search. */
  readonly score: number;
}

/**
 * What matches a query, by the number of the passage: a common word has thousands, of which a page shows ten. Sets of terms
 * are bits: the first term's is 1. Good until the next search.
 */
export interface PassageMatches {
  readonly passages: readonly number[];
  /** Query terms the passage (or its document's title) holds. */
  exactTerms(passage: number): number;
  /** Query terms met only by a longer word or a misspelling. */
  approximateTerms(passage: number): number;
  score(passage: number): number;
  show(passage: number): PassageMatch;
  /** What was looked at beside the query's own terms. */
  readonly expansions: number;
  readonly expandedPostings: number;
}

/** How often a passage holds a term. */
interface Held {
  inTitle: number;
  inContent: number;
}

/** The passages of documents, by the place each document was given. */
export interface InvertedIndex {
  /** @returns the document's place */
  add(document: SearchDocument): number;
  remove(place: number): void;
  documentAt(place: number): SearchDocument;
  /** Passages that can be found, and those that are gone and still take room. */
  passages(): { held: number; gone: number };
  match(terms: readonly string[], visible: (document: SearchDocument) => boolean): PassageMatches;
}

/**
 * Without a document yet.
 *
 * @param mostExpandedPostings how many postings one search may walk for longer and misspelt terms
 */
export function createInvertedIndex(mostExpandedPostings = MOST_EXPANDED_POSTINGS): InvertedIndex {
  const dictionary = createTermDictionary();
  const postings = createPostings();
  const readTerms = createTermReader(dictionary);
  const documents: (SearchDocument | undefined)[] = [];
  const firstPassages: number[] = [];
  // By passage: its document's place, and how many distinct words its title and content have.
  const places: number[] = [];
  const titleLengths: number[] = [];
  const contentLengths: number[] = [];
  const sums = { passages: 0, titles: 0, contents: 0 };
  // Kept from search to search: allocating it for each would be most of what a search allocates.
  let scores = createScores(0);

  /** Every passage of a document: the terms it holds, and its lengths. */
  function* read({ title = "", content }: SearchDocument) {
    const titleTerms = readTerms(title);
    const texts = splitPassages(content);
    // A document without text is still found by its title.
    for (const text of texts.length > 0 ? texts : [title.slice(0, MAX_PASSAGE_CHARACTERS)]) {
      const contentTerms = readTerms(text);
      const held = new Map<number, Held>();
      for (const [term, inTitle] of titleTerms.counts) held.set(term, { inTitle, inContent: 0 });
      for (const [term, inContent] of contentTerms.counts) {
        const both = held.get(term);
        if (both) both.inContent = inContent;
        else held.set(term, { inTitle: 0, inContent });
      }
      yield { held, titleWords: titleTerms.words, contentWords: contentTerms.words };
    }
  }

  /** Adds what the passages that hold a term have of it, to a query's scores. */
  function rate(term: number, weight: number, bit: number, isExact: boolean): void {
    const holders = postings.holders(term);
    const title = rater(holders.titles, sums.titles);
    const content = rater(holders.contents, sums.contents);
    postings.walk(term, (passage, inTitle, inContent) => {
      if (documents[places[passage] ?? -1] === undefined) return;
      if (scores.any[passage] === 0) scores.found.push(passage);
      let score = 0;
      if (inTitle > 0) score = TITLE_BOOST * title(inTitle, titleLengths[passage] ?? 0);
      if (inContent > 0) {
        score += content(inContent, contentLengths[passage] ?? 0);
        scores.isInContent[passage] = 1;
      }
      scores.score[passage] = (scores.score[passage] ?? 0) + weight * score;
      scores.any[passage] = (scores.any[passage] ?? 0) | bit;
      if (isExact) scores.exact[passage] = (scores.exact[passage] ?? 0) | bit;
    });
  }

  /** BM25+ of one field. @param holders passages that hold the term there @param words distinct words of all passages there */
  function rater(holders: number, words: number) {
    const { k, b, d } = BM25;
    const rarity = Math.log(1 + (sums.passages - holders + 0.5) / (holders + 0.5));
    const [least, slope] = [k * (1 - b), (k * b * sums.passages) / words];
    return (count: number, length: number) =>
      rarity * (d + (count * (k + 1)) / (count + least + slope * length));
  }

  function scoring(terms: readonly string[]) {
    if (scores.score.length < places.length) scores = createScores(places.length * 2);
    const work = { expansions: 0, expandedPostings: 0 };
    for (const [at, text] of terms.slice(0, MOST_TERMS).entries()) {
      const term = dictionary.find(text);
      if (term !== undefined) rate(term, 1, 1 << at, true);
      for (const { term: other, weight } of dictionary.expand(text).filter(isHeld)) {
        const walked = postings.length(other);
        if (work.expandedPostings + walked > mostExpandedPostings) break;
        work.expandedPostings += walked;
        work.expansions += 1;
        rate(other, weight, 1 << at, false);
      }
    }
    return work;
  }

  const isHeld = ({ term }: Expansion) => {
    const { titles, contents } = postings.holders(term);
    return titles + contents > 0;
  };

  const documentAt = (place: number): SearchDocument => {
    const document = documents[place];
    if (document === undefined) throw new Error(`no document has the place ${place}`);
    return document;
  };

  return {
    add(document) {
      const place = documents.push(document) - 1;
      firstPassages.push(places.length);
      for (const { held, titleWords, contentWords } of read(document)) {
        const passage = places.push(place) - 1;
        titleLengths.push(titleWords);
        contentLengths.push(contentWords);
        sums.passages += 1;
        sums.titles += titleWords;
        sums.contents += contentWords;
        for (const [term, { inTitle, inContent }] of held) postings.add(term, passage, inTitle, inContent);
      }
      return place;
    },

    remove(place) {
      for (const { held, titleWords, contentWords } of read(documentAt(place))) {
        sums.passages -= 1;
        sums.titles -= titleWords;
        sums.contents -= contentWords;
        for (const [term, { inTitle, inContent }] of held) postings.drop(term, inTitle, inContent);
      }
      documents[place] = undefined;
    },

    documentAt,
    passages: () => ({ held: sums.passages, gone: places.length - sums.passages }),

    match(terms, visible) {
      clear(scores);
      const work = scoring(terms);
      // By place: 0 not judged yet, else whether it is shown; a common word asks for each of thousands ten times.
      const judged = new Uint8Array(documents.length);
      const numberOf = (passage: number) => passage - (firstPassages[places[passage] ?? 0] ?? 0);
      const passages = scores.found.filter((passage) => {
        const place = places[passage] ?? 0;
        if (judged[place] === 0) judged[place] = visible(documentAt(place)) ? SHOWN : HIDDEN;
        const isShown = judged[place] === SHOWN;
        // A title speaks for every passage, but alone it brings in only the first one.
        return isShown && (scores.isInContent[passage] === 1 || numberOf(passage) === 0);
      });
      const { exact, any } = scores;
      const score = (passage: number) => (scores.score[passage] ?? 0) * bitsOf(any[passage] ?? 0);
      return {
        passages,
        exactTerms: (passage) => exact[passage] ?? 0,
        approximateTerms: (passage) => (any[passage] ?? 0) & ~(exact[passage] ?? 0),
        score,
        show: (passage) => ({
          document: documentAt(places[passage] ?? 0),
          number: numberOf(passage),
          score: score(passage),
        }),
        ...work,
      };
    },
  };
}

/** What one query makes of the passages, by passage. Before the next one everything is 0 again. */
interface Scores {
  readonly score: Float64Array;
  /** Query terms a passage holds exactly, and those it holds exactly or by an expansion: bits. */
  readonly exact: Int32Array;
  readonly any: Int32Array;
  readonly isInContent: Uint8Array;
  /** Passages that hold any. */
  readonly found: number[];
}

function createScores(passages: number): Scores {
  return {
    score: new Float64Array(passages),
    exact: new Int32Array(passages),
    any: new Int32Array(passages),
    isInContent: new Uint8Array(passages),
    found: [],
  };
}

function clear({ score, exact, any, isInContent, found }: Scores): void {
  for (const passage of found) {
    score[passage] = 0;
    exact[passage] = 0;
    any[passage] = 0;
    isInContent[passage] = 0;
  }
  found.length = 0;
}

/** How many bits are set. */
function bitsOf(set: number): number {
  let count = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
