// Passages, words and documents: how text is cut, folded and admitted.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { attributesOf, parseSearchDocument } from "../../src/search/document.ts";
import { MAX_PASSAGE_CHARACTERS, splitPassages } from "../../src/search/passages.ts";
import { queryTerms } from "../../src/search/terms.ts";
import "../../../../test/support/property_seed.ts";

const withoutSpace = (text: string) => text.replace(/\s+/g, "");

test("short paragraphs share a passage, long ones get their own, a heading stays with its text", () => {
  assert.deepEqual(splitPassages("One.\n\nTwo."), ["One.\n\nTwo."]);
  const long = "This sentence is about vacations. ".repeat(20).trim();
  assert.deepEqual(splitPassages(`${long}\n\nCarry over\n\n${long}`), [long, `Carry over\n\n${long}`]);
  assert.deepEqual(splitPassages(" \n \n"), []);
});

test("no passage is longer than the limit and no text is lost, whatever the text", () => {
  const piece = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.constantFrom("\n\n", ". ", "word ", "😀", "x".repeat(5000), "sentence one. ".repeat(300)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join("");
      const passages = splitPassages(text);
      for (const passage of passages) {
        assert.ok(passage.length <= MAX_PASSAGE_CHARACTERS);
        assert.notEqual(passage.trim(), "");
      }
      assert.equal(withoutSpace(passages.join("")), withoutSpace(text));
    }),
    { numRuns: 200 },
  );
});

test("a long text without spaces is never cut inside a character", () => {
  for (const passage of splitPassages("😀".repeat(3000))) assert.ok(passage.isWellFormed());
});

test("word forms of one word share a term", () => {
  for (const forms of [
    ["policy", "policies", "Policy's"],
    ["manage", "manages", "managed", "managing"],
    ["plan", "plans", "planned", "planning"],
    ["box", "boxes"],
    ["Café", "cafe"],
    ["Müller", "MULLER"],
  ]) {
    const terms = new Set(forms.flatMap((form) => queryTerms(form)));
    assert.equal(terms.size, 1, `${forms.join(", ")} → ${[...terms].join(", ")}`);
  }
});

test("words that only look like word forms keep their own terms", () => {
  assert.deepEqual(queryTerms("string sing red bus class status 2026s v1.2"), [
    "string",
    "sing",
    "red",
    "bus",
    "class",
    "status",
    "2026s",
    "v1",
    "2",
  ]);
});

test("stop words are no terms, and a repeated word is one", () => {
  assert.deepEqual(queryTerms("What is the the budget of the budget?"), ["budget"]);
});

test("text without spaces is found by its characters", () => {
  assert.deepEqual(queryTerms("有給休暇"), ["有給", "給休", "休暇"]);
});

test("a document takes title, uri and data source from its reserved attributes", () => {
  const document = parseSearchDocument({
    documentId: "d",
    content: "x",
    attributes: [
      { name: "_source_uri", value: { stringValue: "https://example.com/d" } },
      { name: "_data_source_id", value: { stringValue: "ds" } },
      { name: "_created_at", value: { dateValue: new Date(5000) } },
    ],
  });
  assert.equal(document.uri, "https://example.com/d");
  assert.equal(document.dataSourceId, "ds");
  assert.deepEqual(attributesOf(document), [
    { name: "_source_uri", value: { stringValue: "https://example.com/d" } },
    { name: "_data_source_id", value: { stringValue: "ds" } },
    { name: "_created_at", value: { dateValue: 5 } },
  ]);
});

test("a faulty document is refused with the path of each fault", () => {
  const refusals: [object, RegExp][] = [
    [{ documentId: "" }, /^documentId: /],
    [{ documentId: "a\u0000" }, /^documentId: must not hold control characters/],
    [{ uri: "javascript:alert(1)" }, /^uri: must start with http/],
    [{ attributes: [{ name: "-", value: { longValue: 1 } }] }, /^attributes\[0\]\.name: must be 1 to 200/],
    [{ attributes: [{ name: "a", value: {} }] }, /^attributes\[0\]\.value: must hold exactly one/],
    [{ attributes: [{ name: "_view_count", value: { stringValue: "1" } }] }, /_view_count takes a longValue/],
    [
      {
        attributes: [
          { name: "a", value: { longValue: 1 } },
          { name: "a", value: { longValue: 2 } },
        ],
      },
      /^attributes: a occurs more than once/,
    ],
    [{ accessControl: {} }, /^accessControl\.accessControls: /],
    [
      { accessControl: { accessControls: [{ principals: [{ user: { id: "a", access: "READ" } }] }] } },
      /principals\[0\]: must be \{user/,
    ],
    [{ colour: "red" }, /colour/],
  ];
  for (const [fault, message] of refusals) {
    assert.throws(() => parseSearchDocument({ documentId: "d", content: "x", ...fault }), {
      name: "SearchValidationError",
      message,
    });
  }
});
