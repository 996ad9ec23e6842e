// What the full-text index finds beside the words of a query, and that it looks at a bounded number of things, whatever the
// vocabulary: counts, not times.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createInvertedIndex, MOST_TERMS } from "../../src/search/inverted_index.ts";
import { createPassageIndex } from "../../src/search/passage_index.ts";
import { createTermDictionary, MOST_EXPANSIONS } from "../../src/search/term_dictionary.ts";
import { createTermReader } from "../../src/search/term_reader.ts";
import { queryTerms, splitWords } from "../../src/search/terms.ts";
import "../../../../test/support/property_seed.ts";

const everything = () => true;

function dictionaryOf(terms: readonly string[]) {
  const dictionary = createTermDictionary();
  for (const term of terms) dictionary.add(term);
  const expand = (term: string) =>
    dictionary.expand(term).map((each) => terms.find((one) => dictionary.find(one) === each.term) ?? "");
  return { dictionary, expand };
}

/** Whether one letter more, less or other makes one of the other. */
function isOneOff(left: string, right: string): boolean {
  const [short, long] = left.length <= right.length ? [left, right] : [right, left];
  if (long.length - short.length > 1 || long === short) return false;
  for (let at = 0; at < long.length; at += 1) {
    const rest = short.length === long.length ? short.slice(at + 1) : short.slice(at);
    if (short.slice(0, at) === long.slice(0, at) && rest === long.slice(at + 1)) return true;
  }
  return false;
}

test("a term stands for the terms that begin with it and those one letter off, and for no others", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "é", "9"), minLength: 1, maxLength: 7 });
  const tried = fc.property(fc.uniqueArray(word, { minLength: 1, maxLength: 60 }), word, (terms, term) => {
    const { expand } = dictionaryOf(terms);
    const wanted = terms.filter(
      (each) =>
        each !== term &&
        ((term.length >= 4 && each.startsWith(term)) || (term.length >= 5 && isOneOff(term, each))),
    );
    assert.deepEqual(expand(term).sort(), wanted.sort());
  });
  fc.assert(tried, { numRuns: 200 });
});

test("terms that come after a look-up are found by the next", () => {
  const { dictionary, expand } = dictionaryOf(["reporter"]);
  assert.deepEqual(expand("repo"), ["reporter"]);
  const report = dictionary.add("report");
  assert.deepEqual(
    dictionary.expand("repo").map(({ term }) => term),
    [report, dictionary.find("reporter")],
  );
});

test("of many longer terms the shortest are taken, and of many misspelt ones no more", () => {
  const terms = Array.from({ length: 1500 }, (_, number) => `invoice${number}`);
  const { dictionary, expand } = dictionaryOf(terms);
  const longer = expand("invoice");
  assert.equal(longer.length, MOST_EXPANSIONS);
  assert.ok(longer.includes("invoice0") && longer.every((term) => term.length <= "invoice99".length));
  const weights = dictionary.expand("invoice").map(({ weight }) => weight);
  assert.ok(weights.every((weight) => weight > 0 && weight < 1));
  assert.ok(dictionary.expand("invoice99").length <= 2 * MOST_EXPANSIONS);
});

test("a search looks at a bounded number of terms and postings, however many there are", () => {
  const fill = (index: { add(document: { documentId: string; content: string }): void }) => {
    for (let number = 0; number < 40; number += 1) {
      const words = Array.from({ length: 100 }, (_, at) => `invoice${number * 100 + at}`);
      index.add({ documentId: `d-${number}`, content: words.join(" ") });
    }
  };
  const index = createInvertedIndex();
  fill(index);
  const found = index.match(["invoice", "invoice1"], everything);
  assert.ok(found.expansions > MOST_EXPANSIONS);
  assert.ok(found.expansions <= 4 * MOST_EXPANSIONS, String(found.expansions));
  assert.ok(found.passages.length > 0);
  const narrow = createInvertedIndex(30);
  fill(narrow);
  const bounded = narrow.match(["invoice", "invoice1"], everything);
  assert.ok(bounded.expandedPostings <= 30);
  assert.ok(
    bounded.passages.some((passage) => bounded.exactTerms(passage) === 2),
    "exact terms are always looked up",
  );
});

test("more terms than a search takes are left out", () => {
  const index = createInvertedIndex();
  index.add({ documentId: "d", content: "last" });
  const many = Array.from({ length: MOST_TERMS }, (_, number) => `t${number}`);
  assert.equal(index.match([...many, "last"], everything).passages.length, 0);
  const { passages, exactTerms } = index.match([...many.slice(1), "last"], everything);
  assert.deepEqual(
    passages.map((passage) => exactTerms(passage) >>> 0),
    [2 ** (MOST_TERMS - 1)],
  );
});

test("what is gone is found no more, moves no score, and takes no room for ever", () => {
  const index = createPassageIndex();
  const fresh = createPassageIndex();
  const document = (number: number, word: string) => ({
    documentId: `d-${number}`,
    title: `Report ${number}`,
    content: `${word} of number ${number}`,
  });
  for (let number = 0; number < 1500; number += 1) index.put(document(number, "draft"));
  for (let number = 0; number < 1500; number += 1) {
    if (number % 5 > 0) index.delete(`d-${number}`);
    else index.put(document(number, "final"));
  }
  for (let number = 0; number < 1500; number += 5) fresh.put(document(number, "final"));
  assert.equal(index.size(), 300);
  assert.deepEqual(index.match(["draft"], everything).passages, []);
  const scores = (from: typeof index) => {
    const { passages, show } = from.match(["final", "report"], everything);
    return passages
      .map(show)
      .map(({ document: { documentId }, score }) => `${documentId} ${score.toFixed(9)}`)
      .sort();
  };
  assert.deepEqual(scores(index), scores(fresh));
  assert.deepEqual(
    index.documents().map(({ documentId }) => documentId),
    fresh.documents().map(({ documentId }) => documentId),
  );
});

test("a document that is hidden is asked about once, however many passages of it match", () => {
  const index = createPassageIndex();
  const content = Array.from({ length: 9 }, (_, at) => `Budget ${at}. ${"text ".repeat(200)}`).join("\n\n");
  index.put({ documentId: "d", content });
  const asked: string[] = [];
  const { passages } = index.match(["budget"], ({ documentId }) => {
    asked.push(documentId);
    return false;
  });
  assert.deepEqual([asked, passages], [["d"], []]);
});

test("a reader counts each distinct word once and each term as often as its forms occur", () => {
  const dictionary = createTermDictionary();
  const { words, counts } = createTermReader(dictionary)("Reports report the the report");
  assert.equal(words, 3);
  assert.deepEqual([...counts], [[dictionary.find("report"), 3]]);
  assert.deepEqual(splitWords("有給 ab"), ["有給", "ab"]);
  assert.deepEqual(queryTerms("Naïve naive"), ["naiv"]);
});

test("documents are read in turns, or all of them by the search that comes first", () => {
  const index = createPassageIndex();
  for (let number = 0; number < 5; number += 1) index.put({ documentId: `d-${number}`, content: "budget" });
  assert.equal(index.read(2), true);
  index.delete("d-0");
  index.delete("d-4");
  assert.equal(index.size(), 3);
  assert.equal(index.match(["budget"], everything).passages.length, 3);
  assert.equal(index.read(2), false);
});
