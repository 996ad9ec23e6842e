// Texts for an index: of ordinary words, few of which make most of a text, or of as many distinct words as one likes.
import type { SeedDocument } from "../../packages/sandbox/src/seed/schema.ts";

/** How large an index is, and how its words are. */
export interface IndexSize {
  readonly documents: number;
  /** Words of a document. */
  readonly words: number;
  /** Distinct words there are. */
  readonly vocabulary: number;
  /** `ordinary`: the n-th word is n times rarer than the first; `any`: all are as rare. */
  readonly kind: "ordinary" | "any";
}

/** Repeatable numbers from 0 to below 1 (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const syllables = "ba co di fu ga hel in jo ka lu men no or pra qui ro sta tor un ver wa xi yo zen".split(
  " ",
);

/** The n-th word of the vocabulary: pronounceable, so that words share beginnings as those of a language do. */
function wordOf(number: number): string {
  let rest = number;
  let word = "";
  do {
    word += syllables[rest % syllables.length] ?? "";
    rest = Math.floor(rest / syllables.length);
  } while (rest > 0);
  return `${word}${number % 7 === 0 ? "ing" : "al"}`;
}

/** Draws words of an index of that size. */
export function drawWords(size: IndexSize, seed: number): () => string {
  const random = createRandom(seed);
  const { vocabulary, kind } = size;
  return () =>
    wordOf(kind === "any" ? Math.floor(random() * vocabulary) : Math.floor(vocabulary ** random() - 1));
}

/** The documents; the same for the same size. */
export function indexDocuments(size: IndexSize): SeedDocument[] {
  const draw = drawWords(size, 1);
  return Array.from({ length: size.documents }, (_, number) => {
    const words = Array.from({ length: size.words }, (__, at) => `${draw()}${at % 12 === 11 ? "." : ""}`);
    return { id: `d-${number}`, title: `${draw()} ${draw()}`, content: words.join(" "), dataSource: "wiki" };
  });
}
