// Owns telling by durations whether two things were done that differ: the rank-sum test of Mann and Whitney, which asks nothing of
// how durations are spread, and is not led astray by the few that a busy machine draws out.

/**
 * How far the ranks of two samples lie apart, in standard deviations of what chance does (normal approximation, with equal values
 * at their mean rank). Positive: the first are larger.
 */
export function rankDifference(first: readonly number[], second: readonly number[]): number {
  const all = [
    ...first.map((value) => ({ value, isFirst: true })),
    ...second.map((value) => ({ value, isFirst: false })),
  ].sort((one, other) => one.value - other.value);
  let ranksOfFirst = 0;
  let ties = 0;
  for (let begin = 0; begin < all.length; ) {
    let end = begin;
    while (end < all.length && all[end]?.value === all[begin]?.value) end += 1;
    const rank = (begin + 1 + end) / 2;
    for (const { isFirst } of all.slice(begin, end)) if (isFirst) ranksOfFirst += rank;
    ties += (end - begin) ** 3 - (end - begin);
    begin = end;
  }
  const [n, m, total] = [first.length, second.length, all.length];
  const above = ranksOfFirst - (n * (n + 1)) / 2;
  const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)));
  return variance === 0 ? 0 : (above - (n * m) / 2) / Math.sqrt(variance);
}

/** Beyond this chance alone leads once in fifteen thousand runs. */
export const mostByChance = 4;
