// Orders matches and names their confidence. Pure: the same matches always give the same list.

import {
  confidenceOf,
  confidenceRank,
  coverageOf,
  type ScoreConfidence,
  type TermWeight,
} from "./confidence.ts";
import type { PassageMatch } from "./passage_index.ts";

export interface RankedPassage {
  readonly match: PassageMatch;
  readonly scoreConfidence: ScoreConfidence;
}

/**
 * Ranks by confidence level, then BM25 score, then document id and place in the document. Term rarity is counted
 * over the given matches only, so documents the user may not see do not move the confidence of those he may.
 */
export function rankPassages(matches: readonly PassageMatch[], terms: readonly string[]): RankedPassage[] {
  const weights: TermWeight[] = terms.map((term) => ({
    term,
    passageCount: matches.filter((match) => match.exactTerms.has(term)).length,
  }));
  return matches
    .map((match) => {
      const coverage = coverageOf(weights, match.exactTerms, match.approximateTerms, matches.length);
      return { match, scoreConfidence: confidenceOf(coverage) };
    })
    .sort(
      (left, right) =>
        confidenceRank(left.scoreConfidence) - confidenceRank(right.scoreConfidence) ||
        right.match.score - left.match.score ||
        compareText(left.match.document.documentId, right.match.document.documentId) ||
        left.match.number - right.match.number,
    );
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
