// Owns how a passage of a found document is shown: cut to a length, with the words that were searched for marked.
import type { DemoTextRun } from "../views/demo_pages.ts";

/** Characters of a passage that are shown. */
const maxPassageLength = 420;

/** Shorter words are in every sentence. */
const minWordLength = 4;

/**
 * Cuts a passage and marks the words of the query in it.
 * @param content the passage as AWS gave it
 * @param query what was searched for
 * @returns runs of text that joined together are the passage
 */
export function markPassage(content: string, query: string): DemoTextRun[] {
  const trimmed = content.trim();
  const text = trimmed.length > maxPassageLength ? `${trimmed.slice(0, maxPassageLength - 1)}…` : trimmed;
  const words = (query.match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => word.length >= minWordLength);
  if (words.length === 0) return [{ text, hit: false }];
  // Letters and digits only, so nothing in it needs escaping. Longest first: "planning" before "plan".
  const pattern = words.toSorted((left, right) => right.length - left.length).join("|");
  return text
    .split(new RegExp(`(?<![\\p{L}\\p{N}])(${pattern})(?![\\p{L}\\p{N}])`, "giu"))
    .map((run, index) => ({ text: run, hit: index % 2 === 1 }))
    .filter((run) => run.text !== "");
}
