// Which passages hold which term how often, in arrays of numbers: a posting takes twelve bytes, whatever the vocabulary.
// It knows terms by number; what they are called is term_dictionary.ts's business.

/** A list that ends. */
const NONE = -1;
/** Bits of a posting's counts that are the title's; the rest are the content's. */
const TITLE_BITS = 8;
const MOST_IN_TITLE = 2 ** TITLE_BITS - 1;
const MOST_IN_CONTENT = 2 ** (32 - TITLE_BITS) - 1;

/** The postings of an index. */
export interface Postings {
  /** Notes that a passage holds a term, `inTitle` and `inContent` times. */
  add(term: number, passage: number, inTitle: number, inContent: number): void;
  /** Notes that a passage that held a term is gone: the posting stays, and counts no more. */
  drop(term: number, inTitle: number, inContent: number): void;
  /** How many passages hold the term in their title, and in their content. */
  holders(term: number): { titles: number; contents: number };
  /** Postings that are walked for a term. */
  length(term: number): number;
  /** Tells every posting of a term, those of passages that are gone too. */
  walk(term: number, visit: (passage: number, inTitle: number, inContent: number) => void): void;
}

/** No posting yet. */
export function createPostings(): Postings {
  // By term: its last posting, how many there are, and how many passages hold it where.
  let last = new Int32Array(1024).fill(NONE);
  let lengths = new Uint32Array(1024);
  let titles = new Uint32Array(1024);
  let contents = new Uint32Array(1024);
  // By posting.
  let previous = new Int32Array(4096);
  let passages = new Uint32Array(4096);
  let counts = new Uint32Array(4096);
  let used = 0;

  function reach(term: number): void {
    if (term < last.length) return;
    const size = Math.max(term + 1, last.length * 2);
    last = grown(last, new Int32Array(size).fill(NONE));
    lengths = grown(lengths, new Uint32Array(size));
    titles = grown(titles, new Uint32Array(size));
    contents = grown(contents, new Uint32Array(size));
  }

  return {
    add(term, passage, inTitle, inContent) {
      reach(term);
      if (used === passages.length) {
        const size = Math.ceil(used * 1.5);
        previous = grown(previous, new Int32Array(size));
        passages = grown(passages, new Uint32Array(size));
        counts = grown(counts, new Uint32Array(size));
      }
      previous[used] = last[term] ?? NONE;
      passages[used] = passage;
      counts[used] =
        Math.min(inTitle, MOST_IN_TITLE) + Math.min(inContent, MOST_IN_CONTENT) * 2 ** TITLE_BITS;
      last[term] = used;
      used += 1;
      lengths[term] = (lengths[term] ?? 0) + 1;
      if (inTitle > 0) titles[term] = (titles[term] ?? 0) + 1;
      if (inContent > 0) contents[term] = (contents[term] ?? 0) + 1;
    },
    drop(term, inTitle, inContent) {
      if (inTitle > 0) titles[term] = (titles[term] ?? 0) - 1;
      if (inContent > 0) contents[term] = (contents[term] ?? 0) - 1;
    },
    holders: (term) => ({ titles: titles[term] ?? 0, contents: contents[term] ?? 0 }),
    length: (term) => lengths[term] ?? 0,
    walk(term, visit) {
      for (let at = last[term] ?? NONE; at !== NONE; at = previous[at] ?? NONE) {
        const both = counts[at] ?? 0;
        visit(passages[at] ?? 0, both & MOST_IN_TITLE, both >>> TITLE_BITS);
      }
    },
  };
}

function grown<T extends Int32Array | Uint32Array>(from: T, into: T): T {
  into.set(from);
  return into;
}
