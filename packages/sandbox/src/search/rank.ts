// Orders matches and names their confidence. Pure: the same matches always give the same list.

import {
  confidenceOf,
  confidenceRank,
  coverageOf,
  type ScoreConfidence,
  type TermWeight,
} from "./confidence.ts";
import type { PassageMatch, PassageMatches } from "./inverted_index.ts";

export interface RankedPassage {
  readonly match: PassageMatch;
  readonly scoreConfidence: ScoreConfidence;
}

/**
 * Ranks by confidence level, then BM25 score, then document id and place in the document. Term rarity is counted
 * over the given matches only, so documents the user may not see do not move the confidence of those he may.
 *
 * @param terms the query's, in the order of the matches' bits
 * @param end how many of the first are wanted
 */
export function rankPassages(
  matches: PassageMatches,
  terms: readonly string[],
  end: number,
): RankedPassage[] {
  const { passages } = matches;
  const holders = new Array<number>(terms.length).fill(0);
  for (const passage of passages)
    for (let rest = matches.exactTerms(passage); rest !== 0; rest &= rest - 1) {
      const at = 31 - Math.clz32(rest & -rest);
      holders[at] = (holders[at] ?? 0) + 1;
    }
  const weights: TermWeight[] = holders.map((passageCount) => ({ passageCount }));
  const levels = new Map<ScoreConfidence, number[]>();
  // Of tens of thousands of passages most hold the same few sets; a text as their key would be most of the ranking.
  const levelsBySets = new Map<number, Map<number, number[]>>();
  for (const passage of passages) {
    const [exact, approximate] = [matches.exactTerms(passage), matches.approximateTerms(passage)];
    let byApproximate = levelsBySets.get(exact);
    if (byApproximate === undefined) {
      byApproximate = new Map();
      levelsBySets.set(exact, byApproximate);
    }
    let level = byApproximate.get(approximate);
    if (level === undefined) {
      const confidence = confidenceOf(coverageOf(weights, exact, approximate, passages.length));
      level = levels.get(confidence) ?? [];
      levels.set(confidence, level);
      byApproximate.set(approximate, level);
    }
    level.push(passage);
  }
  const ranked: RankedPassage[] = [];
  const bestFirst = [...levels].sort(([left], [right]) => confidenceRank(left) - confidenceRank(right));
  for (const [scoreConfidence, level] of bestFirst) {
    for (const match of firstOf(matches, level, end - ranked.length)) ranked.push({ match, scoreConfidence });
  }
  return ranked;
}

/** The first `count` in order. Few of many are picked out: sorting all for a page of ten is most of a search's time. */
function firstOf(matches: PassageMatches, passages: readonly number[], count: number): PassageMatch[] {
  const first: PassageMatch[] = [];
  if (count <= 0) return first;
  for (const passage of passages) {
    const last = first[count - 1];
    if (last !== undefined && matches.score(passage) < last.score) continue;
    const match = matches.show(passage);
    if (last !== undefined && compareMatches(match, last) >= 0) continue;
    let [low, high] = [0, first.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = first[middle];
      if (other !== undefined && compareMatches(other, match) < 0) low = middle + 1;
      else high = middle;
    }
    first.splice(low, 0, match);
    if (first.length > count) first.pop();
  }
  return first;
}

function compareMatches(left: PassageMatch, right: PassageMatch): number {
  return (
    right.score - left.score ||
    compareText(left.document.documentId, right.document.documentId) ||
    left.number - right.number
  );
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
