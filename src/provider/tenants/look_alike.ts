// Owns how a tenant's id looks: two ids that read alike are taken for each other, by people and where somebody types one
// at AWS. Pure.

// As migration 0053 wrote them for the tenants there were.
const fold = (id: string): string =>
  id.toLowerCase().replaceAll("_", "-").replaceAll("0", "o").replaceAll("1", "l");

/**
 * The looks of an id: without capitals, `_` as `-`, `0` as `o`, `1` as `l`; and once more with the capital I as the l that
 * it looks like. Two ids are alike if they share one.
 */
export function looksOf(id: string): string[] {
  return [...new Set([fold(id), fold(id.replaceAll("I", "l"))])];
}
