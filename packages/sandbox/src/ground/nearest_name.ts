// Which known name a misspelt one was probably meant to be. Pure.

/** @returns the nearest of the known names when few letters differ (case does not count), else undefined */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const [best] = [...known]
    .map((candidate) => ({ candidate, edits: distanceOf(name, candidate) }))
    .sort((left, right) => left.edits - right.edits);
  return best !== undefined && best.edits <= Math.max(2, name.length / 3) ? best.candidate : undefined;
}

/** Names may say more or less than what is meant: `mail` is `email`, `CreateToken` is near `CreateTokenWithIAM`. */
function distanceOf(name: string, candidate: string): number {
  const [left, right] = [name.slice(0, 100).toLowerCase(), candidate.toLowerCase()];
  const isPart = left.length >= 4 && right.length >= 4 && (right.startsWith(left) || left.startsWith(right));
  const edits = editsBetween(left, right);
  return isPart ? Math.min(edits, 2) : edits;
}

/** Levenshtein's distance. */
function editsBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let at = 1; at <= to.length; at += 1) {
      const replaced = (row[at - 1] ?? 0) + (to[at - 1] === letter ? 0 : 1);
      next.push(Math.min(replaced, (row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
