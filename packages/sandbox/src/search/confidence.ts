// The scale of scoreConfidence: how much of the query's weight a passage covers. Pure.

/** Q Business's ScoreConfidence, without NOT_AVAILABLE, which this engine never needs. */
export type ScoreConfidence = "VERY_HIGH" | "HIGH" | "MEDIUM" | "LOW";

/** The least coverage (0 to 1) of each level; below the last it is LOW. Ours: AWS publishes no scale. */
const LEVELS: readonly (readonly [ScoreConfidence, number])[] = [
  ["VERY_HIGH", 0.85],
  ["HIGH", 0.55],
  ["MEDIUM", 0.3],
];

/** A query term that was only met by a longer word or a misspelling counts this much of its weight. */
const APPROXIMATE_MATCH = 0.6;

/** What is known of one query term. */
export interface TermWeight {
  /** Matching passages, of those the user may see, that hold it. */
  readonly passageCount: number;
}

/**
 * Coverage of a query by a passage: the rarity-weighted share of the query terms it holds. A term that occurs
 * nowhere weighs most, so a query of which half is unknown cannot be VERY_HIGH.
 *
 * @param exact query terms the passage holds as they are, a bit each; @param approximate those it holds by prefix or misspelt.
 * @param matchCount passages the user may see that match any term.
 * @returns 0 to 1.
 */
export function coverageOf(
  weights: readonly TermWeight[],
  exact: number,
  approximate: number,
  matchCount: number,
): number {
  let covered = 0;
  let total = 0;
  for (const [at, { passageCount }] of weights.entries()) {
    const rarity = Math.log(1 + (matchCount - passageCount + 0.5) / (passageCount + 0.5)) + 0.5;
    total += rarity;
    if ((exact >>> at) & 1) covered += rarity;
    else if ((approximate >>> at) & 1) covered += rarity * APPROXIMATE_MATCH;
  }
  return total === 0 ? 0 : covered / total;
}

/** The level of a coverage: VERY_HIGH from 0.85, HIGH from 0.55, MEDIUM from 0.3, else LOW. */
export function confidenceOf(coverage: number): ScoreConfidence {
  return LEVELS.find(([, least]) => coverage >= least - 1e-9)?.[0] ?? "LOW";
}

/** Position of a level in the ranking, best first. */
export function confidenceRank(confidence: ScoreConfidence): number {
  const position = LEVELS.findIndex(([level]) => level === confidence);
  return position === -1 ? LEVELS.length : position;
}
