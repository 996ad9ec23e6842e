// Owns the proof that passages are marked where the query's words are, and stay the same text.
import assert from "node:assert/strict";
import { test } from "node:test";
import { markPassage } from "../../src/demo/passage.ts";

const hits = (content: string, query: string): string[] =>
  markPassage(content, query)
    .filter(({ hit }) => hit)
    .map(({ text }) => text);

test("whole words of the query are marked, in whatever case, in every script", () => {
  assert.deepEqual(hits("The Plan for 2027: planning a plan.", "plan for 2027"), ["Plan", "2027", "plan"]);
  assert.deepEqual(hits("Écoles et école", "école"), ["école"]);
});

test("the runs joined are the passage", () => {
  const content = "Travel budget, travel (budget).";
  const runs = markPassage(content, "budget travel");
  assert.equal(runs.map(({ text }) => text).join(""), content);
});

test("short words and punctuation mark nothing and break nothing", () => {
  assert.deepEqual(hits("a b of (x", "of a ( [ .* \\ ?"), []);
  assert.deepEqual(markPassage("text", ""), [{ text: "text", hit: false }]);
});

test("a long passage is cut", () => {
  const shown = markPassage("word ".repeat(500), "nothing")
    .map(({ text }) => text)
    .join("");
  assert.equal(shown.length, 420);
  assert.ok(shown.endsWith("…"));
});
