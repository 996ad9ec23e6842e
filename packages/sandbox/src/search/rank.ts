// Orders matches and names their confidence. Pure: the same matches always give the same list.

import {
  confidenceOf,
  confidenceRank,
  coverageOf,
  type ScoreConfidence,
  type TermWeight,
} from "./confidence.ts";
import type { PassageMatch } from "./inverted_index.ts";

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
  matches: readonly PassageMatch[],
  terms: readonly string[],
  end: number,
): RankedPassage[] {
  const weights: TermWeight[] = terms.map((_, at) => ({
    passageCount: matches.reduce((count, { exactTerms }) => count + ((exactTerms >>> at) & 1), 0),
  }));
  const confidences = new Map<string, ScoreConfidence>();
  const levels: PassageMatch[][] = [];
  const names: ScoreConfidence[] = [];
  for (const match of matches) {
    const { exactTerms: exact, approximateTerms: approximate } = match;
    const key = `${exact}|${approximate}`;
    const confidence =
      confidences.get(key) ?? confidenceOf(coverageOf(weights, exact, approximate, matches.length));
    confidences.set(key, confidence);
    const rank = confidenceRank(confidence);
    names[rank] = confidence;
    const level = levels[rank] ?? [];
    levels[rank] = level;
    level.push(match);
  }
  const ranked: RankedPassage[] = [];
  for (const [rank, level] of levels.entries()) {
    if (ranked.length >= end) break;
    const scoreConfidence = names[rank];
    if (level === undefined || scoreConfidence === undefined) continue;
    for (const match of firstOf(level, end - ranked.length)) ranked.push({ match, scoreConfidence });
  }
  return ranked;
}

/** The first `count` in order. Few of many are picked out: sorting all for a page of ten is most of a search's time. */
function firstOf(matches: readonly PassageMatch[], count: number): PassageMatch[] {
  if (matches.length <= count * 4) return matches.toSorted(compareMatches).slice(0, count);
  const first: PassageMatch[] = [];
  for (const match of matches) {
    const last = first[count - 1];
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
