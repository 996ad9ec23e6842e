// Turns text into index terms: words, case and accents folded, stop words dropped, light English stemming. Pure.

/** Words too common to say anything about a passage. Short on purpose: BM25 already discounts common words. */
const STOP_WORDS = new Set(
  (
    "a about am an and are as at be been but by can could did do does for from had has have he her his how i if in " +
    "into is it its me my no nor not of on or our shall she should so than that the their them then there these they " +
    "this those to us was we were what when where which who whom whose why will with would you your"
  ).split(" "),
);

/** The last letters of what is taken away: plural, -ing, -ed, a silent e. */
const ENDINGS = "sgde";

/** Longer runs of letters are no words; stemming them would only cost time. */
const LONGEST_STEMMED_WORD = 40;

/** Nothing to fold but case. */
const PLAIN = /^[a-zA-Z0-9]+$/;

const WORD = /[\p{L}\p{N}\p{M}]+(?:['’][\p{L}]+)?/gu;
const UNSPACED_SCRIPT = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]/u;

/** Splits text in words. Scripts written without spaces are cut in pairs of characters. */
export function splitWords(text: string): string[] {
  const words = text.match(WORD) ?? [];
  if (!UNSPACED_SCRIPT.test(text)) return words;
  return words.flatMap((word) => (UNSPACED_SCRIPT.test(word) ? characterPairs(word) : [word]));
}

function characterPairs(word: string): string[] {
  const characters = Array.from(word);
  if (characters.length < 2) return characters;
  return characters.slice(1).map((character, position) => `${characters[position]}${character}`);
}

/** The index term of a word, or undefined for a word that is not indexed. */
export function termOf(word: string): string | undefined {
  const folded = PLAIN.test(word)
    ? word.toLowerCase()
    : word
        .normalize("NFKD")
        .replace(/\p{M}/gu, "")
        .toLowerCase()
        .replace(/['’](s|t|re|ll|ve|d|m)?$/, "");
  if (folded === "" || STOP_WORDS.has(folded)) return undefined;
  return stem(folded);
}

/** The distinct index terms of a query, in order. */
export function queryTerms(text: string): string[] {
  return [...new Set(splitWords(text).flatMap((word) => termOf(word) ?? []))];
}

/** Removes English plural, -ing and -ed endings. What it gets wrong it gets wrong in query and index alike. */
function stem(word: string): string {
  // Most words have none of these endings, and need no expression to say so.
  if (word.length < 4 || !ENDINGS.includes(word.charAt(word.length - 1))) return word;
  if (word.length > LONGEST_STEMMED_WORD || !/^[a-z]+$/.test(word)) return word;
  let root = word;
  if (/[^aeiou]ies$/.test(root)) root = `${root.slice(0, -3)}y`;
  else if (/(ss|sh|ch|x|z)es$/.test(root)) root = root.slice(0, -2);
  else if (/[^suaio]s$/.test(root) || /[aeio][aeio]s$/.test(root)) root = root.slice(0, -1);
  const ending = /^(.*[aeiouy].*?)(ing|ed)$/.exec(root);
  const base = ending?.[1];
  if (base !== undefined && base.length >= 3) root = /([^aeiouls])\1$/.test(base) ? base.slice(0, -1) : base;
  // "manage", "managing" and "managed" meet only without the silent e.
  return root.length > 4 && root.endsWith("e") ? root.slice(0, -1) : root;
}
