// The terms of an index, by number, and the terms a query's term may stand for: longer ones that begin with it, and those one
// letter off. However many there are, at most a hundred of each are taken.

/** Terms that one query term may stand for by prefix, and as many by a typing error. */
export const MOST_EXPANSIONS = 100;

/** Terms with a prefix that are looked at to take the closest. */
const MOST_LOOKED_AT = 2000;

/** Characters a typing error may have put in place of another: the most frequent ones of the index. */
const MOST_CHARACTERS = 128;

/** Shorter terms are not expanded: too much begins with them, and too much is one letter off. */
const SHORTEST_PREFIX = 4;
const SHORTEST_MISSPELT = 5;
/** Longer runs of letters are no words that somebody mistypes. */
const LONGEST_MISSPELT = 40;

/** What a longer and a misspelt term count, of what an exact one does. */
const PREFIX_WEIGHT = 0.4;
const MISSPELT_WEIGHT = 0.3;

/** A term that a query's term may stand for. */
export interface Expansion {
  readonly term: number;
  /** Above 0 and below 1: how near it is. */
  readonly weight: number;
}

/** The terms of an index. */
export interface TermDictionary {
  /** The number of a term, which gets one if it has none. */
  add(term: string): number;
  /** The number of a term, if it has one. */
  find(term: string): number | undefined;
  /** Other terms that a term of a query may stand for, nearest first within each kind. */
  expand(term: string): Expansion[];
}

/** Without a term yet. */
export function createTermDictionary(): TermDictionary {
  const numbers = new Map<string, number>();
  const texts: string[] = [];
  const textOf = (term: number) => texts[term] ?? "";
  const byText = (left: number, right: number) => (textOf(left) < textOf(right) ? -1 : 1);
  // Terms in the order of their texts. Those that came since are merged in when a prefix is looked up.
  let sorted = new Uint32Array(0);
  const frequencies = new Map<string, number>();
  let characters: readonly string[] = [];
  let termsOfCharacters = 0;

  function sortAll(): void {
    if (sorted.length === texts.length) return;
    const fresh = Uint32Array.from({ length: texts.length - sorted.length }, (_, at) => sorted.length + at);
    fresh.sort(byText);
    const merged = new Uint32Array(texts.length);
    let [old, added] = [0, 0];
    for (let at = 0; at < merged.length; at += 1) {
      const [left, right] = [sorted[old], fresh[added]];
      const takesOld = right === undefined || (left !== undefined && byText(left, right) < 0);
      merged[at] = (takesOld ? left : right) ?? 0;
      if (takesOld) old += 1;
      else added += 1;
    }
    sorted = merged;
  }

  /** Where terms begin that are not before `text`. */
  function placeOf(text: string): number {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (textOf(sorted[middle] ?? 0) < text) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function longer(term: string): number[] {
    if (term.length < SHORTEST_PREFIX) return [];
    sortAll();
    const found: number[] = [];
    for (let at = placeOf(term); found.length < MOST_LOOKED_AT && at < sorted.length; at += 1) {
      const each = sorted[at] ?? 0;
      if (!textOf(each).startsWith(term)) break;
      if (textOf(each) !== term) found.push(each);
    }
    if (found.length <= MOST_EXPANSIONS) return found;
    return found
      .sort((left, right) => textOf(left).length - textOf(right).length || byText(left, right))
      .slice(0, MOST_EXPANSIONS);
  }

  function misspelt(term: string, taken: ReadonlySet<number>): number[] {
    if (term.length < SHORTEST_MISSPELT || term.length > LONGEST_MISSPELT) return [];
    const found = new Set<number>();
    const look = (text: string) => {
      const each = numbers.get(text);
      if (each !== undefined && !taken.has(each) && text !== term) found.add(each);
    };
    const letters = charactersNow();
    for (let at = 0; at <= term.length && found.size < MOST_EXPANSIONS; at += 1) {
      const [head, tail, rest] = [term.slice(0, at), term.slice(at), term.slice(at + 1)];
      if (tail !== "") look(`${head}${rest}`);
      for (const letter of letters) {
        look(`${head}${letter}${tail}`);
        if (tail !== "") look(`${head}${letter}${rest}`);
      }
    }
    return [...found].slice(0, MOST_EXPANSIONS);
  }

  function charactersNow(): readonly string[] {
    if (termsOfCharacters !== texts.length) {
      const ordered = [...frequencies].sort(([, left], [, right]) => right - left);
      characters = ordered.slice(0, MOST_CHARACTERS).map(([character]) => character);
      termsOfCharacters = texts.length;
    }
    return characters;
  }

  return {
    add(term) {
      const known = numbers.get(term);
      if (known !== undefined) return known;
      const number = texts.length;
      numbers.set(term, number);
      texts.push(term);
      for (let at = 0; at < term.length; at += 1) {
        const character = term.charAt(at);
        frequencies.set(character, (frequencies.get(character) ?? 0) + 1);
      }
      return number;
    },
    find: (term) => numbers.get(term),
    expand(term) {
      const longerTerms = longer(term);
      // The weight falls slowly with each further letter, and faster with an error.
      const prefixed = longerTerms.map((each) => {
        const { length } = textOf(each);
        return {
          term: each,
          weight: (PREFIX_WEIGHT * length) / (length + 0.3 * (length - term.length)),
        };
      });
      const near = misspelt(term, new Set(longerTerms)).map((each) => {
        const { length } = textOf(each);
        return { term: each, weight: (MISSPELT_WEIGHT * length) / (length + 1) };
      });
      return [...prefixed, ...near];
    },
  };
}
